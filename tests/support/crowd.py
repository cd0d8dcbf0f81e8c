#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many callers at once, and what became of each.

usage: crowd.py [--directory DIR] [--input FILE] COUNT COMMAND...

Starts COMMAND so many times, as fast as it can, each with its output in DIR/N.out and its messages in DIR/N.err, and
prints as JSON: `wall`, the seconds from the first start to the last end; `longest`, those of the slowest caller from its
start; `codes`, how many ended with which exit code (minus the number of a signal); `answers`, the different outputs of
those that succeeded; `stray`, how many failed with an output or succeeded with a message.
"""
import argparse
import json
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

LONGEST = 60  # seconds that any caller may take

# A shell's background job ignores some of these, and Python ignores SIGPIPE.
USUAL_SIGNALS = [signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGHUP, signal.SIGTERM]


class Caller:
    def __init__(self, directory, number, command, environment, stdin):
        self.out_path, self.err_path = directory / f"{number}.out", directory / f"{number}.err"
        create = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_OPEN, 1, str(self.out_path), create, 0o600),
                   (os.POSIX_SPAWN_OPEN, 2, str(self.err_path), create, 0o600)]
        self.started, self.ended, self.code, self.cpu = time.monotonic(), None, None, None
        self.pid = os.posix_spawnp(command[0], command, environment, file_actions=actions, setsigdef=USUAL_SIGNALS)

    @property
    def out(self):
        return self.out_path.read_bytes()

    @property
    def err(self):
        return self.err_path.read_text(encoding="utf-8")

    @property
    def took(self):
        return self.ended - self.started

    def is_stray(self):
        return (self.out != b"") if self.code != 0 else (self.err != "" or not self.out.endswith(b"\n"))


class Crowd:
    """Waits for its callers beside those that start them, so that each end is seen when it comes."""

    def __init__(self, directory, environment=None, stdin="/dev/null"):
        self.directory, self.stdin = Path(directory), stdin
        self.environment = dict(os.environ if environment is None else environment)
        self.callers, self.ends = [], {}
        self.changed = threading.Condition()
        self.is_closed = False
        self.waiter = threading.Thread(target=self.wait_for_ends, daemon=True)
        self.waiter.start()

    def wait_for_ends(self):
        while True:
            try:
                pid, status, usage = os.wait3(0)
            except ChildProcessError:
                with self.changed:
                    if self.is_closed:
                        return
                    self.changed.wait(0.001)
                continue
            with self.changed:
                self.ends[pid] = (time.monotonic(), os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime)
                self.changed.notify_all()

    def start(self, command):
        caller = Caller(self.directory, len(self.callers), command, self.environment, self.stdin)
        self.callers.append(caller)
        with self.changed:
            self.changed.notify_all()
        return caller

    def wait_for(self, caller):
        with self.changed:
            if not self.changed.wait_for(lambda: caller.pid in self.ends, LONGEST):
                raise RuntimeError(f"process {caller.pid} does not end")
            caller.ended, caller.code, caller.cpu = self.ends[caller.pid]
        return caller

    def close(self):
        for caller in self.callers:
            self.wait_for(caller)
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()
        self.waiter.join()


def run_crowd(count, command, directory, environment=None, stdin="/dev/null"):
    """All of them, ended."""
    crowd = Crowd(directory, environment, stdin)
    for _ in range(count):
        crowd.start(command)
    crowd.close()
    return crowd.callers


def wall_of_many(count, command, environment, out="/dev/null", stdin="/dev/null"):
    """The seconds until so many have ended, started by nothing but a loop. Their outputs end up one after the other."""
    actions = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)]
    start = time.monotonic()
    pids = [os.posix_spawn(command[0], command, environment, file_actions=actions) for _ in range(count)]
    failed = sum(os.waitpid(pid, 0)[1] != 0 for pid in pids)
    wall = time.monotonic() - start
    if failed:
        raise RuntimeError(f"{failed} of {count} failed: {command}")
    return wall


def measure_wall(callers):
    return max(caller.ended for caller in callers) - min(caller.started for caller in callers)


def summarize(callers):
    return {
        "wall": measure_wall(callers),
        "longest": max(caller.took for caller in callers),
        "codes": Counter(str(caller.code) for caller in callers),
        "answers": sorted({caller.out.decode("latin-1") for caller in callers if caller.code == 0}),
        "stray": sum(caller.is_stray() for caller in callers),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory")
    parser.add_argument("--input", default="/dev/null")
    parser.add_argument("count", type=int)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        callers = run_crowd(options.count, options.command, options.directory or temporary, stdin=options.input)
        print(json.dumps(summarize(callers)))


if __name__ == "__main__":
    main()
