# SPDX-License-Identifier: Apache-2.0
"""The sandbox in a network namespace of its own."""
import http.client
import json
import secrets
import signal
import ssl
import subprocess

from lab import network
from lab.waiting import wait_until


class Service:
    def __init__(self, build):
        self.state = network.ROOT / "service"
        self.url = f"https://{network.SERVICE}:8443"
        network.add_machine("service", network.SERVICE)
        command = [build / "bin/sase-sandbox", "--state", self.state, "--address", network.SERVICE, "--port", "8443",
                   "--name", network.SERVICE, "--threads", "512"]
        with open(network.ROOT / "service.log", "wb") as log:
            self.process = subprocess.Popen([*network.inside("service"), *command], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        wait_until((self.state / "url").exists, "the sandbox listens", 20)
        self.context = ssl.create_default_context(cafile=self.state / "ca.pem")
        self.key = (self.state / "api-key").read_text().strip()

    def control(self, method, route, body=None):
        connection = http.client.HTTPSConnection(network.SERVICE, 8443, timeout=10, context=self.context)
        try:
            connection.request(method, f"/sandbox/{route}", body)
            reply = connection.getresponse()
            text = reply.read()
        finally:
            connection.close()
        if reply.status != 200:
            raise ValueError(f"sandbox: {reply.status} {text!r}")
        return text

    def accepts(self, token):
        """Whether a request with this token is answered."""
        connection = http.client.HTTPSConnection(network.SERVICE, 8443, timeout=10, context=self.context)
        try:
            connection.request("GET", "/api/rest/v1/users", headers={"Authorization": f"Bearer {token}"})
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def count(self, name="authorize"):
        return json.loads(self.control("GET", "stats"))[name]

    def anew(self, *faults):
        """Resets the counters and has only these faults."""
        self.control("POST", "reset")
        if faults:
            self.control("POST", "faults", "\n".join(faults))

    def fault(self, *faults):
        self.control("POST", "faults", "\n".join(faults))

    def create_key(self):
        """A further API key: a fleet of its own, with an empty store and an empty request log."""
        return self.add_key(f"lab-{secrets.token_hex(12)}")

    def add_key(self, key):
        file, new = self.state / "api-key", self.state / "api-key.new"
        new.write_text(file.read_text().rstrip("\n") + f"\n{key}\n")
        new.rename(file)
        return key

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
