#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A service for the end-to-end tests with its own certificate, on a free port of 127.0.0.1; it always grants.

usage: tls_server.py DIRECTORY PEM [--client-ca FILE]

PEM holds the server's certificate and key. With --client-ca only those get an answer who show a certificate of that
authority. Writes its port to DIRECTORY/port when it is ready, and to DIRECTORY/log a line for each request: the common name
of the client's certificate, or "none".
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


def answer(peer, log):
    asked = b""
    while b'"apiKey"' not in asked:
        some = peer.recv(65536)
        if not some:
            return
        asked += some
    log.write(read_name(peer.getpeercert()) + "\n")
    log.flush()
    grant = {"data": {"accessToken": "the.token", "accessTokenExpire": int(time.time()) + 3600}}
    body = json.dumps(grant).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    peer.sendall(head.encode() + body)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("pem")
    parser.add_argument("--client-ca")
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
                    answer(peer, log)
            except OSError:
                pass


main()
