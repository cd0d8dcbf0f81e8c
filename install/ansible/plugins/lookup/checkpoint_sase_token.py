# SPDX-License-Identifier: Apache-2.0
"""The lookup plugin checkpoint_sase_token: a bearer token from sase-credential."""

DOCUMENTATION = """
name: checkpoint_sase_token
author: the authors of sase-credential
short_description: a bearer token for the Check Point SASE API
description:
  - Asks C(sase-credential) on the controller for a bearer token. A cached one costs about as much as starting a process;
    however many forks ask at once, the service is asked for one.
  - A task that uses the token needs C(no_log=true), since Ansible shows a task's arguments at C(-vvv).
options:
  profile:
    description: The profile that is meant. By default the one that C(sase-credential) chooses.
    type: str
    vars:
      - name: checkpoint_sase_profile
  host:
    description:
      - The host that the token is for, with C(:PORT) if that is not 443. It chooses the profile that owns the host;
        where none does, the lookup fails and no token leaves.
    type: str
    vars:
      - name: checkpoint_sase_host
  min_ttl:
    description: The time that the token lives at least, such as C(90s) or C(45m).
    type: str
    vars:
      - name: checkpoint_sase_min_ttl
  timeout:
    description: The time that the call takes at most, such as C(10s).
    type: str
    vars:
      - name: checkpoint_sase_timeout
  executable:
    description: C(sase-credential) by its path, or by its name if it is in PATH.
    type: str
    default: sase-credential
    vars:
      - name: checkpoint_sase_executable
  header:
    description: Give C(Bearer TOKEN), the value of the header C(Authorization), in place of the bare token.
    type: bool
    default: false
notes:
  - The API key comes from the profile or the environment of the controller, never from an option.
  - Variables come from the inventory or the play. The lookup fails where one of these names is a fact, since a managed
    host can return any fact, and would choose the profile or the program that is run on the controller.
"""

EXAMPLES = """
- name: List the users
  ansible.builtin.uri:
    url: https://api.perimeter81.com/api/rest/v1/users
    follow_redirects: none
    headers:
      Authorization: "{{ lookup('sase_credential.checkpoint.checkpoint_sase_token', header=true) }}"
  no_log: true

- name: List the users of another profile, in a task that takes long
  ansible.builtin.script:
    cmd: list-users
  environment:
    SASE_ACCESS_TOKEN: "{{ lookup('sase_credential.checkpoint.checkpoint_sase_token', profile='work', min_ttl='45m') }}"
  no_log: true
"""

RETURN = """
_raw:
  description: One token, or the header's value.
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
SAID_BY_THE_HELPER = "sase-credential: "


def what_was_said(stderr):
    """The helper's own lines, without its name. A key command writes to the same stream, and is not repeated."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    return [line[len(SAID_BY_THE_HELPER):] for line in lines if line.startswith(SAID_BY_THE_HELPER)]


def failure(reason):
    """Told at once, too: no_log hides the error, and with it why there is no token."""
    Display().error(f"{NAME}: {reason}", wrap_text=False)
    return AnsibleLookupError(f"{NAME}: {reason}")


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        for fact in (variables or {}).get("ansible_facts", {}):
            if fact.startswith(VARIABLES):
                raise failure(f"{fact} is a fact, which may be the managed host's word: it belongs into the inventory or the play")
        if terms:
            raise failure("takes options such as profile='work', and no terms")
        token = self.token_for_host() if self.get_option("host") else self.token()
        return [f"Bearer {token}" if self.get_option("header") else token]

    def token(self):
        answer = self.ask("token", "--format=json")
        try:
            return json.loads(answer)["access_token"]
        except (ValueError, KeyError, TypeError):
            # The answer may hold a token, so that nothing of it is shown, not even as the cause.
            raise failure(f"{self.get_option('executable')!r} gives no token as JSON") from None

    def token_for_host(self):
        """By git's protocol, in which a host is asked for."""
        host = self.get_option("host")
        if any(not " " < letter <= "~" for letter in host):
            raise failure(f"{host!r} is no host")
        answer = self.ask("get", request=f"protocol=https\nhost={host}\n\n").decode()
        for line in answer.splitlines():
            if line.startswith("password="):
                return line.partition("=")[2]
        raise failure(f"no profile owns the host {host!r}")

    def ask(self, *words, request=""):
        """What the helper writes; what it says to people becomes the error, or warnings."""
        command = [self.get_option("executable"), *words]
        for name in ("profile", "min_ttl", "timeout"):
            if self.get_option(name):
                command.append(f"--{name.replace('_', '-')}={self.get_option(name)}")
        try:
            done = subprocess.run(command, input=request.encode(), capture_output=True, check=False)
        except (OSError, ValueError) as error:
            raise failure(f"cannot run {command[0]!r}: {getattr(error, 'strerror', error)}") from None
        said = what_was_said(done.stderr)
        if done.returncode != 0:
            raise failure(f"{'; '.join(said) or 'no reason given'} (exit code {done.returncode})")
        for line in said:
            Display().warning(f"{NAME}: {line}")
        return done.stdout
