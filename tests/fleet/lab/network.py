# SPDX-License-Identifier: Apache-2.0
"""The lab's network: namespaces of its own, joined by a bridge, that end with the command."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77  # as in tests/run
ROOT = Path("/mnt")  # below it, a file system in memory that only the lab sees
INSIDE = "SASE_FLEET_LAB"

HOSTS = "10.77.0.1"
SERVICE = "10.77.0.2"
OFFLINE = "10.77.0.3"
MEMBERS = ["10.77.0.11", "10.77.0.12", "10.77.0.13"]
RELAYS = ["10.77.0.21", "10.77.0.22", "10.77.0.23"]
HOSTILE = [f"10.77.0.{number}" for number in range(31, 43)]  # relays to the first member
NOWHERE = "02:00:00:00:00:99"  # an Ethernet address that no interface has


def enter():
    """Runs this program again in new namespaces, whose processes, mounts and interfaces all end with it; sets them up."""
    if os.environ.get(INSIDE) == "inside" and os.getpid() == 1:
        set_up()
        return
    for program in ("etcd", "openssl", "ip", "unshare"):
        if not shutil.which(program):
            skip(f"{program} is not installed")
    spaces = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    trial = "unshare --uts --time --boottime 60 --fork true && ip link add trial type veth peer name other"
    if os.getuid() != 0 or subprocess.run([*spaces, "sh", "-c", trial], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        skip("needs root, and network and time namespaces")
    os.environ[INSIDE] = "inside"
    os.execvp("unshare", [*spaces, sys.executable, "-B", *sys.argv])


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def run(*command):
    subprocess.run(command, check=True, timeout=10)


def set_up():
    for place in (ROOT, "/run"):  # /run/netns has the names of the namespaces
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(place))
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "lab0", "type", "bridge")
    run("ip", "link", "set", "lab0", "up")
    for address in (HOSTS, *RELAYS, *HOSTILE):
        run("ip", "address", "add", f"{address}/24", "dev", "lab0")


def add_machine(name, address):
    """A network namespace with one interface on the bridge."""
    run("ip", "netns", "add", name)
    run("ip", "link", "add", f"lab-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
    run("ip", "link", "set", f"lab-{name}", "master", "lab0", "up")
    run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0")
    for interface in ("lo", "eth0"):
        run("ip", "-n", name, "link", "set", interface, "up")


def inside(name):
    """The beginning of a command that runs in a machine's namespace; None is that of the hosts."""
    return ["ip", "netns", "exec", name] if name else []


def lose_packets(name, addresses):
    """From now on all packets from the machine to these addresses are lost, those of open connections as well."""
    for address in addresses:
        run("ip", *namespace(name), "neighbour", "replace", address, "lladdr", NOWHERE, "nud", "permanent",
            "dev", "eth0" if name else "lab0")


def heal(name, addresses):
    for address in addresses:
        subprocess.run(["ip", *namespace(name), "neighbour", "del", address, "dev", "eth0" if name else "lab0"],
                       stderr=subprocess.DEVNULL, check=False, timeout=10)


def namespace(name):
    return ["-n", name] if name else []
