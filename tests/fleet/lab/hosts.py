# SPDX-License-Identifier: Apache-2.0
"""Hosts of the fleet: each has its own home and runtime directories, host name and boot clock."""
import fcntl
import os
import random
import select
import shutil
import signal
import threading
import time
from pathlib import Path

from lab import network

# A shell's background job ignores some of these, and Python ignores SIGPIPE.
USUAL_SIGNALS = [signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGHUP, signal.SIGTERM]
LONGEST = 30  # seconds; a call that takes longer is killed
# In the namespaces of a host: reports that it is ready, and waits until the other end of file 9 is closed.
HELD = 'echo "$0" >/proc/sys/kernel/hostname; echo >&8; read -r go <&9; exec "$@" 8>&- 9<&-'


class Host:
    """settings: variables of sase-credential, as in fleet="https://…"; None unsets one."""

    def __init__(self, number, build, machine=None, **settings):
        self.name = f"lab-host-{number}"
        self.machine = machine
        self.home = network.ROOT / "hosts" / self.name
        shutil.rmtree(self.home, ignore_errors=True)
        for directory in (self.home, *(self.home / part for part in ("config", "runtime", "tmp"))):
            directory.mkdir(mode=0o700, parents=True)
        self.state = self.home / "runtime/sase-credential"
        # A time namespace cannot set a clock to before the machine's start.
        self.boot_offset = random.randrange(1000, 1000000)
        self.environment = {
            "PATH": f"{build}/bin:{os.environ['PATH']}", "HOME": str(self.home), "XDG_CONFIG_HOME": f"{self.home}/config",
            "XDG_RUNTIME_DIR": f"{self.home}/runtime", "TMPDIR": f"{self.home}/tmp", "LC_ALL": "C",
        }
        self.environment.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
        self.set(**settings)

    def set(self, **settings):
        for name, value in settings.items():
            variable = "SASE_" + name.upper()
            if value is None:
                self.environment.pop(variable, None)
            else:
                self.environment[variable] = str(value)

    def command(self, command):
        """The command inside the host's namespaces."""
        return [*network.inside(self.machine), "unshare", "--uts", "--time", "--boottime", str(self.boot_offset), "--fork",
                "sh", "-c", HELD, self.name, *map(str, command)]

    def drop_token(self):
        for file in self.state.glob("*.token"):
            file.unlink()


class Call:
    """A command on a host, started and held until its wave is released."""

    def __init__(self, host, command, stdin, held, ready, scheduler=None):
        self.host = host
        self.out_path, self.err_path = host.home / "out", host.home / "err"
        (host.home / "in").write_bytes(stdin)
        create = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions = [(os.POSIX_SPAWN_OPEN, 0, str(host.home / "in"), os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_OPEN, 1, str(self.out_path), create, 0o600),
                   (os.POSIX_SPAWN_OPEN, 2, str(self.err_path), create, 0o600),
                   (os.POSIX_SPAWN_DUP2, held, 9), (os.POSIX_SPAWN_DUP2, ready, 8)]
        command = host.command(command)
        options = {"scheduler": scheduler} if scheduler else {}
        self.pid = os.posix_spawnp(command[0], command, host.environment, file_actions=actions, setsigdef=USUAL_SIGNALS,
                                   **options)
        self.handle = os.pidfd_open(self.pid)
        self.started = self.ended = self.code = self.processor = None

    def record_end(self):
        self.ended = time.monotonic()
        _, status, usage = os.wait4(self.pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        self.processor = usage.ru_utime + usage.ru_stime  # seconds, with those of ended descendants
        os.close(self.handle)

    @property
    def out(self):
        return self.out_path.read_text(errors="replace")

    @property
    def err(self):
        return self.err_path.read_text(errors="replace")

    @property
    def took(self):
        return self.ended - self.started

    def processes(self):
        """All processes of the host: those with its host name's namespace."""
        try:
            own = os.readlink(f"/proc/{self.pid}/ns/uts")
        except OSError:
            return []
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "ns/uts") == own:
                    found.append((int(process.name), (process / "comm").read_text().strip()))
            except OSError:
                continue
        return found

    def has_process(self, name):
        return any(found == name for _, found in self.processes())

    def signal(self, number, name=None):
        """To all its processes, or to those of one program."""
        for pid, found in self.processes():
            if name not in (None, found):
                continue
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def kill(self):
        """The host fails: first all its processes stop, so that none reacts to the end of another one."""
        self.signal(signal.SIGSTOP)
        self.signal(signal.SIGKILL)


def make_pipe():
    """Its files have numbers that are not those that a call gets (8 and 9)."""
    files = os.pipe()
    high = [fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, 20) for file in files]
    for file in files:
        os.close(file)
    return high


class Wave:
    """Calls that begin at the same time."""

    def __init__(self):
        self.held, self.release_end = make_pipe()
        self.ready_end, self.ready = make_pipe()
        self.calls = []
        self.recorder = threading.Thread(target=self.record_ends, daemon=True)

    def add(self, host, *command, stdin=b"", scheduler=None):
        call = Call(host, command, stdin, self.held, self.ready, scheduler)
        self.calls.append(call)
        return call

    def release(self):
        os.close(self.ready)
        for _ in self.calls:
            if not select.select([self.ready_end], [], [], 20)[0] or not os.read(self.ready_end, 1):
                raise RuntimeError("a host does not start: " + "".join(call.err for call in self.calls[:1]))
        start = time.monotonic()
        for call in self.calls:
            call.started = start
        for file in (self.release_end, self.held, self.ready_end):
            os.close(file)
        self.recorder.start()
        return self

    def record_ends(self):
        """Beside the scenario, so that each end is recorded when it happens."""
        poll, running = select.poll(), {call.handle: call for call in self.calls}
        for handle in running:
            poll.register(handle, select.POLLIN)
        end = time.monotonic() + LONGEST
        while running:
            for handle, _ in poll.poll(1000):
                poll.unregister(handle)
                running.pop(handle).record_end()
            if time.monotonic() > end:
                for call in running.values():
                    call.kill()

    def wait(self):
        self.recorder.join(LONGEST + 10)
        if any(call.ended is None for call in self.calls):
            raise RuntimeError("calls do not end, although they were killed")
        return self

    def run(self):
        return self.release().wait()

    def part(self, hosts):
        """The calls of some of the hosts."""
        part = object.__new__(Wave)
        part.calls = [call for call in self.calls if call.host in hosts]
        return part

    # ---- what the calls have returned

    @property
    def slowest(self):
        return max(call.took for call in self.calls)

    @property
    def median(self):
        return sorted(call.took for call in self.calls)[len(self.calls) // 2]

    @property
    def tokens(self):
        return {call.out.strip() for call in self.calls if call.code == 0}

    @property
    def failed(self):
        return [call for call in self.calls if call.code != 0]

    @property
    def warned(self):
        return [call for call in self.calls if call.code == 0 and call.err]
