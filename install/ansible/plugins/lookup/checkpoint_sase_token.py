# SPDX-License-Identifier: Apache-2.0
"""The lookup plugin checkpoint_sase_token: a bearer token from sase-credential."""

DOCUMENTATION = """
name: checkpoint_sase_token
author: the authors of sase-credential
short_description: a bearer token for the Check Point SASE API
description:
  - Obtains a bearer token from C(sase-credential) on the controller. A cached token costs about as much as starting a
    process; all forks together cause one request to the service.
  - Set C(no_log=true) for a task that uses the token, because Ansible shows the arguments of a task at C(-vvv).
options:
  profile:
    description: The profile to use. By default the one that C(sase-credential) selects.
    type: str
    vars:
      - name: checkpoint_sase_profile
  host:
    description:
      - The host that the token is for, with C(:PORT) if that is not 443. It selects the profile that has the host.
        If no profile has it, the lookup fails.
    type: str
    vars:
      - name: checkpoint_sase_host
  min_ttl:
    description: The minimum time left on the token, such as C(90s) or C(45m).
    type: str
    vars:
      - name: checkpoint_sase_min_ttl
  timeout:
    description: The time limit for the call, such as C(10s).
    type: str
    vars:
      - name: checkpoint_sase_timeout
  executable:
    description: The path of C(sase-credential), or its name if it is in PATH.
    type: str
    default: sase-credential
    vars:
      - name: checkpoint_sase_executable
  header:
    description: Return C(Bearer TOKEN), the value of the header C(Authorization), instead of the token.
    type: bool
    default: false
notes:
  - The API key comes from the profile or the environment of the controller, never from an option.
  - Variables come from the inventory or the play. The lookup fails if one of these names is a fact, because a managed
    host can return any fact and could thereby select the profile or the program that runs on the controller.
"""

EXAMPLES = """
- name: List the users
  ansible.builtin.uri:
    url: https://api.perimeter81.com/api/rest/v1/users
    follow_redirects: none
    headers:
      Authorization: "{{ lookup('sase_credential.checkpoint.checkpoint_sase_token', header=true) }}"
  no_log: true

- name: List the users of another profile in a long task
  ansible.builtin.script:
    cmd: list-users
  environment:
    SASE_ACCESS_TOKEN: "{{ lookup('sase_credential.checkpoint.checkpoint_sase_token', profile='work', min_ttl='45m') }}"
  no_log: true
"""

RETURN = """
_raw:
  description: One token, or the value of the header.
  type: list
  elements: str
"""

import json
import subprocess

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

NAME = "checkpoint_sase_token"
VARIABLES = "checkpoint_sase_"
MESSAGE_PREFIX = "sase-credential: "


def parse_messages(stderr):
    """Returns the messages of sase-credential without their prefix. Skips what a key command wrote to the same stream."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    return [line[len(MESSAGE_PREFIX):] for line in lines if line.startswith(MESSAGE_PREFIX)]


def failure(reason):
    """Returns an error, after printing it: no_log hides the error of a task."""
    Display().error(f"{NAME}: {reason}", wrap_text=False)
    return AnsibleLookupError(f"{NAME}: {reason}")


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        for fact in (variables or {}).get("ansible_facts", {}):
            if fact.startswith(VARIABLES):
                raise failure(f"{fact} is a fact, which may be set by a managed host: use inventory or play")
        if terms:
            raise failure("terms are not supported: use options such as profile='work'")
        token = self.token_for_host() if self.get_option("host") else self.token()
        return [f"Bearer {token}" if self.get_option("header") else token]

    def token(self):
        answer = self.ask("token", "--format=json")
        try:
            return json.loads(answer)["access_token"]
        except (ValueError, KeyError, TypeError):
            # The output may contain a token: keep it out of the message and its cause.
            raise failure(f"no JSON with a token from {self.get_option('executable')!r}") from None

    def token_for_host(self):
        """Uses git's protocol, in which a request names the host."""
        host = self.get_option("host")
        if any(not " " < letter <= "~" for letter in host):
            raise failure(f"invalid host {host!r}")
        answer = self.ask("get", request=f"protocol=https\nhost={host}\n\n").decode()
        for line in answer.splitlines():
            if line.startswith("password="):
                return line.partition("=")[2]
        raise failure(f"no profile has the host {host!r}")

    def ask(self, *words, request=""):
        """Runs sase-credential and returns its output. Its messages become the error, or warnings."""
        command = [self.get_option("executable"), *words]
        for name in ("profile", "min_ttl", "timeout"):
            if self.get_option(name):
                command.append(f"--{name.replace('_', '-')}={self.get_option(name)}")
        try:
            done = subprocess.run(command, input=request.encode(), capture_output=True, check=False)
        except (OSError, ValueError) as error:
            raise failure(f"cannot run {command[0]!r}: {getattr(error, 'strerror', error)}") from None
        messages = parse_messages(done.stderr)
        if done.returncode != 0:
            raise failure(f"{'; '.join(messages) or 'no reason given'} (exit code {done.returncode})")
        for line in messages:
            Display().warning(f"{NAME}: {line}")
        return done.stdout
