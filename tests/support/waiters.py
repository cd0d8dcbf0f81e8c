#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many calls that wait for one which holds the refresh lock and does not end well.

usage: waiters.py killed|crashed|stopped|missing|no-cache|full-disk [--rounds N] [--count N] DIRECTORY SANDBOX

killed     The holder of the lock is killed: the others get a token.
crashed    Its authorizer is killed: the others share the failure.
stopped    The holder is stopped: after its deadline the others get a token.
missing    There is no authorizer: all share the failure.
no-cache   `cache = none`: as many get a token as the rate limit allows, the others a failure.
full-disk  The state directory is full from the start: the same. Needs root and a mount namespace of its own.

Each round has its own state. SANDBOX is the sandbox's state directory. Prints for each round how long after the end of the
holder the last call ended, the CPU time per call, and the requests. Exits with 1 at the first promise that does not hold.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
from racing import Round, Service, Wrong, distinct_tokens, expect, find_children, is_authorizer, send, wait_until

LEADER_TIMEOUT = 8  # seconds
WAITER_TIMEOUT = 30
PATIENCE = 1.5  # seconds (1 on a quiet machine) from the end of the holder to the end of the last call, beside one authorization
MAX_CPU = 0.002  # seconds for each call beyond what /bin/true costs in a crowd of the same size


class Sandbox(Service):
    def fault(self, text):
        request = urllib.request.Request(self.url + "/sandbox/faults", data=text.encode(), method="POST")
        with urllib.request.urlopen(request, context=self.context):
            pass


def command(timeout, *options):
    return ["sase-credential", "--timeout", f"{timeout}s", *options, "token"]


def count_waiting(state):
    """The processes that wait for the lock file, as the kernel lists them."""
    inodes = {f":{lock.stat().st_ino} " for lock in state.glob("*.lock")}
    with open("/proc/locks", encoding="ascii") as locks:
        return sum("->" in line and any(inode in line for inode in inodes) for line in locks)


def start_leader(current, sandbox):
    """A call whose request the service does not answer."""
    before = sandbox.count("authorize")
    sandbox.fault("hang=on\ntimes=1\n")
    leader = current.crowd.start(command(LEADER_TIMEOUT))
    expect(wait_until(lambda: sandbox.count("authorize") > before, 10), "the leader sends no request", leader)
    return leader


def end_leader(kind, leader):
    """Returns when the lock is free for others, as a time."""
    if kind == "killed":
        send(leader.pid, signal.SIGKILL)
    elif kind == "crashed":
        for child in filter(is_authorizer, find_children(leader.pid)):
            send(child, signal.SIGKILL)
    elif kind == "stopped":
        send(leader.pid, signal.SIGSTOP)
        return leader.started + LEADER_TIMEOUT
    return time.monotonic()


def with_leader(kind, current, sandbox, count):
    leader = start_leader(current, sandbox)
    callers = [current.crowd.start(command(WAITER_TIMEOUT)) for _ in range(count)]
    expect(wait_until(lambda: count_waiting(current.state) >= count, LEADER_TIMEOUT - 1), "not all calls wait")
    free = end_leader(kind, leader)
    current.done(*callers)
    send(leader.pid, signal.SIGKILL)
    return free, callers


def without_leader(kind, current, count):
    options = ["--cache", "none"] if kind == "no-cache" else []
    if kind == "full-disk":
        current.state.mkdir(mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "none", current.state], check=True)
        (current.state / "filler").write_bytes(bytes(8192))
    if kind == "missing":
        tree = current.directory / "tree"
        (tree / "bin").mkdir(parents=True)
        shutil.copy(shutil.which("sase-credential"), tree / "bin")
        current.crowd.environment["PATH"] = f"{tree}/bin:{os.environ['PATH']}"
        os.environ["PATH"] = current.crowd.environment["PATH"]
    callers = [current.crowd.start(command(WAITER_TIMEOUT, *options)) for _ in range(count)]
    current.done(*callers)
    return max(caller.started for caller in callers), callers


def check(kind, callers, requests):
    codes = Counter(caller.code for caller in callers)
    count = len(callers)
    if kind in ("killed", "stopped"):
        expect(codes == {0: count}, f"exit codes {codes}", *callers[:3])
        expect(len(distinct_tokens(callers)) == 1, "different tokens")
        expect(requests == 2, f"{requests} requests")
    elif kind in ("crashed", "missing"):
        expect(codes == {7: count}, f"exit codes {codes}", *callers[:3])
        expect(requests == (1 if kind == "crashed" else 0), f"{requests} requests")
    else:
        expect(codes == {0: 5, 6: count - 5}, f"exit codes {codes}", *callers[:3])
        expect(requests == 5, f"{requests} requests")


def average_cpu(callers):
    return sum(caller.cpu for caller in callers) / len(callers)


def measure_true(current, count):
    callers = [current.crowd.start(["/bin/true"]) for _ in range(count)]
    current.done(*callers)
    return average_cpu(callers)


def run_round(options, sandbox, number):
    kind, path = options.kind, os.environ["PATH"]
    sandbox.fault("")
    before = sandbox.count("authorize")
    current = Round(options.directory, number)
    if kind in ("killed", "crashed", "stopped"):
        free, callers = with_leader(kind, current, sandbox, options.count)
    else:
        free, callers = without_leader(kind, current, options.count)
    os.environ["PATH"] = path
    requests = sandbox.count("authorize") - before
    last = max(caller.ended for caller in callers) - free
    cpu, true = average_cpu(callers), measure_true(current, len(callers))
    print(f"{kind}: the last of {len(callers)} calls ended {last:.2f} s later, CPU {cpu * 1000:.2f} ms each "
          f"(/bin/true {true * 1000:.2f}), {requests} requests", flush=True)
    check(kind, callers, requests)
    expect(last <= options.patience, "too late")
    expect(cpu - true <= options.cpu, "too much CPU time")
    if kind == "full-disk":
        subprocess.run(["umount", current.state], check=True)
    current.finish()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["killed", "crashed", "stopped", "missing", "no-cache", "full-disk"])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--patience", type=float, default=PATIENCE)
    parser.add_argument("--cpu", type=float, default=MAX_CPU)
    parser.add_argument("directory", type=Path)
    parser.add_argument("sandbox", type=Path)
    options = parser.parse_args()
    sandbox = Sandbox(options.sandbox)
    try:
        for number in range(options.rounds):
            run_round(options, sandbox, number)
    except Wrong as wrong:
        sys.exit(f"{options.kind}: {wrong}")


if __name__ == "__main__":
    main()
