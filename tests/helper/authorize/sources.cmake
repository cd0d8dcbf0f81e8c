# SPDX-License-Identifier: Apache-2.0
# The unit tests of helper/authorize. They link sase_authorize.
set(SASE_AUTHORIZE_TESTS
  tests/helper/authorize/net/resolver_test.cpp
  tests/helper/authorize/service/authorize_body_test.cpp
  tests/helper/authorize/authorizer_test.cpp
  tests/helper/authorize/bystander_test.cpp
  tests/helper/authorize/self_sandbox/seccomp_filter_forbidden_test.cpp
  tests/helper/authorize/self_sandbox/seccomp_filter_test.cpp
  tests/helper/authorize/tls/certificate_test.cpp
  tests/helper/authorize/tls/credential_files_test.cpp
  tests/helper/authorize/self_sandbox/self_sandbox_test.cpp
  tests/helper/authorize/net/happy_eyeballs_test.cpp
  tests/helper/authorize/http/endpoint_test.cpp
  tests/helper/authorize/self_sandbox/landlock_test.cpp
  tests/helper/authorize/http/no_proxy_test.cpp
  tests/helper/authorize/probe_test.cpp
  tests/helper/authorize/report/progress_test.cpp
  tests/helper/authorize/http/proxy_tunnel_test.cpp
  tests/helper/authorize/service/retry_after_test.cpp
  tests/helper/authorize/service/retry_test.cpp
  tests/helper/authorize/clock_check_test.cpp
  tests/helper/authorize/service/service_error_test.cpp
  tests/helper/authorize/service/service_response_test.cpp
  tests/helper/authorize/service/service_message_test.cpp
  tests/helper/authorize/tls/tls_failure_test.cpp
  tests/support/temporary_directory.cpp)
