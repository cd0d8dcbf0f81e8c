// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::diagnose {

namespace {

using namespace std::chrono_literals;
using protocol::CheckState;

DoctorReport report() {
  return {.profile = "default",
          .checks = {{.name = "settings", .state = CheckState::ok, .what = "the profile", .remedy = {}},
                     {.name = "tls",
                      .state = CheckState::warning,
                      .what = "ends soon",
                      .remedy = "renew it",
                      .took = 1500us},
                     {.name = "read",
                      .state = CheckState::broken,
                      .what = "rejected",
                      .remedy = "ask \"them\"",
                      .code = ExitCode::rejected},
                     {.name = "late",
                      .state = CheckState::broken,
                      .what = "no",
                      .remedy = {},
                      .code = ExitCode::unreachable},
                     {.name = "last", .state = CheckState::untried, .what = "not tried", .remedy = {}}},
          .settings = {{.name = "region", .value = "eu", .from = "SASE_REGION"},
                       {.name = "proxy", .value = {}, .from = "default"}}};
}

}  // namespace

TEST_CASE("the exit code is that of the first failed check", "[doctor_report]") {
  CHECK(report().exit_code() == ExitCode::rejected);
  CHECK(DoctorReport{}.exit_code() == ExitCode::success);
}

TEST_CASE("the text has a line per check, with its settings and remedy below", "[doctor_report]") {
  CHECK(report().text(cli::Terminal{0, false}) ==
        "ok    settings   the profile\n"
        "                 region  eu  (SASE_REGION)\n"
        "warn  tls        ends soon (1.5 ms)\n"
        "                 -> renew it\n"
        "FAIL  read       rejected\n"
        "                 -> ask \"them\"\n"
        "FAIL  late       no\n"
        "--    last       not tried\n"
        "\n"
        "check failed: read (exit code 5)\n");
  CHECK(
      tests::contains(report().text(cli::Terminal{0, true}), "\x1b[1;31mFAIL\x1b[0m  read       rejected\n"));
}

TEST_CASE("the JSON report is one object in one line", "[doctor_report]") {
  CHECK(
      report().json() ==
      R"({"version":1,"profile":"default","ok":false,"exit_code":5,"links":[)"
      R"({"name":"settings","state":"ok","what":"the profile","remedy":null,"seconds":0.0},)"
      R"({"name":"tls","state":"warning","what":"ends soon","remedy":"renew it","seconds":0.0015},)"
      R"({"name":"read","state":"broken","what":"rejected","remedy":"ask \"them\"","seconds":0.0},)"
      R"({"name":"late","state":"broken","what":"no","remedy":null,"seconds":0.0},)"
      R"({"name":"last","state":"untried","what":"not tried","remedy":null,"seconds":0.0}],)"
      R"("settings":[{"name":"region","value":"eu","from":"SASE_REGION"},{"name":"proxy","value":null,"from":"default"}]})"
      "\n");
  CHECK(tests::contains(DoctorReport{}.json(), R"("profile":null,"ok":true,"exit_code":0)"));
}

}  // namespace sase::diagnose
