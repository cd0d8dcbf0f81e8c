# SPDX-License-Identifier: Apache-2.0
"""Fails one system call of a command after the other with strace, and checks the promises of the program each time.

usage: injection.py SCENARIO error|kill FIRST_SANDBOX SECOND_SANDBOX WORK_DIRECTORY

The sandboxes are directories of `sase-sandbox --state`. Each run starts with a copy of the same home directory, in which
`login` has stored the key of the first sandbox. The N-th call of one system call fails with an error, or kills the
process, for N = 1, 2, ... until the program makes fewer calls. SASE_LONG=yes tries all errors and calls.

Prints "injected M faults, the promises held in N" and a line for each broken promise.
"""
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

TIME_LIMIT = 30
SECRET = re.compile(rb'eyJ[A-Za-z0-9_-]{8}')

# The errors of each system call; the first one is always tried, the others with SASE_LONG=yes.
ERRORS = {
    'openat': ['EACCES', 'EMFILE', 'ENOSPC', 'EIO'],
    'openat2': ['EACCES', 'ENOSYS', 'EMFILE', 'EIO'],
    'newfstatat': ['EIO', 'EACCES'],
    'fstat': ['EIO'],
    'statx': ['EIO'],
    'fstatfs': ['EIO'],
    'statfs': ['EIO'],
    'faccessat2': ['EACCES'],
    'read': ['EIO', 'EINTR'],
    'readv': ['EIO', 'EINTR'],
    'pread64': ['EIO'],
    'write': ['ENOSPC', 'EIO', 'EINTR', 'EDQUOT'],
    'pwrite64': ['ENOSPC', 'EIO'],
    'fsync': ['EIO', 'ENOSPC'],
    'fdatasync': ['EIO', 'ENOSPC'],
    'rename': ['EIO', 'ENOSPC', 'EACCES'],
    'renameat': ['EIO', 'ENOSPC', 'EACCES'],
    'renameat2': ['EIO', 'ENOSPC', 'EACCES'],
    'link': ['EIO'],
    'linkat': ['EIO'],
    'unlink': ['EIO', 'EACCES'],
    'unlinkat': ['EIO', 'EACCES'],
    'mkdir': ['ENOSPC', 'EACCES'],
    'mkdirat': ['ENOSPC', 'EACCES'],
    'chmod': ['EPERM'],
    'fchmod': ['EPERM'],
    'fchmodat': ['EPERM'],
    'fchown': ['EPERM'],
    'ftruncate': ['EIO'],
    'lseek': ['EIO'],
    'flock': ['ENOLCK', 'EINTR', 'EBADF'],
    'fcntl': ['EACCES', 'EMFILE'],
    'getdents64': ['EIO'],
    'readlink': ['EACCES'],
    'readlinkat': ['EACCES'],
    'pipe2': ['EMFILE'],
    'dup': ['EMFILE'],
    'close': ['EIO'],
}

# At these calls the state on the disk may change, so that a process that ends there leaves another state.
CHANGES = {'openat', 'write', 'rename', 'renameat', 'renameat2', 'link', 'linkat', 'unlink', 'unlinkat', 'mkdir', 'mkdirat',
           'ftruncate', 'fsync', 'flock'}

IS_LONG = os.environ.get('SASE_LONG') == 'yes'


class Sandbox:
    def __init__(self, directory):
        self.ca = directory + '/ca.pem'
        self.url = read(directory + '/url').decode().strip()
        self.key = read(directory + '/api-key')
        self.context = ssl.create_default_context(cafile=self.ca)
        self.known = {}

    def get(self, path, headers=None):
        request = urllib.request.Request(self.url + path, headers=headers or {})
        with urllib.request.urlopen(request, context=self.context, timeout=TIME_LIMIT) as response:
            return response.read()

    def counters(self):
        counters = json.loads(self.get('/sandbox/stats'))
        return counters['authorize'], counters['rejected']

    def accepts(self, token):
        if token not in self.known:
            try:
                self.get('/api/rest/v1/users', {'Authorization': 'Bearer ' + token.decode()})
                self.known[token] = True
            except urllib.error.HTTPError:
                self.known[token] = False
        return self.known[token]


def read(path):
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return None


def files_below(directory):
    return {os.path.join(place, name): read(os.path.join(place, name))
            for place, _, names in os.walk(directory) for name in names}


class Result:
    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    def __str__(self):
        return f'exit code {self.code}, stdout {self.out[:60]!r}, stderr {self.err.decode(errors="replace").strip()!r}'


class Home:
    """A copy of the prepared home directory."""

    def __init__(self, template, path):
        shutil.rmtree(path, ignore_errors=True)
        if template:
            shutil.copytree(template, path, symlinks=True)
        else:
            for name in ('', '/config', '/runtime', '/tmp'):
                os.mkdir(path + name, 0o700)
        self.path = path
        self.key = path + '/config/sase-credential/keys/default'
        self.profile = path + '/config/sase-credential/profiles/default.conf'
        self.state = path + '/runtime/sase-credential'
        self.environment = {'HOME': path, 'XDG_CONFIG_HOME': path + '/config', 'XDG_RUNTIME_DIR': path + '/runtime',
                            'TMPDIR': path + '/tmp', 'PATH': os.environ['PATH']}

    def call(self, arguments, stdin=b'', prefix=()):
        return Result(subprocess.run([*prefix, 'sase-credential', *arguments], input=stdin, env=self.environment,
                                     capture_output=True, timeout=TIME_LIMIT, check=False))

    def traced(self, arguments, stdin, trace, options, follow=()):
        result = self.call(arguments, stdin, ['strace', *follow, '-e', 'signal=none', '-o', trace, *options])
        return result, read(trace).decode(errors='replace')


class Broken(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Broken(text)


class Scenario:
    arguments = ['token']
    stdin = b''
    codes = {0, 4, 5, 6, 7}
    has_cached_token = False
    fault = ''
    follow = ()
    requests = 1  # of the call with the fault and a call after it, in addition to one that a fault may cost

    def __init__(self, first, second, work):
        self.first, self.second, self.work = first, second, work

    def prepare(self, home):
        result = home.call(['login', '--stdin', '--url', self.first.url, '--ca-file', self.first.ca], self.first.key)
        check(result.code == 0, f'login: {result}')
        shutil.rmtree(home.state, ignore_errors=True)
        if self.has_cached_token:
            check(home.call(['token']).code == 0, 'no token')

    def token_in(self, result):
        """The only token on stdout. A failed call writes none."""
        tokens = set(re.findall(rb'eyJ[A-Za-z0-9_.+/=-]+', result.out))
        check(len(tokens) == (1 if result.code == 0 else 0), f'a token is written completely or not at all: {result}')
        return tokens.pop() if tokens else None

    def check_result(self, home, result):
        token = self.token_in(result)
        check(token is None or self.first.accepts(token), 'a token of another service')

    def check_after(self, home, result, was_killed):
        """A plain call works."""
        plain = home.call(['token'])
        if plain.code in (5, 6, 7) and b'; the service is asked again in ' in plain.err:
            # It shares the failure, for two seconds: without the local state, the time is over.
            shutil.rmtree(home.state)
            plain = home.call(['token'])
        check(plain.code == 0 and self.first.accepts(self.token_in(plain)), f'the next call failed: {plain}')


class Get(Scenario):
    arguments = ['get']
    has_cached_token = True
    requests = 0
    codes = {0, 3, 4, 5, 6, 7}  # 3: the request cannot be read

    def __init__(self, *arguments):
        super().__init__(*arguments)
        host = self.first.url.removeprefix('https://')
        self.stdin = f'protocol=https\nhost={host}\n\n'.encode()


class Token(Scenario):
    pass


class TokenWithAuthorizer(Scenario):
    """The faults also occur in the authorizer, which counts its own calls."""
    follow = ('-f',)


class Watch(Scenario):
    has_cached_token = True
    requests = 0

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.arguments = ['watch', '--once', 'published']

    def check_result(self, home, result):
        check(not result.out, f'output: {result}')
        written = read(self.file(home))
        check(written is None or (written.endswith(b'\n') and self.first.accepts(written.strip())), 'a file that is not whole')
        check(result.code != 0 or written is not None, f'success without a file: {result}')

    def file(self, home):
        return home.path + '/published'


class Login(Scenario):
    """Another login is all or nothing: the key and the profile are both old or both new."""
    has_cached_token = True
    requests = 1

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.arguments = ['login', '--stdin', '--no-verify', '--url', self.second.url, '--ca-file', self.second.ca]
        self.stdin = self.second.key
        self.codes = {0, 4, 5, 6, 7}

    def prepare(self, home):
        super().prepare(home)
        self.old = files_below(home.path + '/config')

    def check_result(self, home, result):
        check(not SECRET.search(result.out), 'the key is on stdout')

    def check_after(self, home, result, was_killed):
        plain = home.call(['token'])
        token = self.token_in(plain)
        check(token is not None, f'neither login is there: {plain}')
        is_new = self.second.accepts(token)
        check(is_new or self.first.accepts(token), 'a token of neither service')
        if not was_killed:
            is_stored = result.code == 0 or b'standard output' in result.err
            check(is_new == is_stored, f'the new login is {"" if is_new else "not "}in force: {result}')
            names = {os.path.relpath(path, home.path + '/config') for path in files_below(home.path + '/config')}
            if b'nothing was stored' in result.err:
                now = files_below(home.path + '/config')
                check(list(now.values()) == list(self.old.values()) and len(now) == len(self.old),
                      f'"nothing was stored" is not true: {sorted(names)}')
        logout = home.call(['logout'])
        check(logout.code == 0 and not os.listdir(os.path.dirname(home.key)), f'logout leaves a key: {logout}')


class VerifiedLogin(Login):
    requests = 2

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.arguments.remove('--no-verify')


class Logout(Scenario):
    arguments = ['logout']
    has_cached_token = True
    requests = 0

    def check_result(self, home, result):
        check(not SECRET.search(result.out), 'the key is on stdout')
        if result.code == 0:
            check(not os.path.exists(home.key), f'success, but the key is there: {result}')
            left = [name for name in os.listdir(home.state) if name.endswith('.token')]
            # If the runtime directory cannot be examined, its tokens are not found; without the key they are useless.
            check(not left or self.fault.startswith('newfstatat'), f'success, but a token is there: {result}')

    def check_after(self, home, result, was_killed):
        plain = home.call(['token'])
        if os.path.exists(home.key):
            check(plain.code == 0 and self.first.accepts(self.token_in(plain)), f'the next call failed: {plain}')
        else:
            check(plain.code == 4 and not plain.out, f'a token without a key: {plain}')
        check(home.call(['logout']).code == 0 and not os.path.exists(home.key), 'the next logout failed')


SCENARIOS = {'get': Get, 'token': Token, 'authorizer': TokenWithAuthorizer, 'watch': Watch, 'login': Login, 'verified-login': VerifiedLogin, 'logout': Logout}


class Campaign:
    def __init__(self, scenario, fault, work):
        self.scenario, self.is_kill, self.work = scenario, fault == 'kill', work
        self.template = work + '/template'
        self.scenario.prepare(Home(None, self.template))
        self.injected = self.held = 0
        self.broken = []

    def run(self):
        for name in self.calls():
            if self.is_kill:
                self.each(name, 'signal=SIGKILL')
                continue
            errors = ERRORS.get(name, ['EIO'])
            for error in errors if IS_LONG else errors[:1]:
                self.each(name, 'error=' + error)
        print(f'injected {self.injected} faults, the promises held in {self.held}')
        for text in self.broken:
            print(text)
        return not self.broken and self.injected > 0

    def calls(self):
        """The names of the system calls for files, descriptors and locks that the command makes."""
        home = Home(self.template, self.work + '/home')
        result, trace = home.traced(self.resolved(home), self.scenario.stdin, self.work + '/trace', ['-e', 'trace=%file,%desc'],
                                    self.scenario.follow)
        check(result.code == 0, f'the command fails without a fault: {result}')
        names = set(re.findall(r'^(?:\d+ +)?(\w+)\(', trace, re.MULTILINE)) - {'execve', 'mmap', 'ioctl', 'poll', 'ppoll', 'pselect6'}
        if self.scenario.follow:
            names.discard('close')  # strace skips the call, so that the other end of a pipe waits for its end
        return sorted(names if IS_LONG or not self.is_kill else names & CHANGES)

    def resolved(self, home):
        return [home.path + '/published' if argument == 'published' else argument for argument in self.scenario.arguments]

    def each(self, name, fault):
        number = 0
        self.scenario.fault = name
        while True:
            number += 1
            home = Home(self.template, self.work + '/home')
            before = self.scenario.first.counters(), self.scenario.second.counters()
            try:
                result, trace = home.traced(self.resolved(home), self.scenario.stdin, self.work + '/trace',
                                            ['-e', f'trace={name}', '-e', f'inject={name}:{fault}:when={number}'],
                                            self.scenario.follow)
                if result.code != -signal.SIGKILL if self.is_kill else '(INJECTED)' not in trace:
                    return  # the program makes fewer calls
                self.injected += 1
                self.check(home, result, before)
                self.held += 1
            except (Broken, subprocess.TimeoutExpired) as error:
                self.broken.append(f'{name}, call {number}, {fault}: {error}')

    def check(self, home, result, before):
        scenario = self.scenario
        check(not SECRET.search(result.err), f'a secret on stderr: {result}')
        if not self.is_kill:
            check(result.code in scenario.codes, f'{result}')
        if not self.is_kill:
            scenario.check_result(home, result)
        scenario.check_after(home, result, self.is_kill)
        after = scenario.first.counters(), scenario.second.counters()
        sent = sum(new[0] - old[0] for old, new in zip(before, after))
        check(sent <= scenario.requests + 1, f'{sent} requests: {result}')
        check(all(new[1] == old[1] for old, new in zip(before, after)), 'a key was sent to another service')


def main():
    name, fault, first, second, work = sys.argv[1:]
    os.makedirs(work, exist_ok=True)
    scenario = SCENARIOS[name](Sandbox(first), Sandbox(second), work)
    sys.exit(0 if Campaign(scenario, fault, work).run() else 1)


main()
