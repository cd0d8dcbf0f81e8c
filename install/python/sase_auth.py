# SPDX-License-Identifier: Apache-2.0
"""requests.get("https://api.perimeter81.com/api/rest/v1/users", auth=SaseAuth())"""
import subprocess
from urllib.parse import urlsplit

from requests.auth import AuthBase


def ask_helper(operation, url, **more):
    """Returns the token for the host of the URL, or None if no profile has the host."""
    words = {"protocol": urlsplit(url).scheme, "host": urlsplit(url).netloc.rpartition("@")[2], **more}
    text = "".join(f"{name}={value}\n" for name, value in words.items() if value) + "\n"
    done = subprocess.run(["git-credential-sase", operation], input=text, stdout=subprocess.PIPE, text=True, check=True)
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if line).get("password")


class SaseAuth(AuthBase):
    def __init__(self, profile=None):
        self.profile = profile

    def __call__(self, request):
        if token := ask_helper("get", request.url, username=self.profile):
            request.headers["Authorization"] = f"Bearer {token}"
            request.register_hook("response", self.once_more)
        return request

    def once_more(self, answer, **options):
        """Deletes a rejected token and repeats the request once with a new one."""
        request = answer.request
        kind, _, old = request.headers.get("Authorization", "").partition(" ")
        if answer.status_code != 401 or kind != "Bearer" or not isinstance(request.body, (bytes, str, type(None))):
            return answer
        ask_helper("erase", request.url, username=self.profile, password=old)
        if not (token := ask_helper("get", request.url, username=self.profile)):
            return answer
        request.headers["Authorization"] = f"Bearer {token}"
        answer.close()
        return answer.connection.send(request, **options)
