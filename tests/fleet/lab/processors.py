# SPDX-License-Identifier: Apache-2.0
"""Few processors for many machines. Usually all programs of the lab share them: all hosts compete for the store at the
same time, and each is as slow as all of them together. On machines of their own none delays another one, nor a member
or the service. `Turns` is the order closest to that: members, service and lab run at once, and each host until it waits
for them. The hosts behind it begin that much later, although their time counts from the common start."""
import os
from pathlib import Path

from lab import network

LAB, FIRST_HOST = 60, 50  # priorities of sched(7)


class Turns:
    def __init__(self, *processes):
        self.pids = [os.getpid(), *(process.pid for process in processes)]

    def __enter__(self):
        try:
            self.schedule(os.SCHED_RR, LAB)
        except PermissionError:
            network.skip("needs real-time scheduling")
        return self

    def __exit__(self, *_):
        self.schedule(os.SCHED_OTHER, 0)

    def schedule(self, policy, priority):
        """All threads, also those that they start meanwhile or later."""
        done = set()
        while tasks := {task for pid in self.pids for task in list_tasks(pid)} - done:
            done |= tasks
            for task in tasks:
                try:
                    os.sched_setscheduler(task, policy, os.sched_param(priority))
                except ProcessLookupError:
                    pass

    @staticmethod
    def of_host(number, count):
        """For posix_spawn."""
        return os.SCHED_RR, os.sched_param(FIRST_HOST - number * FIRST_HOST // count)


def list_tasks(pid):
    try:
        return [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
    except FileNotFoundError:
        return []  # it has ended
