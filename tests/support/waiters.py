#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many calls that wait for one which holds the refresh lock and does not end well.

usage: waiters.py killed|crashed|stopped|missing|no-cache|full-disk [--rounds N] [--count N] DIRECTORY SANDBOX

killed     The holder of the lock is killed: the others get a token.
crashed    Its authorizer is killed: the others share the failure.
stopped    The holder is stopped: after its deadline the others get a token.
missing    The holder is killed, and the others have no authorizer: they share the failure.
no-cache   The same, and `cache = none`: as many get a token as the rate limit allows, the others a failure.
full-disk  The same, and the state directory is full from the start. Needs root and a mount namespace of its own.

Each round has its own state. SANDBOX is the sandbox's state directory. Prints for each round how long after the end of the
holder the last call ended, the CPU time per call, and the requests. Exits with 1 at the first promise that does not hold.

What a process does before it runs its program counts as CPU time of the program. So the calls share two open files for
their output: on ext4, to create one takes 0.5 ms while many others have just been deleted. Before main(), the C library of
each program executes 68 CPUID instructions, which a virtual machine emulates: there they take 0.7 ms or more.
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
from crowd import LONGEST, USUAL_SIGNALS
from racing import Service, Wrong, expect, find_children, is_authorizer, send, wait_until

LEADER_TIMEOUT = 8  # seconds
WAITER_TIMEOUT = 30
PATIENCE = 1  # seconds from the end of the holder to the end of the last call, one authorization included
MAX_CPU = 0.002  # seconds for each call, on a machine where /bin/true takes no more than
USUAL_START = 0.001  # seconds
SAMPLE = 200  # processes that measure /bin/true


class Sandbox(Service):
    def fault(self, text):
        request = urllib.request.Request(self.url + "/sandbox/faults", data=text.encode(), method="POST")
        with urllib.request.urlopen(request, context=self.context):
            pass


class Processes:
    """Started one after the other, with a common output."""

    def __init__(self, directory, environment):
        self.paths = directory / "out", directory / "err"
        self.files = [os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for path in self.paths]
        self.environment, self.ends = environment, {}

    def start(self, command, count=1):
        actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                   *((os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(self.files, 1))]
        return [os.posix_spawn(command[0], command, self.environment, file_actions=actions, setsigdef=USUAL_SIGNALS)
                for _ in range(count)]

    def wait(self, pids):
        """The end, exit code and CPU time of each."""
        signal.alarm(LONGEST)
        left = set(pids) - self.ends.keys()
        while left:
            pid, status, usage = os.wait3(0)
            self.ends[pid] = time.monotonic(), os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
            left.discard(pid)
        signal.alarm(0)
        return zip(*(self.ends[pid] for pid in pids))

    def answers(self):
        return set(self.paths[0].read_bytes().splitlines())

    def messages(self):
        return self.paths[1].read_text(encoding="utf-8")[:300]

    def close(self):
        for file in self.files:
            os.close(file)


def command(timeout, *options, program=None):
    return [program or shutil.which("sase-credential"), "--timeout", f"{timeout}s", *options, "token"]


def count_waiting(state):
    """The processes that wait for the lock file, as the kernel lists them."""
    inodes = {f":{lock.stat().st_ino} " for lock in state.glob("*.lock")}
    with open("/proc/locks", encoding="ascii") as locks:
        return sum("->" in line and any(inode in line for inode in inodes) for line in locks)


def start_leader(processes, sandbox):
    """A call whose request the service does not answer."""
    before = sandbox.count("authorize")
    sandbox.fault("hang=on\ntimes=1\n")
    started = time.monotonic()
    [leader] = processes.start(command(LEADER_TIMEOUT))
    expect(wait_until(lambda: sandbox.count("authorize") > before, 10), "the leader sends no request")
    return leader, started + LEADER_TIMEOUT


def end_leader(kind, leader, deadline):
    """Returns when the lock is free for others, as a time."""
    if kind == "stopped":
        send(leader, signal.SIGSTOP)
        return deadline
    if kind == "crashed":
        for child in filter(is_authorizer, find_children(leader)):
            send(child, signal.SIGKILL)
    else:
        send(leader, signal.SIGKILL)
    return time.monotonic()


def fill_disk(state):
    state.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "none", state], check=True)
    (state / "filler").write_bytes(bytes(8192))


def waiter_command(kind, directory):
    if kind == "missing":
        (directory / "tree" / "bin").mkdir(parents=True)
        return command(WAITER_TIMEOUT, program=shutil.copy(shutil.which("sase-credential"), directory / "tree" / "bin"))
    return command(WAITER_TIMEOUT, *(["--cache", "none"] if kind == "no-cache" else []))


def check(kind, codes, tokens, requests, messages):
    count = sum(codes.values())
    failed = {"crashed": 7, "missing": 7, "no-cache": 6, "full-disk": 6}.get(kind)
    # The leader has sent one of the requests that the rate limit allows.
    granted = {"killed": count, "stopped": count, "crashed": 0, "missing": 0}.get(kind, 4)
    wanted = {code: number for code, number in ((0, granted), (failed, count - granted)) if number}
    expect(codes == wanted, f"exit codes {codes}: {messages}")
    minted = min(granted, 1) if failed is None else granted
    expect(len(tokens) == minted, f"{len(tokens)} different tokens")
    expect(requests == 1 + minted, f"{requests} requests")


def measure_true(directory, environment):
    processes = Processes(directory, environment)
    _, _, cpu = processes.wait(processes.start(["/bin/true"], SAMPLE))
    processes.close()
    return sum(cpu) / SAMPLE


def run_round(options, sandbox, number):
    kind = options.kind
    sandbox.fault("")
    before = sandbox.count("authorize")
    directory = options.directory.resolve() / f"round{number}"
    directory.mkdir(mode=0o700)
    state = directory / "sase-credential"
    if kind == "full-disk":
        fill_disk(state)
    environment = {**os.environ, "HOME": str(directory), "XDG_RUNTIME_DIR": str(directory)}
    processes = Processes(directory, environment)
    leader, deadline = start_leader(processes, sandbox)
    callers = processes.start(waiter_command(kind, directory), options.count)
    expect(wait_until(lambda: count_waiting(state) >= len(callers), LEADER_TIMEOUT - 1), "not all calls wait")
    free = end_leader(kind, leader, deadline)
    ends, codes, cpu = processes.wait(callers)
    send(leader, signal.SIGKILL)
    processes.wait([leader])
    requests = sandbox.count("authorize") - before
    last, cpu, true = max(ends) - free, sum(cpu) / len(cpu), measure_true(directory, environment)
    print(f"{kind}: the last of {len(callers)} calls ended {last:.2f} s later, CPU {cpu * 1000:.2f} ms each "
          f"(/bin/true {true * 1000:.2f}), {requests} requests", flush=True)
    check(kind, Counter(codes), processes.answers(), requests, processes.messages())
    expect(last <= options.patience, "too late")
    expect(cpu <= options.cpu + max(true - USUAL_START, 0), "too much CPU time")
    processes.close()
    if kind == "full-disk":
        subprocess.run(["umount", state], check=True)
    shutil.rmtree(directory)


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
