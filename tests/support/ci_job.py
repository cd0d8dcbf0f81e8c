#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the one job of a workflow of GitHub's or GitLab's as their runners would, as far as our recipes go.

usage: ci_job.py github|gitlab FILE DIRECTORY

Secrets and variables of the project are what the environment names PROJECT_..., without that prefix. DIRECTORY is the runner's. Writes
the job's output to stdout, where what is masked is *** as in the log, and ends with the exit code of what failed.
"""
import os
import re
import subprocess
import sys

import yaml

PREFIX = "PROJECT_"
PROJECT = {name.removeprefix(PREFIX): value for name, value in os.environ.items() if name.startswith(PREFIX)}
OTHERS = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def run(script, environment, options, masks):
    """The script's output, with `::add-mask::` obeyed as it is met; its failure ends the job."""
    done = subprocess.run(["bash", "--noprofile", "--norc", *options, script], env=OTHERS | environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("::add-mask::"):
            masks.append(line.removeprefix("::add-mask::"))
        for mask in masks:
            line = line.replace(mask, "***")
        print(line, flush=True)
    return done.returncode


def written(path):
    with open(path, "a+", encoding="utf-8") as file:
        file.seek(0)
        return dict(line.rstrip("\n").split("=", 1) for line in file)


def script_in(directory, text):
    path = os.path.join(directory, "script")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def github(job, directory):
    files = {"GITHUB_ENV": os.path.join(directory, "env"), "GITHUB_OUTPUT": os.path.join(directory, "output")}
    temporary = os.path.join(directory, "temp")
    os.mkdir(temporary)
    masks = [PROJECT["SASE_API_KEY"]] if PROJECT.get("SASE_API_KEY") else []
    outputs = {}

    def filled_in(text):
        known = {f"secrets.{name}": value for name, value in PROJECT.items()} | outputs
        known |= {f"vars.{name}": value for name, value in PROJECT.items()}
        return re.sub(r"\$\{\{ *([^ }]+) *\}\}", lambda match: known.get(match[1], ""), text)

    # Without a name the runner's shell is `bash -e`.
    options = {"bash": ["-eo", "pipefail"], None: ["-e"]}[job.get("defaults", {}).get("run", {}).get("shell")]
    for step in job["steps"]:
        environment = job.get("env", {}) | written(files["GITHUB_ENV"]) | step.get("env", {})
        environment = {name: filled_in(str(value)) for name, value in environment.items()}
        environment |= files | {"RUNNER_TEMP": temporary}
        code = run(script_in(directory, filled_in(step["run"])), environment, options, masks)
        if code:
            return code
        outputs |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in written(files["GITHUB_OUTPUT"]).items()}
        # The runner removes them after each step.
        os.remove(files["GITHUB_OUTPUT"])
    return 0


def gitlab(job, directory):
    environment = dict(PROJECT)
    for name, value in job.get("variables", {}).items():
        environment[name] = re.sub(r"\$(\w+)", lambda match: environment.get(match[1], ""), str(value))
    masks = [PROJECT["SASE_API_KEY"]] if PROJECT.get("SASE_API_KEY") else []
    # One shell for both, and another for what comes after, whatever has happened.
    os.chdir(directory)
    text = "\n".join(job.get("before_script", []) + job["script"])
    code = run(script_in(directory, text), environment, ["-eo", "pipefail"], masks)
    run(script_in(directory, "\n".join(job.get("after_script", []))), environment, ["-eo", "pipefail"], masks)
    return code


def main():
    kind, path, directory = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    jobs = document["jobs"] if kind == "github" else document
    (job,) = jobs.values()
    return {"github": github, "gitlab": gitlab}[kind](job, directory)


sys.exit(main())
