// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::diagnose {

namespace {

using namespace std::chrono_literals;

ProfileStatus good() {
  ProfileStatus status;
  status.name = "default";
  status.is_chosen = true;
  status.region = "eu";
  status.api = "v1";
  status.host = "api.eu.sase.checkpoint.com";
  status.key = "SASE_API_KEY";
  status.local_state.token_left = 3000s;
  return status;
}

ProfileStatus paused() {
  ProfileStatus status = good();
  status.name = "lab";
  status.is_chosen = false;
  status.region.clear();
  status.host = "localhost:8443";
  status.local_state = {
      .token_left = {}, .failure = RememberedFailure{.what = "rejected", .ago = 20s}, .pause = "wait"};
  return status;
}

ProfileStatus broken() {
  ProfileStatus status;
  status.name = "x";
  status.failure = Failure(ExitCode::invalid_settings, "/x.conf:1: unknown setting", "did you mean it?");
  return status;
}

}  // namespace

TEST_CASE("the text has a row per profile, marks the default and shows problems below", "[status_report]") {
  CHECK(status_text({good(), paused(), broken()}, cli::Terminal{0, false}) ==
        "  PROFILE  REGION  API  HOST                        TOKEN     KEY\n"
        "* default  eu      v1   api.eu.sase.checkpoint.com  50m left  SASE_API_KEY\n"
        "  lab      -       v1   localhost:8443              none      SASE_API_KEY\n"
        "  warn no request is sent now: wait\n"
        "  x\n"
        "  FAIL /x.conf:1: unknown setting\n"
        "       -> did you mean it?\n");
}

TEST_CASE("shows the last failure with its age", "[status_report]") {
  ProfileStatus status = paused();
  status.local_state.pause.clear();
  CHECK(tests::contains(status_text({status}, cli::Terminal{0, false}),
                        "  warn the last call failed 20s ago: rejected\n"));
}

TEST_CASE("shows what the last call got from the fleet", "[status_report]") {
  ProfileStatus status = good();
  status.fleet = "etcd, 3 members";
  CHECK(tests::contains(status_text({status}, cli::Terminal{0, false}), "\n  fleet etcd, 3 members\n"));
  CHECK(tests::contains(status_json({status}), R"("fleet":{"store":"etcd, 3 members","last":null})"));

  status.local_state.fleet = {.what = "hit", .ago = std::chrono::minutes(12)};
  CHECK(tests::contains(status_text({status}, cli::Terminal{0, false}),
                        "\n  fleet etcd, 3 members; hit 12m ago\n"));

  status.local_state.fleet = {.what = "fallback", .ago = std::chrono::seconds(5), .error = "no leader"};
  CHECK(tests::contains(status_text({status}, cli::Terminal{0, false}),
                        "; fallback 5s ago; unavailable: no leader\n"));
  CHECK(tests::contains(status_json({status}),
                        R"("last":{"what":"fallback","seconds_ago":5,"error":"no leader"})"));
}

TEST_CASE("shows a problem of the key below the row", "[status_report]") {
  ProfileStatus status = good();
  status.failure = Failure(ExitCode::invalid_settings, "no key");
  const std::string text = status_text({status}, cli::Terminal{0, false});
  CHECK(tests::contains(text, "* default"));
  CHECK(tests::contains(text, "  FAIL no key\n"));
}

TEST_CASE("the JSON report is one object in one line with the same members for each profile",
          "[status_report]") {
  CHECK(
      status_json({good(), paused(), broken()}) ==
      R"({"version":1,"profiles":[)"
      R"({"name":"default","chosen":true,"ok":true,"region":"eu","api":"v1","host":"api.eu.sase.checkpoint.com",)"
      R"("key":"SASE_API_KEY","token_seconds_left":3000,"last_failure":null,"pause":null,"fleet":null,"error":null},)"
      R"({"name":"lab","chosen":false,"ok":true,"region":null,"api":"v1","host":"localhost:8443",)"
      R"("key":"SASE_API_KEY","token_seconds_left":null,"last_failure":{"what":"rejected","seconds_ago":20},)"
      R"("pause":"wait","fleet":null,"error":null},)"
      R"({"name":"x","chosen":false,"ok":false,"region":null,"api":null,"host":null,"key":null,)"
      R"("token_seconds_left":null,"last_failure":null,"pause":null,"fleet":null,)"
      R"("error":{"what":"/x.conf:1: unknown setting","remedy":"did you mean it?"}}]})"
      "\n");
  CHECK(status_json({}) == "{\"version\":1,\"profiles\":[]}\n");
}

}  // namespace sase::diagnose
