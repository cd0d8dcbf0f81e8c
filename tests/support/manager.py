#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for systemd: manager.py ADDRESS FILE. Appends each datagram that the socket receives to FILE."""
import os
import socket
import sys

address, file = sys.argv[1:]
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind("\0" + address[1:] if address.startswith("@") else address)
open(file, "w").close()
while True:
    words = server.recv(65536)
    with open(file, "ab") as log:
        log.write(words if words.endswith(b"\n") else words + b"\n")
        log.flush()
        os.fsync(log.fileno())
