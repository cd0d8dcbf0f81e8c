# SPDX-License-Identifier: Apache-2.0
"""Faults of the host that holds the lock, each with the figures of the hosts that wait for it."""
import signal
import time

from lab import network
from lab.lab import AUTHORIZE, TIMEOUT
from lab.relay import HoldingRelay
from lab.waiting import TimedOut, wait_until

TAKEOVER_LIMIT = 5.0  # seconds until another host takes over
WAITERS = 19
STOPPED = 6.0  # seconds, longer than the lease of the lock
LATE = 2.0  # seconds before the deadline of the holder's call
DELAY = 1.0  # seconds that an authorization takes here


class Holder:
    """The first host, and what can be seen of it from outside."""

    def __init__(self, lab, **options):
        self.lab = lab
        self.relay = None
        self.wave = lab.wave([lab.host(**options)])
        self.call = self.wave.calls[0]

    def release(self):
        self.wave.release()

    def has_requested(self):
        return self.lab.service.count() > 0

    def wait(self, condition, what):
        wait_until(condition, what, 20, pause=0.001)


class LockWatch:
    """Whether a host has acquired the lock since this was made."""

    def __init__(self, lab):
        self.gateway = lab.cluster.members[0].gateway
        self.revision = max((revision for _, revision in self.gateway.read().values()), default=0)

    def is_acquired(self):
        found = self.gateway.read(serializable=True)
        return any(key.endswith(b"/lock") and revision > self.revision for key, (_, revision) in found.items())


def reach_process(name):
    return lambda holder: holder.wait(lambda: holder.call.has_process(name), f"{name} runs")


def reach_request(holder):
    holder.wait(holder.has_requested, "the holder authorizes")


def reach_half(holder):
    reach_request(holder)
    time.sleep(DELAY / 2)


def reach_relay(holder):
    if not holder.relay.is_reached.wait(20):
        raise TimedOut("the holder does not send its request to the store")


RANGE, TXN = "/v3/kv/range", "/v3/kv/txn"
# Nine points in the course of a call that authorizes: a function that returns when the point is reached, and what the
# relay between the holder and the store holds, if there is one. The token is cached before it is published.
POINTS = {
    "started": (lambda holder: None, None),
    "fleet-started": (reach_process("fleet"), None),
    "reading": (reach_relay, {"path": RANGE}),
    "acquiring": (reach_relay, {"path": TXN}),
    "acquired": (reach_relay, {"path": TXN, "after": True}),
    "authorizer-started": (reach_process("authorize"), None),
    "authorizing": (reach_half, None),
    "publishing": (reach_relay, {"path": TXN, "number": 2}),
    "published": (reach_relay, {"path": TXN, "number": 2, "after": True}),
}


def killed(point):
    reach, held = POINTS[point]

    def scenario(lab, _options):
        lab.create_fleet(delay=DELAY)
        relay = HoldingRelay(network.RELAYS[0], lab.cluster.members[0], **held) if held else None
        holder = Holder(lab, **({"members": [relay.address]} if relay else {}))
        holder.relay = relay
        waiters = lab.wave(lab.hosts(WAITERS))
        holder.release()
        reach(holder)
        holder.call.kill()
        waiters.run()
        holder.wave.wait()
        if relay:
            relay.end()
        lab.figures.equal("the holder ended with", holder.call.code, -signal.SIGKILL)
        lab.figures.between("requests", lab.service.count(), 1, 2)
        lab.figures.wave(waiters)
        lab.figures.within("slowest host, without the authorization", waiters.slowest - DELAY, TAKEOVER_LIMIT)
    return scenario


def killed_everywhere(lab, options):
    for point in POINTS:
        lab.figures.title(f" killed when: {point}")
        killed(point)(lab, options)


def stopped(lab, _options):
    """Longer than its lease: a second host authorizes, and its token stays. Here it ends the first one's."""
    lab.create_fleet("single-session=on", delay=DELAY)
    holder = Holder(lab)
    waiters = lab.wave(lab.hosts(WAITERS))
    holder.release()
    holder.wait(holder.has_requested, "the holder authorizes")
    holder.call.signal(signal.SIGSTOP)
    waiters.release()
    time.sleep(STOPPED)
    holder.call.signal(signal.SIGCONT)
    holder.wave.wait()
    waiters.wait()
    later_host = lab.wave([lab.host()]).run()
    lab.figures.between("authorizations", lab.service.count(), 1, 2)
    lab.figures.wave(waiters)
    lab.figures.within("slowest host, without the authorization", waiters.slowest - DELAY, TAKEOVER_LIMIT)
    lab.figures.equal("the first host uses the second one's token", holder.wave.tokens == waiters.tokens, True)
    lab.figures.equal("the service accepts the first host's token", all(map(lab.service.accepts, holder.wave.tokens)), True)
    lab.figures.equal("the second host's token stays", later_host.tokens == waiters.tokens, True)


def suspended(lab, _options):
    """Ctrl-Z stops the front alone, whose program keeps the lock alive: until the deadline of the call and no longer."""
    lab.create_fleet(delay=DELAY)
    holder = Holder(lab)
    waiters = lab.wave(lab.hosts(WAITERS))
    holder.release()
    holder.wait(holder.has_requested, "the holder authorizes")
    holder.call.signal(signal.SIGSTOP, "sase-credential")
    time.sleep(TIMEOUT - LATE)
    waiters.run()
    holder.call.signal(signal.SIGCONT)
    holder.wave.wait()
    lab.figures.equal("authorizations", lab.service.count(), 2)
    lab.figures.wave(waiters)
    lab.figures.within("slowest host, without the authorization", waiters.slowest - DELAY, LATE + 1.0)


def offline(lab, _options):
    """The first holder reaches the store and not the service."""
    network.add_machine("offline", network.OFFLINE)
    network.lose_packets("offline", [network.SERVICE])
    lab.create_fleet()
    lock = LockWatch(lab)
    holder = Holder(lab, machine="offline")
    waiters = lab.wave(lab.hosts(WAITERS))
    holder.release()
    holder.wait(lock.is_acquired, "the lock is in the store")
    waiters.run()
    holder.wave.wait()
    lab.figures.equal("authorizations", lab.service.count(), 1)
    lab.figures.wave(waiters)
    lab.figures.within("slowest of the other hosts", waiters.slowest, 0.3 * TIMEOUT + AUTHORIZE + 1.0)
    lab.figures.equal("the first host gets their token", holder.wave.tokens == waiters.tokens, True)
    lab.figures.note("the first host ended with", f"{holder.call.code} after {holder.call.took:.1f} s")
    network.run("ip", "netns", "delete", "offline")


SCENARIOS = {"holder-killed": killed_everywhere, "holder-stopped": stopped, "holder-suspended": suspended,
             "holder-offline": offline, **{f"holder-killed-{point}": killed(point) for point in POINTS}}
