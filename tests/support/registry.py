#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A private registry of Terraform modules, with TLS on a free port of 127.0.0.1. It has one module, team/network/sase 1.0.0.

usage: registry.py DIRECTORY PEM TOKEN

PEM contains the server's certificate and key; TOKEN is the file with the one token that it accepts. Writes its port to
DIRECTORY/port when it is ready, and to DIRECTORY/log a line for each request: the status and the path.
"""
import http.server
import io
import json
import ssl
import sys
import tarfile

MODULE = "/modules/team/network/sase"
OPEN = {"/.well-known/terraform.json", "/module.tar.gz"}


def pack_module():
    packed = io.BytesIO()
    text = b'output "name" { value = "network" }\n'
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("main.tf")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return packed.getvalue()


def main():
    directory, pem, token_file = sys.argv[1:]
    with open(token_file, encoding="ascii") as file:
        accepted = "Bearer " + file.read().strip()
    with open(directory + "/log", "w", encoding="ascii", buffering=1) as log:
        answers = {
            "/.well-known/terraform.json": json.dumps({"modules.v1": "/modules/"}).encode(),
            MODULE + "/versions": json.dumps({"modules": [{"versions": [{"version": "1.0.0"}]}]}).encode(),
            MODULE + "/1.0.0/download": b"",
            "/module.tar.gz": pack_module(),
        }

        class Registry(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.split("?")[0]
                status = 200 if path in answers else 404
                if path not in OPEN and self.headers.get("Authorization") != accepted:
                    status = 401
                body = answers.get(path, b"") if status == 200 else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Type", "application/gzip" if path.endswith(".gz") else "application/json")
                if path.endswith("/download") and status == 200:
                    self.send_header("X-Terraform-Get", "/module.tar.gz")
                self.end_headers()
                self.wfile.write(body)
                log.write(f"{status} {path}\n")

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with open(directory + "/port", "w", encoding="ascii") as file:
            file.write(str(server.server_port))
        server.serve_forever()


main()
