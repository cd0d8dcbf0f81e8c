# SPDX-License-Identifier: Apache-2.0
"""Faults of the host that holds the lock, each with the figures of the hosts that wait for it."""
import signal
import time

from lab import network
from lab.lab import AUTHORIZE, TIMEOUT
from lab.waiting import wait_until

TAKEOVER_LIMIT = 5.0  # seconds until another host takes over
WAITERS = 19
STOPPED = 6.0  # seconds, longer than the lease of the lock
DELAY = 1.0  # seconds that an authorization takes here


class Holder:
    """The first host, and what can be seen of it from outside."""

    def __init__(self, lab, **options):
        self.lab = lab
        self.host = lab.host(**options)
        self.wave = lab.wave([self.host])
        self.call = self.wave.calls[0]

    def release(self):
        self.wave.release()

    def store(self, ending):
        found = self.lab.cluster.members[0].gateway.read(serializable=True)
        # Earlier scenarios have left keys as well.
        return [key for key, (_, revision) in found.items() if key.endswith(ending) and revision > self.revision]

    def remember_revision(self):
        found = self.lab.cluster.members[0].gateway.read()
        self.revision = max((revision for _, revision in found.values()), default=0)

    def has_requested(self):
        return self.lab.service.count() > 0

    def has_cached(self):
        return any(self.host.state.glob("*.token"))

    def has_published(self):
        """The record has been written and the lock is gone."""
        return self.store(b"/record") and not self.store(b"/lock")

    def wait(self, condition, what):
        wait_until(condition, what, 20, pause=0.001)


def later(seconds):
    def reach(holder):
        holder.wait(holder.has_requested, "the holder authorizes")
        time.sleep(seconds)
    return reach


# Nine points in the course of a call that authorizes; each function returns when the point is reached.
POINTS = {
    "started": lambda holder: None,
    "fleet-started": lambda holder: holder.wait(lambda: holder.call.has_process("fleet"), "fleet runs"),
    "locked": lambda holder: holder.wait(lambda: holder.store(b"/lock"), "the lock is in the store"),
    "authorizer-started": lambda holder: holder.wait(lambda: holder.call.has_process("authorize"), "authorize runs"),
    "requested": later(0),
    "authorizing": later(DELAY / 2),
    "answered": later(DELAY),
    "cached": lambda holder: holder.wait(holder.has_cached, "the token is cached"),
    "published": lambda holder: holder.wait(holder.has_published, "the token is in the store"),
}


def killed(point):
    def scenario(lab, _options):
        lab.new_fleet(delay=DELAY)
        holder = Holder(lab)
        holder.remember_revision()
        waiters = lab.wave(lab.hosts(WAITERS))
        holder.release()
        POINTS[point](holder)
        waiters.release()
        holder.call.kill()
        waiters.wait()
        holder.wave.wait()
        lab.figures.note("the holder ended with", holder.call.code)
        lab.figures.between("requests", lab.service.count(), 1, 2)
        lab.figures.wave(waiters)
        lab.figures.within("slowest host, without the authorization", waiters.slowest - DELAY, TAKEOVER_LIMIT)
    return scenario


def killed_everywhere(lab, options):
    for point in POINTS:
        lab.figures.title(f" killed when: {point}")
        killed(point)(lab, options)


def stopped(lab, _options):
    """Longer than its lease: a second host authorizes, and its token stays."""
    lab.new_fleet(delay=DELAY)
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
    lab.figures.within("slowest host, without the authorization", min(waiters.slowest, STOPPED) - DELAY, TAKEOVER_LIMIT)
    lab.figures.equal("the first host uses the second one's token", holder.wave.tokens == waiters.tokens, True)
    lab.figures.equal("the second host's token stays", later_host.tokens == waiters.tokens, True)


def offline(lab, _options):
    """The first holder reaches the store and not the service."""
    network.add_machine("offline", network.OFFLINE)
    network.lose_packets("offline", [network.SERVICE])
    lab.new_fleet()
    holder = Holder(lab, machine="offline")
    holder.remember_revision()
    waiters = lab.wave(lab.hosts(WAITERS))
    holder.release()
    holder.wait(lambda: holder.store(b"/lock"), "the lock is in the store")
    waiters.release().wait()
    holder.wave.wait()
    lab.figures.equal("authorizations", lab.service.count(), 1)
    lab.figures.wave(waiters)
    lab.figures.within("slowest of the other hosts", waiters.slowest, 0.3 * TIMEOUT + AUTHORIZE + 1.0)
    lab.figures.note("the first host ended with", f"{holder.call.code} after {holder.call.took:.1f} s")
    network.run("ip", "netns", "delete", "offline")


SCENARIOS = {"holder-killed": killed_everywhere, "holder-stopped": stopped, "holder-offline": offline,
             **{f"holder-killed-{point}": killed(point) for point in POINTS}}
