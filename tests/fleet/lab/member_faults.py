# SPDX-License-Identifier: Apache-2.0
"""Faults of members, each with the figures that a herd of cold hosts must reach."""
import math
import threading
import time

from lab import network
from lab.gateway import Rejected
from lab.lab import AUTHORIZE
from lab.relay import SlowRelay
from lab.waiting import wait_until

SETTLE = 0.5  # seconds between a fault and the herd
MINORITY_LIMIT = 4.0  # seconds, with a majority of the members
DURING_LIMIT = 6.0  # seconds, if the fault happens during the authorization
STORED_LIMIT = 1.0  # seconds, with a token in the store
STOPPED_LIMIT = STORED_LIMIT + 2 * 0.7  # seconds, likewise; two stopped members cost an attempt each
REMEMBERED_LIMIT = 0.02  # seconds that an unavailable store costs the next calls
NEXT_CALLS = 9
NEXT_ROUNDS = 3  # the service accepts five requests of a host in a minute
NOT_ALONE = "authorizing without the fleet"


def check_herd(lab, wave, authorizations, limit, distinct_tokens=1):
    lab.figures.between("authorizations", lab.service.count(), 1 if authorizations else 0, authorizations)
    lab.figures.wave(wave, distinct_tokens)
    lab.figures.within("slowest host", wave.slowest, limit)


def before(break_members, limit=MINORITY_LIMIT):
    """A fault before the herd, with a majority left: one authorization."""
    def scenario(lab, options):
        lab.create_fleet()
        hosts = lab.hosts(options.hosts)
        break_members(lab)
        time.sleep(SETTLE)
        check_herd(lab, lab.wave(hosts).run(), 1, limit)
    return scenario


def during(break_members, delay):
    """A fault while the holder of the lock authorizes."""
    def scenario(lab, options):
        lab.create_fleet(delay=delay)
        leader = lab.cluster.wait_for_leader()
        wave = lab.wave(lab.hosts(options.hosts)).release()
        wait_until(lambda: lab.service.count() > 0, "a host authorizes", 20, pause=0.01)
        break_members(leader)
        check_herd(lab, wave.wait(), 2, DURING_LIMIT, distinct_tokens=None)
        lab.figures.between("different tokens", len(wave.tokens), 1, 2)
    return scenario


def outage(break_members, limit, settle=1.5, settings=None, stored_limit=STORED_LIMIT):
    """No host can use the store: each authorizes by itself, soon, and does not try the store again for 30 s. Half of the
    hosts have no fleet, for comparison. With --with-token the store has a token, and a living member returns it."""
    def scenario(lab, options):
        if options.with_token:
            stored_token(lab, options, break_members, settle, stored_limit)
            return
        lab.create_fleet()
        count = options.hosts // 2
        fleet = lab.hosts(count, **(settings(lab) if settings else {}))
        alone = lab.hosts(count, with_fleet=False)
        break_members(lab)
        time.sleep(settle)
        first, first_alone = mixed_wave(lab, fleet, alone)
        lab.figures.equal("authorizations", lab.service.count(), 2 * count)
        lab.figures.wave(first, distinct_tokens=count)
        lab.figures.within("slowest host, over one without a fleet", first.slowest - first_alone.slowest, limit)
        lab.figures.equal("hosts with a warning", sum(NOT_ALONE in call.err for call in first.calls), count)
        check_next_calls(lab, fleet[:NEXT_CALLS], alone[:NEXT_CALLS])
    return scenario


def check_next_calls(lab, fleet, alone):
    """One after the other, since hosts that call at the same time wait for the processors. The quickest ones count, and
    other programs that run beside this may delay all of a round; a store that is contacted again costs each call."""
    lab.service.anew()
    times, failed, over = {True: [], False: []}, [], math.inf
    for _ in range(NEXT_ROUNDS):
        for pair in zip(fleet, alone):
            for host in pair:
                host.drop_token()
                wave = lab.wave([host]).run()
                failed += wave.failed + wave.warned
                times[host in fleet].append(wave.slowest)
        over = min(times[True]) - min(times[False])
        if over <= REMEMBERED_LIMIT:
            break
    lab.figures.equal("next calls that failed or warned", len(failed), 0)
    lab.figures.within("quickest of the next calls, over no fleet", over, REMEMBERED_LIMIT)


def mixed_wave(lab, fleet, alone):
    """Both kinds of hosts at the same time, one after the other in turn."""
    wave = lab.wave([host for pair in zip(fleet, alone) for host in pair]).run()
    return wave.part(fleet), wave.part(alone)


def stored_token(lab, options, break_members, settle, limit):
    lab.create_fleet()
    lab.figures.wave(lab.wave([lab.host()]).run())
    hosts = lab.hosts(options.hosts)
    break_members(lab)
    time.sleep(settle)
    lab.service.anew()
    check_herd(lab, lab.wave(hosts).run(), 0, limit)


# ---- faults

def fill_disk(lab):
    """The leader ends when a write needs a further part of its disk."""
    member = lab.cluster.wait_for_leader()
    member.fill_disk()
    other = member.peers()[0].gateway
    for number in range(40):
        try:
            other.put(f"/other/{number}".encode(), bytes(1 << 20), timeout=2.0)
        except (OSError, Rejected):
            pass
        if not member.is_running():
            break
    wait_until(lambda: not member.is_running(), "the member with the full disk ends", 20)
    lab.cluster.wait_for_leader()


def kill_majority(lab):
    lab.cluster.wait_for_leader().kill()
    next(member for member in lab.cluster.members if member.is_running()).kill()


def stop_majority(lab):
    leader = lab.cluster.wait_for_leader()
    for member in (leader, leader.peers()[0]):
        member.stop()


def cut_all(lab):
    for member in lab.cluster.members:
        member.cut_from_peers()


def kill_all(lab):
    for member in lab.cluster.members:
        member.kill()


def lose_packets(_lab):
    network.lose_packets(None, network.MEMBERS)


def exceed_quota(lab):
    lab.cluster.rebuild(quota=8 << 20)
    lab.cluster.wait_until_whole()
    for number in range(100):
        try:
            lab.cluster.members[0].gateway.put(f"/other/{number}".encode(), bytes(1 << 20))
        except Rejected as rejected:
            assert rejected.status == 429, rejected
            return
    raise RuntimeError("the database does not become full")


def expire_members(lab):
    """Not the certificates between members, so the cluster works."""
    lab.cluster.make_expired_certificates()
    for member in lab.cluster.members:
        member.restart(f"expired-{member.name}")


def expire_one_member(lab):
    lab.cluster.make_expired_certificates()
    member = lab.cluster.wait_for_follower()
    member.restart(f"expired-{member.name}")


def expired_client(lab):
    lab.cluster.make_expired_certificates()
    return {"fleet_client_cert": lab.certificates / "expired.pem", "fleet_client_key": lab.certificates / "expired.key"}


def compacted(lab, options):
    """The store is compacted all the time, so a host's watch may begin before the oldest revision."""
    lab.create_fleet(delay=1.0)
    wave, stop = lab.wave(lab.hosts(options.hosts)), threading.Event()

    def compact():
        while not stop.wait(0.005):
            lab.cluster.members[0].gateway.put(b"/other/key", b"")
            lab.cluster.members[0].gateway.compact()

    thread = threading.Thread(target=compact, daemon=True)
    thread.start()
    wave.run()
    stop.set()
    thread.join(5)
    check_herd(lab, wave, 1, MINORITY_LIMIT)


def slow(delay):
    """One member is behind a relay that delays each way."""
    def scenario(lab, options):
        relay = SlowRelay(network.RELAYS[0], lab.cluster.members[0], delay)
        lab.create_fleet()
        members = [network.RELAYS[0], *network.MEMBERS[1:]]
        check_herd(lab, lab.wave(lab.hosts(options.hosts, members=members)).run(), 1, MINORITY_LIMIT)
        relay.end()
    return scenario


def no_fault(lab, options):
    lab.create_fleet()
    check_herd(lab, lab.wave(lab.hosts(options.hosts)).run(), 1, AUTHORIZE + 1.0)


SCENARIOS = {
    "no-fault": no_fault,
    "follower-kill": before(lambda lab: lab.cluster.wait_for_follower().kill()),
    "follower-stop": before(lambda lab: lab.cluster.wait_for_follower().stop()),
    "leader-kill": before(lambda lab: lab.cluster.wait_for_leader().kill()),
    "leader-stop": before(lambda lab: lab.cluster.wait_for_leader().stop()),
    "partition-leader": before(lambda lab: lab.cluster.wait_for_leader().cut_from_peers()),
    "leader-kill-while-authorizing": during(lambda leader: leader.kill(), 1.5),
    # The election takes longer than the authorization.
    "leader-kill-short-authorization": during(lambda leader: leader.kill(), 0.4),
    "leader-cut-while-authorizing": during(lambda leader: leader.cut_from_peers(), 2.0),
    "leader-stop-while-authorizing": during(lambda leader: leader.stop(), 1.5),
    "slow-50ms": slow(0.05),
    "slow-150ms": slow(0.15),
    "slow-400ms": slow(0.4),
    "disk-full": before(fill_disk),
    "compaction": compacted,
    "expired-member": before(expire_one_member),
    "no-quorum": outage(kill_majority, 5.5),
    "majority-stop": outage(stop_majority, 5.5, stored_limit=STOPPED_LIMIT),
    "partition-all": outage(cut_all, 5.5),
    "all-dead": outage(kill_all, 0.5, settle=0.1),
    "dropped": outage(lose_packets, 2.5, settle=0.0),
    "quota": outage(exceed_quota, 0.5, settle=0.0),
    "expired-members": outage(expire_members, 0.5),
    "expired-client": outage(lambda lab: None, 0.5, settle=0.0, settings=expired_client),
}
# Those in which the store keeps a token that a living member can return.
WITH_TOKEN = ["no-quorum", "majority-stop", "partition-all"]
# Those after which the members lose their data or certificates.
REBUILT = ["quota", "expired-member", "expired-members"]

