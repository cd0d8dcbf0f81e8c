#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints how one container of a manifest is run, for in_image of containers.bash: its options, then its command.

usage: pod.py FILE CONTAINER DIRECTORY NAME=VALUE...

DIRECTORY holds the volumes, by their names. The variables are added, or replace those of the manifest; an empty value
removes one. Each word ends with a NUL.
"""
import sys

import yaml


def find_pod(document):
    spec = document["spec"]
    while "containers" not in spec:
        spec = (spec.get("jobTemplate") or spec.get("template"))["spec"]
    return spec


def main():
    path, name, directory, *changes = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        pod = find_pod(yaml.safe_load(file))
    (container,) = [one for one in pod.get("initContainers", []) + pod["containers"] if one["name"] == name]
    confined = pod["securityContext"] | container["securityContext"]
    expected = {"runAsNonRoot": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True, "seccompProfile": {"type": "RuntimeDefault"}}
    for key, value in expected.items():
        assert confined.get(key) == value, f"{name}: {key}"
    group = confined["runAsGroup"]
    words = ["-u", f"{confined['runAsUser']}:{group},{confined['fsGroup']}"]
    variables = {one["name"]: one["value"] for one in container.get("env", [])}
    for change in changes:
        key, value = change.split("=", 1)
        variables[key] = value
    for key, value in variables.items():
        words += ["-e", f"{key}={value}"] if value else []
    for mount in container["volumeMounts"]:
        access = ":ro" if mount.get("readOnly") else ""
        words += ["-v", f"{directory}/{mount['name']}:{mount['mountPath']}{access}"]
    # The entry point of the image, and of those that are made from it.
    command = container.get("command") or ["sase-credential"]
    sys.stdout.write("".join(word + "\0" for word in words + command + container.get("args", [])))


main()
