# SPDX-License-Identifier: Apache-2.0
# The unit and contract tests of helper/fleet.
set(SASE_FLEET_TESTS
  tests/helper/fleet/gateway_reply_test.cpp)
