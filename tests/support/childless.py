#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command as the one who inherits its orphans, and sees that it leaves none: no process, not even a dead one.

usage: childless.py [--signal NAME] COMMAND...

With --signal the command gets that signal once its child has a socket, as a child that is at work has; then the child
must be gone, too. Ends as the command did (128 and more for a signal), or with 99 when something is left, which
it names and ends.
"""
import ctypes
import os
import signal
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def find_children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def has_socket(pid):
    try:
        with os.scandir(f"/proc/{pid}/fd") as entries:
            return any(os.readlink(entry.path).startswith("socket:") for entry in entries)
    except OSError:
        return False


def wait_for_child(pid):
    deadline = time.monotonic() + 10
    while not any(has_socket(child) for child in find_children(pid)):
        if time.monotonic() > deadline:
            sys.exit("childless.py: the command starts nothing")
        time.sleep(0.005)


def orphans(own, patience):
    """What is still there after so many seconds; before that, the dead do not count."""
    deadline = time.monotonic() + patience
    while True:
        left = [child for child in find_children(os.getpid()) if child not in own]
        if not left or time.monotonic() >= deadline:
            return left
        for pid in left:
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.005)


def main():
    arguments = sys.argv[1:]
    wanted = None
    if arguments[0] == "--signal":
        wanted = getattr(signal, "SIG" + arguments[1])
        arguments = arguments[2:]
    # A shell that becomes this program hands its own children on.
    own = find_children(os.getpid())
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # A job in a shell's background ignores some of these, and so would its children.
    pid = os.posix_spawnp(arguments[0], arguments, os.environ,
                          setsigdef=[signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGHUP, signal.SIGTERM])
    if wanted is not None:
        wait_for_child(pid)
        os.kill(pid, wanted)
    _, status = os.waitpid(pid, 0)
    # A killed process cannot wait for its child; the kernel signals the child.
    left = orphans(own, 2 if os.WIFSIGNALED(status) else 0)
    for orphan in left:
        with open(f"/proc/{orphan}/stat", encoding="utf-8", errors="replace") as file:
            print("left behind:", " ".join(file.read().split()[:3]), file=sys.stderr)
        os.kill(orphan, signal.SIGKILL)
        os.waitpid(orphan, 0)
    sys.exit(99 if left else 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


main()
