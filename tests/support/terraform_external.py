# SPDX-License-Identifier: Apache-2.0
# As strict as Terraform's provider `external` is with its program: reads a .tf file with one data source "external" and
# one "http", asks the program, and makes the request that the second one describes.
# usage: terraform_external.py FILE.tf
import json
import re
import subprocess
import sys
import urllib.request


def fail(what):
    sys.exit("terraform_external: " + what)


def block(text, kind):
    """The body and the name of the data source of that kind."""
    found = re.search(r'^data "%s" "(\w+)" \{\n(.*?)^\}' % kind, text, re.M | re.S)
    return found[1], found[2]


def attribute(body, name):
    return re.search(r"^ *%s *= (.*)$" % name, body, re.M)[1]


def pairs(text):
    return dict(re.findall(r'(\w+) *= *"([^"]*)"', text))


def ask(program, query):
    """No shell; the query on standard input; only the exit code says whether it went well."""
    done = subprocess.run(program, input=json.dumps(query).encode(), capture_output=True, check=False)
    if done.returncode != 0:
        if not done.stderr:
            fail("the program failed without an error message")
        fail("the program failed: " + done.stderr.decode())
    result = json.loads(done.stdout)
    # The provider reads it into a map of strings.
    if not isinstance(result, dict) or not all(isinstance(value, str) for value in result.values()):
        fail("the program did not write a flat object of strings")
    return result


def main():
    text = open(sys.argv[1]).read()
    name, source = block(text, "external")
    result = ask(json.loads(attribute(source, "program")), pairs(attribute(source, "query")))
    _, http = block(text, "http")
    request = urllib.request.Request(json.loads(attribute(http, "url")))
    for header, value in pairs(attribute(http, "request_headers")).items():
        value = re.sub(r"\$\{data\.external\.%s\.result\.(\w+)\}" % name, lambda member: result[member[1]], value)
        request.add_unredirected_header(header, value)
    with urllib.request.urlopen(request, timeout=20) as answer:
        sys.stdout.buffer.write(answer.read())


main()
