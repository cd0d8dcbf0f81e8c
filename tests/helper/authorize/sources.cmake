# SPDX-License-Identifier: Apache-2.0
# The unit tests of helper/authorize. They link sase_authorize.
set(SASE_AUTHORIZE_TESTS
  tests/helper/authorize/address_book_test.cpp
  tests/helper/authorize/authorize_body_test.cpp
  tests/helper/authorize/authorizer_test.cpp
  tests/helper/authorize/bystander_test.cpp
  tests/helper/authorize/call_filter_test.cpp
  tests/helper/authorize/certificate_failure_test.cpp
  tests/helper/authorize/confinement_test.cpp
  tests/helper/authorize/connection_race_test.cpp
  tests/helper/authorize/endpoint_test.cpp
  tests/helper/authorize/json_members_test.cpp
  tests/helper/authorize/landlock_test.cpp
  tests/helper/authorize/no_proxy_test.cpp
  tests/helper/authorize/progress_test.cpp
  tests/helper/authorize/proxy_test.cpp
  tests/helper/authorize/proxy_tunnel_test.cpp
  tests/helper/authorize/retry_after_test.cpp
  tests/helper/authorize/retry_test.cpp
  tests/helper/authorize/service_error_test.cpp
  tests/helper/authorize/service_reply_test.cpp
  tests/helper/authorize/spoken_message_test.cpp
  tests/helper/authorize/tls_failure_test.cpp
  tests/helper/authorize/watchdog_test.cpp
  tests/support/temporary_directory.cpp)
