# SPDX-License-Identifier: Apache-2.0
"""The whole lab: members, service and hosts."""
import argparse
import os
import shutil
import time
from contextlib import contextmanager
from pathlib import Path

from lab import network
from lab.figures import Figures
from lab.hosts import Host, Wave
from lab.members import SOURCES, Cluster
from lab.processors import Turns
from lab.service import Service

AUTHORIZE = 0.5  # seconds that an authorization takes, unless said otherwise
TIMEOUT = 10  # seconds, the default of `timeout`
TOKEN = ("sase-credential", "token")


class Lab:
    def __init__(self):
        self.build = find_build()
        self.figures = Figures()
        self.cluster = Cluster()
        self.service = Service(self.build)
        self.started = self.cluster.start()
        self.key = self.service.key
        self.hosts_made = 0

    @property
    def certificates(self):
        return self.cluster.certificates

    def create_fleet(self, *faults, delay=AUTHORIZE):
        """From here on hosts have another key, so that nothing is in the store for them; the counters are zero."""
        self.key = self.service.create_key()
        self.service.anew(*self.faults(*faults, delay=delay))

    def faults(self, *faults, delay=AUTHORIZE):
        return [*faults, *([f"delay={delay * 1000:.0f}ms"] if delay else [])]

    def fleet_settings(self, members=None):
        return {"fleet": self.cluster.urls(members), "fleet_ca_file": self.certificates / "ca.pem",
                "fleet_client_cert": self.certificates / "host.pem", "fleet_client_key": self.certificates / "host.key"}

    def host(self, machine=None, with_fleet=True, members=None, **settings):
        self.hosts_made += 1
        fleet = self.fleet_settings(members) if with_fleet else {}
        return Host(self.hosts_made, self.build, machine, url=self.service.url, ca_file=self.service.state / "ca.pem",
                    api_key=self.key, **{**fleet, **settings})

    def hosts(self, count, **options):
        return [self.host(**options) for _ in range(count)]

    def wave(self, hosts, *command, stdin=b""):
        """Calls that are held until release() or run()."""
        wave = Wave()
        for host in hosts:
            wave.add(host, *(command or TOKEN), stdin=stdin)
        return wave

    def run_in_turns(self, hosts):
        """A wave as on machines of their own."""
        with Turns(self.service.process, *(member.process for member in self.cluster.members)) as turns:
            wave = Wave()
            for number, host in enumerate(hosts):
                wave.add(host, *TOKEN, scheduler=turns.of_host(number, len(hosts)))
            return wave.run()

    def keep_errors_of_fleet(self):
        """From here on hosts have a copy of the build whose `fleet` writes its standard error, which a call drops, to a file."""
        copy, errors = network.ROOT / "build", network.ROOT / "fleet.errors"
        programs, originals = copy / "libexec/sase-credential", self.build / "libexec/sase-credential"
        for directory in (programs, copy / "bin"):
            directory.mkdir(parents=True)
        shutil.copy(self.build / "bin/sase-credential", copy / "bin")
        (programs / "authorize").symlink_to(originals / "authorize")
        (programs / "fleet").write_text(f"#!/bin/sh\nexec {originals}/fleet 2>>{errors}\n")
        (programs / "fleet").chmod(0o755)
        errors.touch()
        self.build = copy
        return errors

    def records(self):
        """The records in the store: key → (value, mod_revision)."""
        for member in self.cluster.members:
            try:
                found = member.gateway.read(serializable=True, timeout=1.0)
            except OSError:
                continue
            return {key: value for key, value in found.items() if key.endswith(b"/record")}
        return {}

    def end(self):
        self.cluster.end()
        self.service.end()


def find_build():
    build = Path(os.environ.get("SASE_BUILD") or SOURCES / "build/gcc").resolve()
    if not (build / "bin/sase-credential").exists():
        network.skip(f"no sase-credential in {build}/bin: build it, or set SASE_BUILD")
    return build


@contextmanager
def started_lab():
    network.enter()
    start = time.monotonic()
    lab = Lab()
    print(f"three members have a leader after {lab.started:.1f} s, the lab is ready after {time.monotonic() - start:.1f} s",
          flush=True)
    try:
        yield lab
    finally:
        lab.end()


def parse_arguments(text, *positional, **options):
    """positional: (name, default); options: default values by name."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in positional:
        parser.add_argument(name, nargs="?", type=type(default), default=default)
    for name, default in options.items():
        flag = "--" + name.replace("_", "-")
        if isinstance(default, bool):
            parser.add_argument(flag, action="store_true")
        else:
            parser.add_argument(flag, type=type(default), default=default)
    return parser.parse_args()
