# SPDX-License-Identifier: Apache-2.0
"""What a thief can read: the store, the memory of `fleet`, the packets between hosts and members."""
import base64
import os
import re
import signal
import socket
import threading
from pathlib import Path

ETH_P_ALL = 3
ALL_FRAMES = 65536
SO_RCVBUFFORCE, BUFFER = 33, 64 << 20  # bytes; as root above the limit of the machine
MOST_READS = 300


def needles(texts):
    """Each text as it is, in hexadecimal, and in base64 at each of three offsets."""
    found = {}
    for name, text in texts.items():
        data = text.encode()
        found[name] = [data, data.hex().encode(), *(inner_base64(data, offset) for offset in range(3))]
    return found


def inner_base64(data, offset):
    """The part of the encoding that does not depend on the bytes before and after."""
    encoded = base64.b64encode(bytes(offset) + data)
    return encoded[4 if offset else 0:-4]


def find(data, wanted):
    return {name for name, forms in wanted.items() if any(form in data for form in forms)}


def read_memory(pid):
    """What a process has written: its heaps, stacks and other data."""
    parts = []
    try:
        areas = Path(f"/proc/{pid}/maps").read_text()
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for begin, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", areas, re.MULTILINE):
                try:
                    memory.seek(int(begin, 16))
                    parts.append(memory.read(int(end, 16) - int(begin, 16)))
                except (OSError, ValueError, OverflowError):  # [vvar] and its like
                    continue
    except OSError:
        pass
    return b"".join(parts)


def read_stopped(pid):
    """A process that serves a hit would end before its memory has been read."""
    try:
        os.kill(pid, signal.SIGSTOP)
        content = read_memory(pid)
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return b""
    return content


def find_processes(name):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().strip() == name:
                found.append(int(process.name))
        except OSError:
            continue
    return found


class MemoryReader:
    """Keeps the memory of every process of that name, read again and again."""

    def __init__(self, name):
        self.name = name
        self.contents, self.pids, self.is_ended = [], set(), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.is_ended.is_set():
            for pid in find_processes(self.name):
                content = read_stopped(pid)
                if content and len(self.contents) < MOST_READS:
                    self.contents.append(content)
                    self.pids.add(pid)
            self.is_ended.wait(0.002)

    def end(self):
        self.is_ended.set()
        self.thread.join(10)


class PacketReader:
    """Keeps all frames on an interface."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((interface, 0))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        self.socket.settimeout(0.2)
        self.frames, self.is_ended = [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.is_ended.is_set():
            try:
                self.frames.append(self.socket.recv(ALL_FRAMES))
            except TimeoutError:
                continue

    def end(self):
        """All frames, the last ones as well."""
        self.is_ended.set()
        self.thread.join(10)
        self.socket.setblocking(False)
        try:
            while True:
                self.frames.append(self.socket.recv(ALL_FRAMES))
        except BlockingIOError:
            self.socket.close()
        return b"".join(self.frames)
