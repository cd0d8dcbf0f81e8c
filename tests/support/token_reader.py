#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a token from a file repeatedly until SIGTERM, as a tool does that reads it for each request.

token_reader.py FILE URL CA_FILE SUMMARY. It reads the file every few milliseconds and uses the token for a request to the
service several times a second. The summary is one JSON object with the number of reads, of reads that found no file, an
empty or a partial one, of requests that the service rejected or accepted, and of different tokens.
"""
import http.client
import json
import os
import re
import signal
import ssl
import sys
import time
import urllib.parse

file, url, ca_file, summary_file = sys.argv[1:]
complete = re.compile(rb"[A-Za-z0-9._~+/-]{100,}=*\n")
counts = {"reads": 0, "missing": 0, "empty": 0, "partial": 0, "rejected": 0, "accepted": 0}
tokens = []
is_running = True


def stop(*_):
    global is_running
    is_running = False


signal.signal(signal.SIGTERM, stop)
address = urllib.parse.urlsplit(url)
service = http.client.HTTPSConnection(
    address.hostname, address.port, context=ssl.create_default_context(cafile=ca_file), timeout=10)


def is_accepted(token):
    service.request("GET", "/api/rest/v2.3/status", headers={"Authorization": "Bearer " + token})
    reply = service.getresponse()
    reply.read()
    return reply.status == 200


def write_summary():
    with open(summary_file + ".new", "w") as summary:
        json.dump({**counts, "tokens": len(tokens)}, summary)
    os.rename(summary_file + ".new", summary_file)


next_request = 0.0
while is_running:
    counts["reads"] += 1
    try:
        with open(file, "rb") as opened:
            content = opened.read()
    except FileNotFoundError:
        counts["missing"] += 1
        time.sleep(0.003)
        continue
    if not content:
        counts["empty"] += 1
    elif not complete.fullmatch(content):
        counts["partial"] += 1
    else:
        if content not in tokens:
            tokens.append(content)
            write_summary()
        if time.monotonic() >= next_request:
            counts["accepted" if is_accepted(content.decode().strip()) else "rejected"] += 1
            next_request = time.monotonic() + 0.05
    time.sleep(0.003)
write_summary()
