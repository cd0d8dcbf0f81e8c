#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A service for the end-to-end tests with its own certificate, on a free port of 127.0.0.1.

usage: tls_server.py DIRECTORY PEM [--client-ca FILE] [--reply FILE]

PEM contains the server's certificate and key. With --client-ca, a client needs a certificate of that authority. Each
request gets a token, or with --reply the bytes of FILE; then the server closes the connection. Writes its port to
DIRECTORY/port when it is ready, and to DIRECTORY/log a line for each request: the common name of the client's certificate,
or "none".
"""
import argparse
import json
import os
import socket
import ssl
import time


def read_name(certificate):
    names = dict(pair for entry in (certificate or {}).get("subject", ()) for pair in entry)
    return names.get("commonName", "none")


def make_token_reply():
    token_response = {"data": {"accessToken": "the.token", "accessTokenExpire": int(time.time()) + 3600}}
    body = json.dumps(token_response).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def answer(peer, log, reply):
    asked = b""
    while b'"apiKey"' not in asked:
        some = peer.recv(65536)
        if not some:
            return
        asked += some
    log.write(read_name(peer.getpeercert()) + "\n")
    log.flush()
    if reply:
        with open(reply, "rb") as content:
            peer.sendall(content.read())
        # With close_notify, as after a complete response.
        peer.unwrap()
    else:
        peer.sendall(make_token_reply())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("pem")
    parser.add_argument("--client-ca")
    parser.add_argument("--reply")
    options = parser.parse_args()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # What is too weak is for the client to find out.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(options.pem)
    if options.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(options.client_ca)
    server = socket.create_server(("127.0.0.1", 0), backlog=100)
    with open(os.path.join(options.directory, "log"), "a", encoding="utf-8") as log:
        ready = os.path.join(options.directory, "port.new")
        with open(ready, "w", encoding="ascii") as port:
            port.write(f"{server.getsockname()[1]}\n")
        os.rename(ready, os.path.join(options.directory, "port"))
        while True:
            plain, _ = server.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as peer:
                    answer(peer, log, options.reply)
            except OSError:
                pass


main()
