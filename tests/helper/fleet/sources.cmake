# SPDX-License-Identifier: Apache-2.0
# The unit and contract tests of helper/fleet.
set(SASE_FLEET_TESTS
  tests/contracts/etcd_store_test.cpp
  tests/contracts/fleet_store_contract.cpp
  tests/helper/fleet/etcd/gateway_reply_test.cpp
  tests/helper/fleet/etcd/hostile_store_test.cpp
  tests/helper/fleet/etcd/hostile_watch_test.cpp
  tests/helper/fleet/etcd/hostile_write_test.cpp
  tests/support/etcd_cluster.cpp
  tests/support/temporary_directory.cpp)
