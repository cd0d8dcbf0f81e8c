#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A person at a terminal: runs a command there, types when it prompts, and records everything that is shown.

usage: typist.py SCREEN COMMAND... <SCRIPT     ends as the command does (128 + N for a signal)
SCREEN gets what was shown. Lines of the script: `see TEXT` waits until that is shown, `type TEXT` types it and Enter,
`paste FILE` types what is in a file, and Enter, `press C-x` types a control character, `kill NAME` sends a
signal to the foreground processes, `echo on|off` is what the terminal must do by now.
"""
import os
import pty
import select
import signal
import sys
import termios
import time

PATIENCE = 10  # seconds


class Terminal:
    def __init__(self, command):
        self.shown = b""
        self.seen = 0
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.execvp(command[0], command)

    def read(self, seconds):
        """What is shown within that time; False at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            some = os.read(self.fd, 65536)
        except OSError:  # Linux: no process has the terminal open any more
            return False
        self.shown += some
        return bool(some)

    def see(self, text):
        end = time.monotonic() + PATIENCE
        while (at := self.shown.find(text, self.seen)) < 0:
            if time.monotonic() > end or not self.read(0.1):
                sys.exit(f"typist: {text!r} is not shown, but {self.shown[self.seen:]!r}")
        self.seen = at + len(text)

    def write(self, data):
        while data:
            select.select([], [self.fd], [], PATIENCE)
            data = data[os.write(self.fd, data[:1024]):]

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def expect_echo(self, wanted):
        end = time.monotonic() + PATIENCE
        while self.echoes() != wanted:
            if time.monotonic() > end:
                sys.exit(f"typist: the terminal does {'not ' if wanted else ''}echo")
            time.sleep(0.01)

    def end(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.read(0.1):
            pass
        _, status = os.waitpid(self.child, 0)
        return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def main():
    screen, command = sys.argv[1], sys.argv[2:]
    terminal = Terminal(command)
    for line in sys.stdin.read().splitlines():
        word, _, rest = line.partition(" ")
        if word == "see":
            terminal.see(rest.encode())
        elif word == "type":
            terminal.write(rest.encode() + b"\r")
        elif word == "paste":
            with open(rest, "rb") as file:
                terminal.write(file.read().rstrip(b"\n").replace(b"\n", b"\r") + b"\r")
        elif word == "press":
            terminal.write(bytes([ord(rest[-1].upper()) & 0x1F]))
        elif word == "kill":
            os.killpg(os.tcgetpgrp(terminal.fd), signal.Signals[f"SIG{rest}"])
        elif word == "echo":
            terminal.expect_echo(rest == "on")
        else:
            sys.exit(f"typist: unknown word {word!r}")
    code = terminal.end()
    with open(screen, "wb") as file:
        file.write(terminal.shown)
    sys.exit(code)


main()
