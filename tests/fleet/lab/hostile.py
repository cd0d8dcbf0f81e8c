# SPDX-License-Identifier: Apache-2.0
"""A member that answers some of the requests with hostile replies, and passes the others to a real member."""
import asyncio
import json
import logging

from lab.relay import ReadingRelay

# asyncio reports each write to a connection that the host has closed.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
FLOOD = 64 << 20  # bytes
RANGE, GRANT, TXN, WATCH = "/v3/kv/range", "/v3/lease/grant", "/v3/kv/txn", "/v3/watch"
READS = (RANGE, TXN)  # a read of both keys may be either
HEADER = {"cluster_id": "1", "member_id": "1", "revision": "7", "raft_term": "2"}


class HostileRelay(ReadingRelay):
    def __init__(self, address, member, row):
        self.row = row
        self.answered = 0
        super().__init__(address, member)

    async def answer(self, path, _body, writer):
        paths, reply = self.row
        if path not in paths:
            return False
        self.answered += 1
        await reply(writer)
        writer.close()
        return True


# ---- replies: each is a function of the writer

def raw(data):
    async def reply(writer):
        writer.write(data)
        await writer.drain()
    return reply


def http(status, body, *headers, content_type="application/json"):
    lines = [f"HTTP/1.1 {status} Text", f"Content-Type: {content_type}", f"Content-Length: {len(body)}",
             "Date: Sat, 28 Nov 2026 12:00:00 GMT", *headers]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def as_json(value, status=200, *headers):
    return http(status, json.dumps(value).encode(), *headers)


def key_value(**members):
    key = {"key": "a2V5", "create_revision": "1", "mod_revision": "2", "version": "3", "value": "AAAA", **members}
    return as_json({"header": HEADER, "kvs": [key], "count": "1", "succeeded": True,
                    "responses": [{"response_range": {"kvs": [key]}}]})


async def nothing(_writer):
    """The connection ends without a byte."""


async def silence(writer):
    await asyncio.sleep(60)
    writer.close()


async def drip(writer):
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        if writer.is_closing():
            return
        await asyncio.sleep(0.05)


async def flood(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"header\": \"")
    for _ in range(FLOOD >> 20):
        writer.write(b"x" * (1 << 20))
        await writer.drain()
        if writer.is_closing():
            return


async def endless_headers(writer):
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200000):
        writer.write(f"X-{number}: {'y' * 100}\r\n".encode())
        await writer.drain()
        if writer.is_closing():
            return


def watch_stream(*messages):
    body = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
    return raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + body)


# name → (the requests that get the reply, the reply)
ROWS = {
    "ends without a reply": (READS, nothing),
    "never replies": (READS, silence),
    "sends a byte per 50 ms": (READS, drip),
    "sends 64 MiB in one text": (READS, flood),
    "sends headers without end": (READS, endless_headers),
    "is no HTTP": (READS, raw(b"SSH-2.0-OpenSSH_9.2\r\n")),
    "is cut in the head": (READS, raw(b"HTTP/1.1 200 O")),
    "is cut in the body": (READS, raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"header\"")),
    "has a bad chunk": (READS, raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n{}\r\n")),
    "has a negative length": (READS, raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}")),
    "has a huge length": (READS, raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}")),
    "has an empty body": (READS, http(200, b"")),
    "is no JSON": (READS, http(200, b"no json")),
    "is an array": (READS, as_json([])),
    "is a number": (READS, as_json(7)),
    "is null": (READS, as_json(None)),
    "is nested deeply": (READS, http(200, b"[" * 100000)),
    "is an empty object": (READS, as_json({})),
    "has no header": (READS, as_json({"kvs": []})),
    "has keys of a wrong type": (READS, as_json({"header": HEADER, "kvs": {"a": 1}, "responses": "x"})),
    "has null for keys": (READS, as_json({"header": HEADER, "kvs": [None], "responses": [None]})),
    "has a value that is no base64": (READS, key_value(value="***")),
    "has a value of 2 MiB": (READS, key_value(value="A" * (2 << 20))),
    "has a value that does not decrypt": (READS, key_value(value="c2FzZWZsdDE" + "A" * 700 + "=")),
    "has a negative revision": (READS, key_value(mod_revision="-5")),
    "has a revision beyond 64 bits": (READS, key_value(mod_revision="99999999999999999999999")),
    "has a revision that is text": (READS, key_value(mod_revision="x", version=[1])),
    "has NUL and control bytes": (READS, http(200, b'{"header":"\x00\x01\x1b[31m"}')),
    "is not UTF-8": (READS, http(200, b'{"header":"\xff\xfe"}')),
    "redirects": (READS, http(302, b"", "Location: https://10.77.0.2:8443/")),
    "is 400 in plain text": (READS, http(400, b"CommonName is not allowed", content_type="text/plain")),
    "is 401": (READS, as_json({"error": "invalid auth token", "message": "invalid auth token", "code": 16}, 401)),
    "is 404 in plain text": (READS, http(404, b"404 page not found\n", content_type="text/plain")),
    "is 404 with code 5": (READS, as_json({"code": 5, "message": "Not Found"}, 404)),
    "is 429": (READS, as_json({"error": "etcdserver: mvcc: database space exceeded", "code": 8}, 429)),
    "is 500 with escape sequences": (READS, as_json({"message": "\x1b]0;x\x07\r\n" + "m" * 5000, "code": "x"}, 500)),
    "is 503 no leader": (READS, as_json({"error": "etcdserver: no leader", "message": "etcdserver: no leader", "code": 14}, 503)),
    "is 100 without end": (READS, raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)),
    "grants a lease without an ID": ((GRANT,), as_json({"header": HEADER, "TTL": "4"})),
    "grants a lease of a wrong type": ((GRANT,), as_json({"header": HEADER, "ID": {"a": 1}, "TTL": []})),
    "has no such lease": ((GRANT,), as_json({"code": 5, "message": "etcdserver: requested lease not found"}, 404)),
    "never grants a lease": ((GRANT,), silence),
    "writes without a reply": ((TXN,), nothing),
    "writes and never replies": ((TXN,), silence),
    "changes leaders": ((TXN,), as_json({"error": "etcdserver: leader changed", "code": 14}, 503)),
    "fails each comparison without a value": ((TXN,), as_json({"header": HEADER})),
    "reports success that did not happen": ((TXN,), as_json({"header": HEADER, "succeeded": True, "responses": []})),
}
# Replies to a host that waits for another one.
WATCH_ROWS = {
    "ends the watch at once": ((WATCH,), nothing),
    "cancels the watch": ((WATCH,), watch_stream({"result": {"header": HEADER, "created": True, "canceled": True}})),
    "has compacted the revision": ((WATCH,), watch_stream(
        {"result": {"header": HEADER, "created": True}},
        {"result": {"header": HEADER, "canceled": True, "compact_revision": "9"}})),
    "sends events of wrong types": ((WATCH,), watch_stream({"result": {"events": {"kv": []}}}, {"result": []}, 7)),
    "sends an error in the stream": ((WATCH,), watch_stream({"error": {"grpc_code": 14, "http_code": 503}})),
    "sends lines that are no JSON": ((WATCH,), raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{{{\n\n]\n")),
    "floods the watch": ((WATCH,), flood),
}
