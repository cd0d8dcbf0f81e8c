# SPDX-License-Identifier: Apache-2.0
"""Three etcd members, the sandbox and many hosts on one machine, for the commands of tests/fleet."""
