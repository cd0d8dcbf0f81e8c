# SPDX-License-Identifier: Apache-2.0
"""Waiting with a limit."""
import time


class TimedOut(Exception):
    pass


def wait_until(condition, what, seconds, describe=lambda: "", pause=0.02):
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise TimedOut(f"timed out after {seconds} s waiting until {what}\n{describe()}")
        time.sleep(pause)
