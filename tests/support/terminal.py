#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Types at a program that wants a terminal, and waits for its end.

usage: terminal.py KEYS PROGRAM...   what it shows goes to stdout; KEYS are typed once it has shown 'ready> '
"""
import os
import pty
import select
import signal
import sys
import time

PROMPT = b"ready> "
PATIENCE = 20


def main(keys, command):
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    shown, typed, end = b"", False, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # it has ended
            break
        if not typed and PROMPT in shown:
            os.write(terminal, keys)
            typed = True
    else:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    sys.stdout.buffer.write(shown)


main(sys.argv[1].encode(), sys.argv[2:])
