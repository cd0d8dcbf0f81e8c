#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Unpacks the fuzz seeds, and packs them again.

usage: tests/fuzz/seeds.py unpack|pack READER...

`unpack` replaces build/corpus/READER by one file per seed of tests/fuzz/seeds/READER.txt; `pack` does the reverse. A
seed is its file name, a colon and one or more quoted strings, which are joined.
Printable ASCII stands for itself; the escapes are \\\\, \\", \\n, \\r, \\t and \\xNN."""

import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEAD = "# SPDX-License-Identifier: Apache-2.0\n"
ESCAPES = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
BYTES = {text[1]: byte for byte, text in ESCAPES.items()}


def quote(data: bytes) -> str:
    return '"' + "".join(ESCAPES.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}") for b in data) + '"'


def unquote(text: str) -> bytes:
    data = bytearray()
    for hexadecimal, letter, plain in re.findall(r"\\x(..)|\\(.)|(.)", text):
        data.append(int(hexadecimal, 16) if hexadecimal else BYTES[letter] if letter else ord(plain))
    return bytes(data)


def pieces(data: bytes) -> list[bytes]:
    """The parts of a seed that get a string of their own."""
    parts = []
    for line in re.findall(rb"[^\n]*\n|[^\n]+", data):
        binary = sum(b < 0x20 or b >= 0x7F for b in line) > 16
        width = 28 if binary else 100
        parts += [line[i : i + width] for i in range(0, len(line), width)]
    return parts or [b""]


def pack(seeds: pathlib.Path, corpus: pathlib.Path) -> None:
    text = HEAD
    for seed in sorted(corpus.iterdir()):
        strings = [quote(piece) for piece in pieces(seed.read_bytes())]
        text += f"{seed.name}:" + (" " if len(strings) == 1 else "\n  ") + "\n  ".join(strings) + "\n"
    seeds.write_text(text, encoding="ascii")


def unpack(seeds: pathlib.Path, corpus: pathlib.Path) -> None:
    shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True)
    data: dict[str, bytes] = {}
    name = ""
    for number, line in enumerate(seeds.read_text(encoding="ascii").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r'(?:([\w.-]+):)?\s*(?:"((?:\\x[0-9a-f]{2}|\\[\\"nrt]|[^\\"])*)")?', line)
        if not match or (match[1] and match[1] in data) or not (match[1] or name):
            sys.exit(f"seeds.py: {seeds}:{number}: not a seed, or a second one of this name")
        name = match[1] or name
        data[name] = data.get(name, b"") + unquote(match[2] or "")
    for name, content in data.items():
        (corpus / name).write_bytes(content)


def main() -> None:
    actions = {"pack": pack, "unpack": unpack}
    if len(sys.argv) < 3 or sys.argv[1] not in actions:
        sys.exit("usage: tests/fuzz/seeds.py unpack|pack READER...")
    for reader in sys.argv[2:]:
        actions[sys.argv[1]](ROOT / "tests/fuzz/seeds" / f"{reader}.txt", ROOT / "build/corpus" / reader)


if __name__ == "__main__":
    main()
