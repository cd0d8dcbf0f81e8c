#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a token from a file again and again, as a tool would that reads it for each request, until SIGTERM.

token_reader.py FILE URL CA_FILE SUMMARY. Each few milliseconds it looks at the file, and several times a second the
service is asked whether it takes that token. The summary is one JSON object: how many looks there were, in how many there
was no file, an empty or a torn one, how many requests the service refused or answered with 200, how many tokens there were.
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
whole = re.compile(rb"[A-Za-z0-9._~+/-]{100,}=*\n")
looks = {"looks": 0, "missing": 0, "empty": 0, "torn": 0, "refused": 0, "taken": 0}
tokens = []
going_on = True


def stop(*_):
    global going_on
    going_on = False


signal.signal(signal.SIGTERM, stop)
place = urllib.parse.urlsplit(url)
service = http.client.HTTPSConnection(
    place.hostname, place.port, context=ssl.create_default_context(cafile=ca_file), timeout=10)


def is_taken(token):
    service.request("GET", "/api/rest/v2.3/status", headers={"Authorization": "Bearer " + token})
    reply = service.getresponse()
    reply.read()
    return reply.status == 200


def write_summary():
    with open(summary_file + ".new", "w") as summary:
        json.dump({**looks, "tokens": len(tokens)}, summary)
    os.rename(summary_file + ".new", summary_file)


next_request = 0.0
while going_on:
    looks["looks"] += 1
    try:
        with open(file, "rb") as opened:
            content = opened.read()
    except FileNotFoundError:
        looks["missing"] += 1
        time.sleep(0.003)
        continue
    if not content:
        looks["empty"] += 1
    elif not whole.fullmatch(content):
        looks["torn"] += 1
    else:
        if content not in tokens:
            tokens.append(content)
            write_summary()
        if time.monotonic() >= next_request:
            looks["taken" if is_taken(content.decode().strip()) else "refused"] += 1
            next_request = time.monotonic() + 0.05
    time.sleep(0.003)
write_summary()
