// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "helper/rate_limit/rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>

#include <sys/stat.h>

namespace sase::diagnose {

namespace {

using namespace std::chrono_literals;
using protocol::ErrorKind;
using tests::contains;

constexpr BootTime now{20h};

LocalState look(const tests::Machine& machine, std::string_view key = tests::the_key) {
  token::ApiKeyHandle holder(machine.profile, api_key::ApiKey(protocol::Secret(key)));
  return read_local_state(machine.profile, holder, machine.state_directory);
}

LocalState recalled(const rate_limit::RequestLog& log) { return make_local_state(log, now, 1min); }

}  // namespace

TEST_CASE("an empty request log has neither failure nor pause", "[local_state]") {
  const LocalState state = recalled({});
  CHECK_FALSE(state.failure);
  CHECK(state.pause.empty());
}

TEST_CASE("describes a failure with its age, and a pause while it lasts", "[local_state]") {
  rate_limit::RequestLog log;
  log.failure = rate_limit::LastFailure{
      .auth_error = tests::auth_error(ErrorKind::rejected), .at = now - 20s, .network_fingerprint = "r"};
  const LocalState rejected = recalled(log);
  REQUIRE(rejected.failure);
  CHECK(rejected.failure->what == "what happened");
  CHECK(rejected.failure->ago == 20s);
  CHECK(contains(rejected.pause, "20s ago; the service is asked again in 280s"));

  log.failure->auth_error.kind = ErrorKind::unreachable;
  const LocalState passed = recalled(log);
  CHECK(passed.failure);
  CHECK(passed.pause.empty());
}

TEST_CASE("the rate limit is a pause as well", "[local_state]") {
  rate_limit::RequestLog log;
  log.requests.assign(rate_limit::request_limit, now - 1s);
  CHECK(contains(recalled(log).pause, "try again in 59s"));
}

TEST_CASE("reads the time left on the cached token and creates nothing", "[local_state]") {
  tests::Machine machine;
  CHECK_FALSE(look(machine).token_left);
  struct stat status {};
  CHECK(::stat(machine.directory.c_str(), &status) != 0);

  machine.keep("a-token", 10min);
  const auto left = look(machine).token_left;
  REQUIRE(left);
  CHECK(*left <= 10min);
  CHECK(*left >= 10min - 5s);
  CHECK_FALSE(look(machine, "another-key").token_left);

  machine.keep("a-token", -1min);
  CHECK_FALSE(look(machine).token_left);
  machine.profile.cache = config::CacheKind::none;
  machine.keep("a-token", 10min);
  CHECK_FALSE(look(machine).token_left);
  machine.profile.cache = config::CacheKind::file;
  machine.state_directory.reset();
  CHECK_FALSE(look(machine).token_left);
}

}  // namespace sase::diagnose
