#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Races that want many rounds, against the sandbox that the environment names.

usage: racing.py killed-leader|killed-early|racing-erase [--rounds N] [--seed N] [--due-for-refresh] DIRECTORY SANDBOX

killed-leader  Several ask at once, and at a random moment the one that asks the service is killed, or its authorizer:
               all others get the same token or a clean failure in time, and then the next call works, nothing is
               locked and no half-written file is left.
killed-early   One asks a service that hangs, and is killed within 20 ms of its start, or of its authorizer's: the
               authorizer goes along, and asks nothing unless it had begun to before.
racing-erase   Several ask while the cached token is erased: no token is torn or made up, and who asks once the erasing
               has ended does not get the erased one.

Each round has a state of its own, so the guard of 5 requests a minute does not come in between. SANDBOX is its state
directory. Says what was tried, and ends with 1 at the first thing that is wrong.
"""
import argparse
import fcntl
import json
import os
import random
import re
import shutil
import signal
import ssl
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
from crowd import Crowd

TIMEOUT = 5
CALL = ["sase-credential", "--timeout", f"{TIMEOUT}s", "token"]
TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\n")
MESSAGE = re.compile(r"sase-credential: [ -~]+\n(sase-credential: hint: [ -~]+\n)?")


class Wrong(Exception):
    pass


def expect(condition, what, *callers):
    if condition:
        return
    seen = "".join(f"\n  ended with {caller.code} after {caller.took:.2f} s: {caller.err or caller.out[:40]!r}"
                   for caller in callers)
    raise Wrong(what + seen)


class Service:
    def __init__(self, directory):
        self.url = (directory / "url").read_text(encoding="ascii").strip()
        self.context = ssl.create_default_context(cafile=directory / "ca.pem")

    def count(self, name):
        with urllib.request.urlopen(self.url + "/sandbox/stats", context=self.context) as answer:
            return json.load(answer)[name]


class Round:
    """One state of its own, and who uses it."""

    def __init__(self, directory, number):
        self.directory = Path(directory).resolve() / f"round{number}"
        self.directory.mkdir(mode=0o700)
        self.state = self.directory / "sase-credential"
        self.crowd = Crowd(self.directory, {**os.environ, "HOME": str(self.directory), "XDG_RUNTIME_DIR": str(self.directory)})

    def call(self):
        return self.crowd.start(CALL)

    def done(self, *callers):
        for caller in callers:
            self.crowd.wait_for(caller)

    def finish(self):
        """The process that refreshes the token holds the lock."""
        for lock in self.state.glob("*.lock"):
            with open(lock, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
        self.crowd.close()
        shutil.rmtree(self.directory)


def expect_clean(caller):
    if caller.code == 0:
        expect(TOKEN.fullmatch(caller.out), "no whole token", caller)
        expect(caller.err == "", "a message beside a token", caller)
    else:
        expect(caller.code in (4, 5, 6, 7), "an end that is no clean failure", caller)
        expect(caller.out == b"", "an output beside a failure", caller)
        expect(MESSAGE.fullmatch(caller.err), "a failure without one line that says why", caller)
    expect(caller.took <= TIMEOUT + 1, "too late", caller)


def distinct_tokens(callers):
    return {caller.out for caller in callers if caller.code == 0}


def find_children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def is_authorizer(pid):
    """A sanitized program has another child when it ends, which looks for leaks."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="ascii") == "authorize\n"
    except OSError:
        return False


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def kill(pid):
    send(pid, signal.SIGKILL)


def kill_one(callers, chance):
    """At a random moment: who asks the service, or the authorizer that it has started; else the first caller."""
    time.sleep(chance.uniform(0, 0.05))
    for caller in callers:
        for authorizer in filter(is_authorizer, find_children(caller.pid)):
            wanted = chance.choice(["leader", "authorizer"])
            kill(authorizer if wanted == "authorizer" else caller.pid)
            return wanted, caller
    kill(callers[0].pid)
    return "other", callers[0]


def expect_nothing_left(state):
    for lock in state.glob("*.lock"):
        with open(lock, "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Wrong(f"{lock.name} is still locked") from None
    left = [path.name for path in state.iterdir() if path.suffix not in (".lock", ".token")]
    expect(not left, f"left behind: {left}")


def killed_leader(options, service, chance):
    killed = Counter()
    for number in range(options.rounds):
        before = service.count("authorize")
        current = Round(options.directory, number)
        callers = [current.call() for _ in range(5)]
        whom, victim = kill_one(callers, chance)
        killed[whom] += 1
        current.done(*callers)
        others = [caller for caller in callers if caller is not victim]
        for caller in others:
            expect_clean(caller)
        if whom == "authorizer" and victim.code != -9:
            expect_clean(victim)
        following = current.call()
        current.done(following)
        expect_clean(following)
        expect(following.code == 0, "the next call does not work", following)
        expect(len(distinct_tokens(others + [following])) == 1, "different tokens", *others, following)
        expect_nothing_left(current.state)
        # Once by the one that was killed, once by the next in turn.
        asked = service.count("authorize") - before
        expect(asked <= 2, f"the service was asked {asked} times")
        current.finish()
    print(f"{options.rounds} rounds, killed: " + ", ".join(f"{count} {whom}" for whom, count in sorted(killed.items())))


def read_state(pid):
    """As ps has it; Z for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0]
    except OSError:
        return "Z"


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not (fulfilled := condition()) and time.monotonic() < deadline:
        time.sleep(0.001)
    return fulfilled


def stopped_children(pid):
    """Stops a caller, so that it starts no more, and then what it has started."""
    send(pid, signal.SIGSTOP)
    # While a child has not run its program, its parent waits for it and does not stop.
    expect(wait_until(lambda: read_state(pid) in "TZX" or find_children(pid), 10), "a caller does not stop")
    children = find_children(pid)
    for child in children:
        send(child, signal.SIGSTOP)
        expect(wait_until(lambda: read_state(child) in "TZX", 10), "an authorizer does not stop")
    return children


def is_at_work(pid):
    """Whether a stopped authorizer has a socket. Without one it has sent no request."""
    try:
        with os.scandir(f"/proc/{pid}/fd") as entries:
            return any(os.readlink(entry.path).startswith("socket:") for entry in entries)
    except OSError:
        return False


def killed_early(options, service, chance):
    before = service.count("authorize")
    killed = Counter()
    for number in range(options.rounds):
        current = Round(options.directory, number)
        caller = current.call()
        if number % 2:
            wait_until(lambda: find_children(caller.pid), TIMEOUT)
        time.sleep(chance.uniform(0, 0.02))
        authorizers = stopped_children(caller.pid)
        killed["at work" if any(map(is_at_work, authorizers)) else "starting" if authorizers else "not there yet"] += 1
        kill(caller.pid)
        current.done(caller)
        for authorizer in authorizers:
            send(authorizer, signal.SIGCONT)
        for authorizer in authorizers:
            # Before it would end by itself.
            if not wait_until(lambda: read_state(authorizer) in "ZX", TIMEOUT - 1):
                kill(authorizer)
                raise Wrong("an authorizer outlives its caller")
        current.finish()
    # At the end, since what has been sent may be counted late.
    asked = service.count("authorize") - before
    expect(asked <= killed["at work"], f"the service was asked {asked} times, by {killed['at work']} that were at work")
    print(f"{options.rounds} rounds, the authorizer was: " +
          ", ".join(f"{what} in {count}" for what, count in sorted(killed.items())))


def erase(current, token):
    request = current.directory / "request"
    host = os.environ["SASE_URL"].removeprefix("https://").encode()
    request.write_bytes(b"protocol=https\nhost=" + host + b"\nusername=default\npassword=" + token + b"\n")
    return current.crowd.start(["sh", "-c", f"exec sase-credential erase <'{request}'"])


def racing_erase(options, service, chance):
    others = Counter()
    for number in range(options.rounds):
        before = service.count("granted")
        current = Round(options.directory, number)
        first = current.call()
        current.done(first)
        expect_clean(first)
        callers = [current.call() for _ in range(chance.randrange(6))]
        time.sleep(chance.uniform(0, 0.01))
        eraser = erase(current, first.out)
        callers += [current.call() for _ in range(chance.randrange(1, 6))]
        current.done(eraser)
        expect(eraser.code == 0 and eraser.out == b"" and eraser.err == "", "erasing was not silent", eraser)
        later = [current.call() for _ in range(3)]
        current.done(*callers, *later)
        for caller in [*callers, *later]:
            expect_clean(caller)
            expect(caller.code == 0, "a call failed", caller)
        expect(first.out not in distinct_tokens(later), "the erased token was given out", *later)
        seen = distinct_tokens([first, *callers, *later])
        others[len(distinct_tokens(callers))] += 1
        current.finish()
        minted = service.count("granted") - before
        # Tokens that age from the start are renewed, too: the first one, and the one in its place.
        expect(minted <= (4 if options.due_for_refresh else 2), f"{minted} tokens were minted")
        expect(len(seen) <= minted, "a token that the service has not given")
    print(f"{options.rounds} rounds; different tokens beside the erasing: " +
          ", ".join(f"{kinds} in {count}" for kinds, count in sorted(others.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("race", choices=["killed-leader", "killed-early", "racing-erase"])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--due-for-refresh", action="store_true")
    parser.add_argument("directory")
    parser.add_argument("sandbox", type=Path)
    options = parser.parse_args()
    race = {"killed-leader": killed_leader, "killed-early": killed_early, "racing-erase": racing_erase}[options.race]
    try:
        race(options, Service(options.sandbox), random.Random(options.seed))
    except Wrong as wrong:
        sys.exit(f"racing.py: {options.race}, seed {options.seed}: {wrong}")


if __name__ == "__main__":
    main()
