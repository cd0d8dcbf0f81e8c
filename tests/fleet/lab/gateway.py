# SPDX-License-Identifier: Apache-2.0
"""A client of etcd's JSON gateway, for looking into the store from outside."""
import base64
import http.client
import json
import ssl
import threading
import time

PREFIX = b"/sase-credential/"
LEADER_NEEDED = {"Grpc-Metadata-hasleader": "true"}


class Rejected(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status} {text}")
        self.status = status


class Gateway:
    """One member. Each call is a connection."""

    def __init__(self, address, certificates, port=2379, name="lab"):
        self.address, self.port = address, port
        self.context = ssl.create_default_context(cafile=certificates / "ca.pem")
        self.context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")

    def call(self, path, body, timeout=10.0, headers=None):
        connection = http.client.HTTPSConnection(self.address, self.port, timeout=timeout, context=self.context)
        try:
            connection.request("POST", "/v3/" + path, json.dumps(body), headers or {})
            reply = connection.getresponse()
            text = reply.read().decode()
        finally:
            connection.close()
        if reply.status != 200:
            raise Rejected(reply.status, text)
        return json.loads(text)

    def read(self, begin=PREFIX, serializable=False, timeout=10.0, headers=None):
        """The values below a prefix: key → (value, mod_revision)."""
        end = begin[:-1] + bytes([begin[-1] + 1])
        body = {"key": encode(begin), "range_end": encode(end), "serializable": serializable}
        reply = self.call("kv/range", body, timeout, headers)
        return {decode(kv["key"]): (decode(kv.get("value", "")), int(kv["mod_revision"])) for kv in reply.get("kvs", [])}

    def put(self, key, value, timeout=10.0, lease=0):
        return self.call("kv/put", {"key": encode(key), "value": encode(value), "lease": lease}, timeout)

    def grant(self, seconds):
        return int(self.call("lease/grant", {"TTL": seconds})["ID"])

    def has_quorum(self):
        try:
            self.read(timeout=1.0, headers=LEADER_NEEDED)
        except (OSError, Rejected, http.client.HTTPException):
            return False
        return True

    def find_leader(self):
        """The ID of the leader and that of this member; 0 if there is no leader."""
        status = self.call("maintenance/status", {}, 1.0)
        return int(status.get("leader", 0)), int(status["header"]["member_id"])

    def compact(self):
        revision = int(self.call("kv/range", {"key": encode(b"x")})["header"]["revision"])
        self.call("kv/compaction", {"revision": revision})


class EventTimes:
    """When a member reports changes below a prefix, as a waiting host sees them."""

    def __init__(self, gateway, begin=PREFIX):
        self.times = []
        self.connection = http.client.HTTPSConnection(gateway.address, gateway.port, timeout=60, context=gateway.context)
        body = {"create_request": {"key": encode(begin), "range_end": encode(begin[:-1] + bytes([begin[-1] + 1]))}}
        self.connection.request("POST", "/v3/watch", json.dumps(body))
        reply = self.connection.getresponse()
        reply.readline()  # that the watch is created
        threading.Thread(target=self.run, args=[reply], daemon=True).start()

    def run(self, reply):
        while line := reply.readline():
            if b'"events"' in line:
                self.times.append(time.monotonic())


def encode(data):
    return base64.b64encode(data).decode()


def decode(text):
    return base64.b64decode(text)
