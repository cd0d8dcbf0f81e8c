#!/usr/bin/env python3
"""Prints each string literal in the sources that can become a part of a hint, one per line, sorted.

A hint is an argument, a member or a variable named hint, remedy or what_to_do, or in a PeerWords. From there, constants
and functions are followed to their literals.
"""

import pathlib
import re
import sys

NAMES = {"hint", "remedy", "what_to_do"}
OPEN, CLOSE = "([{", ")]}"
TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|\#[^\n]*(?:\\\n[^\n]*)*|R"\((?P<raw>.*?)\)"|"(?P<text>(?:[^"\\\n]|\\.)*)"(?:sv)?"""
    r"""|'(?:[^'\\\n]|\\.)+'|[A-Za-z_][\w]*|\d[\w.']*|::|->|\+=|[^\s]""",
    re.DOTALL,
)


class Text(str):
    """A string literal."""


def tokens(source):
    found = []
    for match in TOKEN.finditer(source):
        text = match.group("raw") if match.group("raw") is not None else match.group("text")
        if text is not None:
            if found and isinstance(found[-1], Text):
                found[-1] = Text(found[-1] + text)
            else:
                found.append(Text(text))
        elif not match.group().startswith(("//", "/*", "#")):
            found.append(match.group())
    return found


def is_name(token):
    return not isinstance(token, Text) and re.fullmatch(r"[A-Za-z_]\w*", token) is not None


def is_mark(token, marks):
    return not isinstance(token, Text) and token in marks


def end_of_group(code, start):
    """The index after the bracket that closes the one at `start`."""
    depth = 0
    for index in range(start, len(code)):
        if is_mark(code[index], tuple(OPEN)):
            depth += 1
        elif is_mark(code[index], tuple(CLOSE)):
            depth -= 1
            if depth == 0:
                return index + 1
    return len(code)


def split(code):
    """The parts of a list, separated by its commas. Commas between < and > of a template are not told apart."""
    parts, part, depth = [], [], 0
    for token in code:
        if is_mark(token, tuple(OPEN)):
            depth += 1
        elif is_mark(token, tuple(CLOSE)):
            depth -= 1
        if depth == 0 and is_mark(token, (",", ";")):
            parts.append(part)
            part = []
        else:
            part.append(token)
    return parts + [part] if part else parts


def last_name(declaration):
    """The name that a declaration declares: the last one before its initial value."""
    names = []
    for token in declaration:
        if is_mark(token, ("=", "{")):
            break
        if is_name(token):
            names.append(token)
    return names[-1] if names else None


def expression_at(code, start):
    """The tokens up to the end of an expression."""
    depth = 0
    for index in range(start, len(code)):
        if is_mark(code[index], tuple(OPEN)):
            depth += 1
        elif is_mark(code[index], tuple(CLOSE)):
            depth -= 1
        if depth < 0 or (depth == 0 and is_mark(code[index], (",", ";"))):
            return code[start:index]
    return code[start:]


class Sources:
    def __init__(self, root):
        paths = sorted(p for top in ("helper", "protocol") for p in (root / top).rglob("*.?pp"))
        self.files = [tokens(path.read_text()) for path in paths]
        self.parameters = {}  # function -> positions of its parameters that are hints
        self.members = {}  # struct -> positions of its members that are hints
        self.values = {}  # constant or function -> expressions that it can have, with the file of each
        self.pending = []
        self.commands = set()  # functions with a parameter `command`, each with its file
        for self.file, code in enumerate(self.files):
            self.read_declarations(code)
        for self.file, code in enumerate(self.files):
            self.read_uses(code)

    def read_declarations(self, code):
        for index, token in enumerate(code):
            if token in ("struct", "class") and is_name(code[index + 1]):
                self.read_struct(code, index)
            elif is_mark(token, ("(",)) and index > 0:
                self.read_function(code, index)
            elif token == "append" and is_mark(code[index - 1], (".",)):
                start = index - 2
                while not is_name(code[start]):  # NAME.append(...).append(...)
                    start -= 1
                self.add_value(code[start], code[index + 2 : end_of_group(code, index + 1) - 1], False)
            elif is_mark(token, ("=",)) and is_name(code[index - 1]):
                self.add_value(code[index - 1], expression_at(code, index + 1), "constexpr" in code[max(0, index - 6) : index])

    def read_struct(self, code, index):
        start = next((i for i in range(index, min(index + 12, len(code))) if is_mark(code[i], ("{", ";"))), None)
        if start is None or code[start] == ";":
            return
        body = code[start + 1 : end_of_group(code, start) - 1]
        positions = {i for i, part in enumerate(split(body)) if last_name(part) in NAMES}
        if positions:
            self.members.setdefault(code[index + 1], {})[self.file] = positions

    def positions_in(self, struct):
        by_file = self.members[struct]
        return by_file.get(self.file, next(iter(by_file.values())) if len(by_file) == 1 else set())

    def read_function(self, code, index):
        end = end_of_group(code, index)
        parameters = split(code[index + 1 : end - 1])
        positions = {i for i, part in enumerate(parameters) if len(part) > 1 and last_name(part) in NAMES}
        name = code[index - 1]
        if is_mark(name, ("]",)):  # a lambda: NAME = [...](
            start = index - 1
            while start > 0 and not is_mark(code[start], ("[",)):
                start -= 1
            name = code[start - 2] if is_mark(code[start - 1], ("=",)) else None
        if name is None or not is_name(name):
            return
        if positions:
            self.parameters.setdefault(name, set()).update(positions)
        if any(last_name(part) == "command" and "=" in part for part in parameters):
            self.commands.add((self.file, name))
        start = end
        while start < len(code) and is_name(code[start]) and code[start] in ("const", "noexcept", "override", "try"):
            start += 1
        if start < len(code) and is_mark(code[start], ("{",)):
            body = code[start : end_of_group(code, start)]
            for i, token in enumerate(body):
                if token == "return" and not isinstance(token, Text):
                    self.add_value(name, expression_at(body, i + 1), True)
            before = [t for t in code[max(0, index - 8) : index - 1] if is_name(t)]
            kind = next((t for t in reversed(before) if t in self.members), None)
            if kind is not None:
                self.pending.append((self.file, kind, body))

    def read_uses(self, code):
        for index, token in enumerate(code):
            if isinstance(token, Text):
                continue
            if is_mark(token, ("=", "+=")) and code[index - 1] in NAMES:
                self.take(expression_at(code, index + 1))
            elif token in NAMES and is_mark(code[index + 1], ("(",)):
                self.take(code[index + 2 : end_of_group(code, index + 1) - 1])
            elif token in self.parameters and is_mark(code[index + 1], ("(", "{")):
                self.take_parts(code, index + 1, self.parameters[token])
            elif token in self.parameters and is_name(code[index + 1]) and is_mark(code[index + 2], ("(", "{")):
                self.take_parts(code, index + 2, self.parameters[token])
            elif (self.file, token) in self.commands and is_mark(code[index + 1], ("(",)):
                self.take(code[index + 2 : end_of_group(code, index + 1) - 1])
            elif token == "PeerWords" and (start := next((i for i in (index + 1, index + 2) if is_mark(code[i], ("{",))), 0)):
                self.take(code[start : end_of_group(code, start)])
            elif token in self.members:
                self.read_elements(code, index, self.positions_in(token))
            elif is_name(token) and re.search("hint|remedy|advice", token):
                self.follow(token, 0)
        for file, kind, body in self.pending:
            if file != self.file:
                continue
            for i, token in enumerate(body[:-1]):
                if token == "return" and is_mark(body[i + 1], ("{",)):
                    self.take_parts(body, i + 1, self.positions_in(kind))

    def read_elements(self, code, index, positions):
        """T{...}, or the elements of array<T, N> name = {{...}}."""
        if is_mark(code[index + 1], ("{",)):
            self.take_parts(code, index + 1, positions)
        if not (is_mark(code[index - 1], ("<",)) and code[index - 2] == "array"):
            return
        start = next((i for i in range(index, index + 10) if is_mark(code[i], ("{",))), None)
        if start is None:
            return
        for i in range(start + 1, end_of_group(code, start)):
            if is_mark(code[i], ("{",)) and not is_mark(code[i + 1], ("{",)):
                self.take_parts(code, i, positions)

    def take_parts(self, code, start, positions):
        parts = split(code[start + 1 : end_of_group(code, start) - 1])
        for position in positions:
            # The members of an aggregate are found by their names.
            if position < len(parts) and parts[position][:1] != ["{"]:
                self.take(parts[position])

    def add_value(self, name, expression, is_global):
        self.values.setdefault(name, []).append((self.file if not is_global else None, self.file, expression))

    def follow(self, name, depth):
        """A name means that of the same file, or else the only constant or function of the sources."""
        found = self.values.get(name, [])
        here = [value for _, file, value in found if file == self.file]
        files = {file for _, file, _ in found}
        if not here and len(files) == 1 and all(local is None for local, _, _ in found):
            here = [value for _, _, value in found]
        for value in here:
            # The elements of lists are read by their position.
            if depth < 3 and value and not is_mark(value[0], ("{",)):
                self.take(value, depth + 1)

    literals = set()

    def take(self, expression, depth=0):
        before = ""
        for token in expression:
            if isinstance(token, Text):
                self.literals.add(str(token))
            elif is_name(token) and token not in NAMES | {"string", "what"} and not is_mark(before, (".", "->")):
                self.follow(token, depth)
            before = token


if __name__ == "__main__":
    root = pathlib.Path(__file__).resolve().parents[2]
    for literal in sorted(Sources(root).literals):
        if " " in literal.strip() and re.search(r"[a-z]{2}", literal):
            sys.stdout.write(literal + "\n")
