# SPDX-License-Identifier: Apache-2.0
"""Three members of etcd, each in a network namespace of its own."""
import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

from lab import network
from lab.gateway import Gateway, Rejected
from lab.waiting import wait_until

SOURCES = network.Path(__file__).resolve().parents[3]
CERTIFICATES = SOURCES / "install/fleet/sase-fleet-certificates"
PARTS = ["m1", "m2", "m3"]
DISK = 200 << 20  # bytes for a member's data; etcd reserves 64 MiB for each part of its log


def make_certificates(*arguments):
    subprocess.run([CERTIFICATES, *arguments], check=True, timeout=20)


class Member:
    def __init__(self, cluster, number):
        self.cluster, self.number, self.name = cluster, number, PARTS[number]
        self.address = network.MEMBERS[number]
        self.directory = network.ROOT / self.name
        self.log = network.ROOT / f"{self.name}.log"
        self.gateway = Gateway(self.address, cluster.certificates)
        self.process, self.certificate = None, self.name
        self.quota = 0  # bytes; 0 is etcd's default
        network.add_machine(self.name, self.address)
        self.directory.mkdir()
        network.run("mount", "-t", "tmpfs", "-o", f"mode=700,size={DISK}", "tmpfs", str(self.directory))

    def start(self):
        certificates = self.cluster.certificates
        peers = ",".join(f"{name}=https://{address}:2380" for name, address in zip(PARTS, network.MEMBERS))
        options = {
            "name": self.name, "data-dir": self.directory / "data", "initial-cluster": peers, "initial-cluster-state": "new",
            "listen-client-urls": f"https://{self.address}:2379", "advertise-client-urls": f"https://{self.address}:2379",
            "listen-peer-urls": f"https://{self.address}:2380", "initial-advertise-peer-urls": f"https://{self.address}:2380",
            "cert-file": certificates / f"{self.certificate}.pem", "key-file": certificates / f"{self.certificate}.key",
            "client-cert-auth": "true", "trusted-ca-file": certificates / "ca.pem",
            "peer-cert-file": certificates / f"{self.name}-peer.pem", "peer-key-file": certificates / f"{self.name}-peer.key",
            "peer-client-cert-auth": "true", "peer-trusted-ca-file": certificates / "peer-ca.pem",
            "enable-grpc-gateway": "true", "logger": "zap", "log-level": "warn", "quota-backend-bytes": self.quota,
        }
        command = [*network.inside(self.name), "etcd", *(f"--{name}={value}" for name, value in options.items())]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, env={**os.environ, "GOMAXPROCS": "1"}, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)

    def has_handshake(self):
        """It serves, whatever its certificate is."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection((self.address, 2379), 1) as connection, context.wrap_socket(connection):
                return True
        except OSError:
            return False

    def restart(self, certificate):
        """With another certificate, which the lab need not accept."""
        self.kill()
        self.certificate = certificate
        self.start()
        wait_until(self.has_handshake, f"{self.name} serves", 30, self.cluster.describe)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def proceed(self):
        self.process.send_signal(signal.SIGCONT)

    def fill_disk(self):
        """The member ends at its next write."""
        try:
            with open(self.directory / "filling", "wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 20))
        except OSError:
            pass

    def forget(self):
        """A member that does not run loses its data."""
        shutil.rmtree(self.directory / "data", ignore_errors=True)

    def peers(self):
        return [member for member in self.cluster.members if member is not self]

    def cut_from_peers(self):
        """Hosts still reach it."""
        network.lose_packets(self.name, [peer.address for peer in self.peers()])
        for peer in self.peers():
            network.lose_packets(peer.name, [self.address])

    def heal(self):
        network.heal(self.name, [peer.address for peer in self.peers()])
        for peer in self.peers():
            network.heal(peer.name, [self.address])


class Cluster:
    def __init__(self):
        self.certificates = network.ROOT / "certificates"
        make_certificates("authority", self.certificates)
        for name, address, relay in zip(PARTS, network.MEMBERS, network.RELAYS):
            hostile = network.HOSTILE if name == PARTS[0] else []
            make_certificates("member", self.certificates, name, address, relay, *hostile)
        for name in ("lab", "host"):
            make_certificates("client", self.certificates, name)
        self.members = [Member(self, number) for number in range(3)]

    def start(self):
        """Starts the members that do not run, and waits until each has a leader. Returns the seconds that it took."""
        start = time.monotonic()
        for member in self.members:
            if not member.is_running():
                member.start()
        self.wait_until_whole()
        return time.monotonic() - start

    def wait_until_whole(self):
        for member in self.members:
            wait_until(member.gateway.has_quorum, f"{member.name} has a leader", 30, self.describe)

    def describe(self):
        logs = [member.log.read_text(errors="replace")[-1500:] for member in self.members]
        return "\n".join(f"{member.name}: {log}" for member, log in zip(self.members, logs))

    def heal(self):
        """Ends every fault of the members."""
        for member in self.members:
            if member.is_running():
                member.proceed()
            (member.directory / "filling").unlink(missing_ok=True)
            member.heal()
        network.heal(None, [*network.MEMBERS, *network.RELAYS])
        return self.start()

    def rebuild(self, quota=0, certificate=""):
        """Restarts all members without data; their certificates are those of this prefix."""
        self.end()
        for member in self.members:
            member.forget()
            member.quota, member.certificate = quota, certificate + member.name
        for member in self.members:
            member.start()

    def make_expired_certificates(self):
        """Those of the members begin with `expired-`; the client is `expired`. They end in this second."""
        for name, address, relay in zip(PARTS, network.MEMBERS, network.RELAYS):
            make_certificates("--days", "0", "member", self.certificates, f"expired-{name}", address, relay)
        make_certificates("--days", "0", "client", self.certificates, "expired")
        time.sleep(1.1)

    def find_leader(self):
        for member in self.members:
            try:
                leader, own = member.gateway.find_leader()
            except (OSError, Rejected, http.client.HTTPException):
                continue
            if leader == own:
                return member
        return None

    def wait_for_leader(self):
        wait_until(self.find_leader, "there is a leader", 15, self.describe)
        return self.find_leader()

    def wait_for_follower(self):
        leader = self.wait_for_leader()
        return next(member for member in self.members if member is not leader)

    def urls(self, addresses=None):
        return ",".join(f"https://{address}:2379" for address in addresses or network.MEMBERS)

    def end(self):
        for member in self.members:
            if member.is_running():
                member.proceed()
                member.process.kill()
        for member in self.members:
            if member.process:
                member.process.wait(10)
