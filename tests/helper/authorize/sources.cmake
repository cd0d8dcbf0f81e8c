# SPDX-License-Identifier: Apache-2.0
# The unit tests of helper/authorize and helper/network.
set(SASE_AUTHORIZE_TESTS
  tests/helper/network/net/resolver_test.cpp
  tests/helper/authorize/service/authorize_body_test.cpp
  tests/helper/authorize/authorizer_test.cpp
  tests/helper/network/self_sandbox/bystander_test.cpp
  tests/helper/network/self_sandbox/seccomp_filter_forbidden_test.cpp
  tests/helper/network/self_sandbox/seccomp_filter_test.cpp
  tests/helper/network/tls/certificate_test.cpp
  tests/helper/network/tls/credential_files_test.cpp
  tests/helper/network/self_sandbox/self_sandbox_test.cpp
  tests/helper/network/net/happy_eyeballs_test.cpp
  tests/helper/authorize/http/endpoint_test.cpp
  tests/helper/network/self_sandbox/landlock_test.cpp
  tests/helper/authorize/http/no_proxy_test.cpp
  tests/helper/authorize/probe_test.cpp
  tests/helper/network/report/progress_test.cpp
  tests/helper/authorize/http/proxy_tunnel_test.cpp
  tests/helper/authorize/service/retry_after_test.cpp
  tests/helper/authorize/service/retry_test.cpp
  tests/helper/authorize/clock_check_test.cpp
  tests/helper/authorize/service/service_error_test.cpp
  tests/helper/authorize/service/service_response_test.cpp
  tests/helper/authorize/service/service_message_test.cpp
  tests/helper/network/tls/tls_failure_test.cpp
  tests/support/temporary_directory.cpp)
