// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::diagnose {

namespace {

using namespace std::chrono_literals;
using protocol::Check;
using protocol::CheckId;
using protocol::CheckState;
using protocol::ErrorKind;
using tests::contains;

/// A report with one failed check.
std::vector<Check> chain(CheckId broken, ErrorKind kind) {
  std::vector<Check> checks;
  for (std::size_t i = 0; i < protocol::check_count; ++i) {
    const auto name = static_cast<CheckId>(i);
    const auto state = name < broken    ? CheckState::ok
                       : name == broken ? CheckState::broken
                                        : CheckState::untried;
    checks.push_back({.name = name,
                      .state = state,
                      .kind = state == CheckState::broken ? std::optional(kind) : std::nullopt,
                      .took = 5us,
                      .what = "words",
                      .remedy = "remedy"});
  }
  return checks;
}

token::ProbeReport make_report(std::vector<Check> checks) {
  token::ProbeReport report;
  report.checks = std::move(checks);
  return report;
}

std::vector<CheckResult> make_results(const token::ProbeReport& report) {
  const config::Settings values;
  return diagnose::make_results(report, tests::make_profile(), values);
}

ExitCode find_exit_code(const std::vector<CheckResult>& checks) {
  return std::ranges::find_if(checks, &CheckResult::is_failed)->code;
}

}  // namespace

TEST_CASE("maps each error to its exit code, and a wrong clock to that of local state",
          "[connectivity_check]") {
  struct Row {
    CheckId name;
    ErrorKind kind;
    ExitCode code;
  };
  const auto row = GENERATE(values<Row>({
      {CheckId::name, ErrorKind::unreachable, ExitCode::unreachable},
      {CheckId::proxy, ErrorKind::misconfigured, ExitCode::invalid_settings},
      {CheckId::clock, ErrorKind::misconfigured, ExitCode::local_state},
      {CheckId::authorize, ErrorKind::rejected, ExitCode::rejected},
      {CheckId::authorize, ErrorKind::rate_limited, ExitCode::unreachable},
      {CheckId::read, ErrorKind::invalid_response, ExitCode::rejected},
  }));
  const auto checks = make_results(make_report(chain(row.name, row.kind)));
  REQUIRE(checks.size() == 7);
  CHECK(find_exit_code(checks) == row.code);
  CHECK(checks.at(static_cast<std::size_t>(row.name)).what == "words");
  CHECK(checks.at(static_cast<std::size_t>(row.name)).took == 5us);
}

TEST_CASE("a blocked request fails the check authorize", "[connectivity_check]") {
  token::ProbeReport report = make_report(chain(CheckId::clock, ErrorKind::not_asked));
  for (Check& check : report.checks)
    if (check.state == CheckState::broken)
      check = {.name = check.name,
               .state = CheckState::untried,
               .kind = {},
               .took = {},
               .what = "not tried",
               .remedy = {}};
  report.blocked = tests::auth_error(ErrorKind::rate_limited);
  const auto checks = make_results(report);
  CHECK(checks[5].is_failed());
  CHECK(checks[5].what == "not tried: what happened");
  CHECK(checks[5].remedy == "what to do");
  CHECK(find_exit_code(checks) == ExitCode::unreachable);
}

TEST_CASE("an earlier failed check precedes a blocked request", "[connectivity_check]") {
  token::ProbeReport report = make_report(chain(CheckId::tcp, ErrorKind::unreachable));
  report.blocked = tests::auth_error(ErrorKind::rejected);
  const auto checks = make_results(report);
  CHECK(checks[1].is_failed());
  CHECK(checks[5].state == CheckState::untried);
  CHECK(contains(checks[5].what, "not tried: what happened"));
}

TEST_CASE("without a report the error is that of the check authorize", "[connectivity_check]") {
  token::ProbeReport report = make_report({});
  report.auth_error = tests::auth_error(ErrorKind::unreachable);
  const auto checks = make_results(report);
  CHECK(checks[5].what == "what happened");
  CHECK(checks[0].state == CheckState::untried);
}

TEST_CASE("an unusable token fails the check authorize", "[connectivity_check]") {
  token::ProbeReport report = make_report({});
  report.unusable = Failure(ExitCode::rejected, "too short", "lower min-ttl");
  const auto checks = make_results(report);
  CHECK(checks[5].what == "too short");
  CHECK(checks[5].code == ExitCode::rejected);
}

TEST_CASE("an authorizer that cannot be started fails the first check", "[connectivity_check]") {
  tests::Machine machine;
  machine.authorizer.answer = tests::auth_error(protocol::ErrorKind::authorizer_failed);
  token::TokenProvider source = machine.source();
  const config::Settings values;
  const auto checks = check_connectivity(source, machine.profile, values);
  CHECK(checks[0].what == "what happened");
  CHECK(checks[0].code == ExitCode::local_state);
  CHECK(checks[6].state == CheckState::untried);
}

TEST_CASE("a refresh lock that is not acquired in time fails the check authorize", "[connectivity_check]") {
  tests::Machine machine;
  machine.time = 30ms;
  const rate_limit::RefreshLock refresh_lock = machine.hold_lock();
  token::TokenProvider source = machine.source();
  const config::Settings values;
  const auto checks = check_connectivity(source, machine.profile, values);
  CHECK(checks[0].state == CheckState::untried);
  CHECK(contains(checks[5].what, "is still asking"));
  CHECK(checks[5].code == ExitCode::unreachable);
}

}  // namespace sase::diagnose
