# SPDX-License-Identifier: Apache-2.0
"""What a thief can read: the store, the memory of `fleet`, the packets between hosts and members."""
import base64
import re
import socket
import threading
from pathlib import Path

ETH_P_ALL = 3
ALL_FRAMES = 65536


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
    """The readable part of the memory of a process."""
    parts = []
    try:
        areas = Path(f"/proc/{pid}/maps").read_text()
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for begin, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r", areas, re.MULTILINE):
                try:
                    memory.seek(int(begin, 16))
                    parts.append(memory.read(int(end, 16) - int(begin, 16)))
                except (OSError, ValueError, OverflowError):  # [vvar] and its like
                    continue
    except OSError:
        pass
    return b"".join(parts)


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
    """Reads the memory of every process of that name, again and again."""

    def __init__(self, name, wanted):
        self.name, self.wanted = name, wanted
        self.reads, self.found, self.is_ended = 0, set(), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.is_ended.is_set():
            for pid in find_processes(self.name):
                content = read_memory(pid)
                self.reads += bool(content)
                self.found |= find(content, self.wanted())
            self.is_ended.wait(0.002)

    def end(self):
        self.is_ended.set()
        self.thread.join(10)


class PacketReader:
    """Keeps all frames on an interface."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((interface, 0))
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
        self.is_ended.set()
        self.thread.join(10)
        self.socket.close()
        return b"".join(self.frames)
