#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP proxy for the end-to-end tests: CONNECT only, on a free port of 127.0.0.1.

usage: connect_proxy.py DIRECTORY [--password USER:PASSWORD] [--status N] [--offer SCHEME]... [--to PORT] [--misbehave HOW]

Writes its port to DIRECTORY/port when it is ready, and to DIRECTORY/log a line for each request: its target, and whether
credentials came along. With --to every tunnel leads to that port of localhost, whatever was asked for. With --status every request is rejected with that status. A rejection with 407 offers the schemes of --offer. The ways to misbehave: hang, close,
garbage and flood instead of an answer; drip, one byte of it a second; and mute and cut once the tunnel is there.
"""
import argparse
import base64
import os
import socket
import threading
import time


def read_head(peer):
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 65536:
        some = peer.recv(4096)
        if not some:
            break
        head += some
    return head.decode("latin-1")


def find_field(head, name):
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == name:
            return value.strip()
    return ""


def pump(source, target):
    try:
        while some := source.recv(65536):
            target.sendall(some)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def tunnel(peer, target, port_instead):
    name, _, port = target.rpartition(":")
    if port_instead:
        name, port = "localhost", port_instead
    try:
        far = socket.create_connection((name.strip("[]"), int(port)), timeout=5)
    except OSError:
        peer.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        return
    far.settimeout(None)
    peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    back = threading.Thread(target=pump, args=(far, peer), daemon=True)
    back.start()
    pump(peer, far)
    back.join()


def misbehave(peer, how):
    if how == "hang":
        time.sleep(60)
    elif how == "garbage":
        peer.sendall(b"\x00\x01\x02 this is no HTTP \x1b[2J\r\n\r\n" * 20)
    elif how == "flood":
        peer.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Flood: and so on\r\n" * 100000)
    elif how == "drip":
        for byte in b"HTTP/1.1 200 Connection established\r\n\r\n":
            peer.sendall(bytes([byte]))
            time.sleep(1)
    elif how in ("mute", "cut"):
        peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        peer.recv(65536)
        if how == "mute":
            time.sleep(60)


def serve(peer, options, log):
    with peer:
        head = read_head(peer)
        method, target = (head.split(" ") + ["", ""])[:2]
        given = find_field(head, "proxy-authorization")
        log.write(f"{method} {target} {'with' if given else 'without'} credentials\n")
        log.flush()
        try:
            if options.misbehave:
                misbehave(peer, options.misbehave)
                return
            wanted = "Basic " + base64.b64encode(options.password.encode()).decode()
            status = options.status
            if options.password and given != wanted:
                status = 407
            if method != "CONNECT":
                status = status or 405
            if status:
                fields = "".join(f"Proxy-Authenticate: {scheme}\r\n" for scheme in options.offer)
                peer.sendall(f"HTTP/1.1 {status} No\r\n{fields}Content-Length: 0\r\n\r\n".encode())
            else:
                tunnel(peer, target, options.to)
        except OSError:
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--password", default="")
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("--offer", action="append", default=[])
    parser.add_argument("--to", type=int, default=0)
    parser.add_argument("--misbehave", choices=["hang", "close", "garbage", "flood", "drip", "mute", "cut"])
    options = parser.parse_args()

    server = socket.create_server(("127.0.0.1", 0), backlog=100)
    with open(os.path.join(options.directory, "log"), "a", encoding="latin-1") as log:
        ready = os.path.join(options.directory, "port.new")
        with open(ready, "w", encoding="ascii") as port:
            port.write(f"{server.getsockname()[1]}\n")
        os.rename(ready, os.path.join(options.directory, "port"))
        while True:
            peer, _ = server.accept()
            threading.Thread(target=serve, args=(peer, options, log), daemon=True).start()


main()
