#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where a process has a text in its memory. Needs the rights to look into it: root's.

usage: memory_of.py PID TEXT
Writes a line for each mapping that holds it: `guarded` for one that is locked and left out of core files (proc(5),
VmFlags), else `open`; then the mapping's name.
"""
import re
import sys


def mappings(pid):
    """The readable mappings: begin, end, name, flags."""
    current = None
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as smaps:
        for line in smaps:
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (r?)\S* \S+ \S+ \S+\s*(.*)", line)
            if head and not re.match(r"\w+:", line):
                current = [int(head[1], 16), int(head[2], 16), head[4].strip() or "anonymous", head[3] == "r"]
            elif line.startswith("VmFlags:") and current and current[3]:
                yield current[0], current[1], current[2], set(line.split()[1:])


def main():
    pid, text = sys.argv[1], sys.argv[2].encode()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for begin, end, name, flags in mappings(pid):
            try:
                memory.seek(begin)
                held = memory.read(end - begin)
            except (OSError, ValueError):  # [vvar] and its like
                continue
            if text in held:
                print("guarded" if {"lo", "dd"} <= flags else "open", name)


main()
