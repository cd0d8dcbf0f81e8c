# SPDX-License-Identifier: Apache-2.0
# As strict as Bazel is with credential helpers (its CredentialHelper, GetCredentialsResponse and
# CredentialHelperProvider): finds the helper of a URL in a .bazelrc, asks it, and downloads the URL with the headers.
# usage: bazel_download.py BAZELRC WORKSPACE URL
import json
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request

KILLED_AFTER = 10  # --credential_helper_timeout


def fail(what):
    sys.exit("bazel_download: " + what)


def helper_for(rc_file, url):
    """The flag is [SCOPE=]PATH; a scope is a host without a port, or *. and a domain; the most exact one wins."""
    host = urllib.parse.urlsplit(url).hostname
    best = None
    for line in open(rc_file):
        for value in re.findall(r"--credential_helper=(\S+)", line):
            scope, _, path = value.rpartition("=")
            if scope and not re.fullmatch(r"(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+", scope):
                fail("not a scope: " + scope)
            rank = 2 if scope == host else 1 if scope.startswith("*.") and host.endswith(scope[1:]) else 0 if not scope else None
            if rank is not None and (best is None or rank > best[0]):
                best = (rank, path)
    return best and best[1]


def gson(text):
    """Bazel's writer of JSON escapes what HTML gives a meaning."""
    return re.sub("[<>&='\u2028\u2029]", lambda sign: "\\u%04x" % ord(sign[0]), json.dumps(text))


def ask(helper, workspace, url):
    program = helper if helper.startswith("/") else shutil.which(helper)
    if not program:
        fail("no helper " + helper)
    try:
        done = subprocess.run([program, "get"], input=('{"uri":%s}' % gson(url)).encode(), capture_output=True,
                              cwd=workspace, timeout=KILLED_AFTER, check=False)
    except subprocess.TimeoutExpired:
        fail("the helper was killed")
    if done.returncode != 0:
        fail("process failed with exit code %d: %s" % (done.returncode, done.stderr.decode()))
    if not done.stdout:
        fail("exited without output")
    return done.stdout.decode("utf-8", "strict")


def no_repetitions(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        fail("a member stands twice")
    return dict(pairs)


def parse_headers(reply):
    reply = json.loads(reply, object_pairs_hook=no_repetitions)
    if not isinstance(reply, dict) or not isinstance(reply.get("headers", {}), dict):
        fail("expected objects")
    # yyyy-MM-dd'T'HH:mm:ssXXX: no fraction of a second.
    if "expires" in reply and not (isinstance(reply["expires"], str) and re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", reply["expires"])):
        fail("expires cannot be parsed")
    for name, values in reply.get("headers", {}).items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            fail("expected an array of strings for " + name)
    return reply.get("headers", {})


def main():
    rc_file, workspace, url = sys.argv[1:]
    helper = helper_for(rc_file, url)
    request = urllib.request.Request(url)
    for name, values in (parse_headers(ask(helper, workspace, url)) if helper else {}).items():
        for value in values:
            request.add_unredirected_header(name, value)
    with urllib.request.urlopen(request, timeout=20) as answer:
        sys.stdout.buffer.write(answer.read())


main()
