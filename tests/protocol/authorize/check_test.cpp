// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/response.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

namespace sase::protocol {

using namespace std::chrono_literals;

TEST_CASE("a check is written in one line and parses as itself", "[check]") {
  struct Row {
    Check check;
    std::string line;
  };
  const auto row = GENERATE(values<Row>({
      {{CheckId::name, CheckState::ok, {}, 1830us, "api.example.test is 192.0.2.1", ""},
       "name ok 1830 api.example.test is 192.0.2.1"},
      {{CheckId::tls, CheckState::warning, {}, 0us, "it ends soon", ""}, "tls warning 0 it ends soon"},
      {{CheckId::tcp, CheckState::broken, ErrorKind::unreachable, 5us, "no answer", ""},
       "tcp unreachable 5 no answer"},
      {{CheckId::authorize, CheckState::broken, ErrorKind::rate_limited, 5us, "too often", ""},
       "authorize rate-limited 5 too often"},
      {{CheckId::read, CheckState::untried, {}, 0us, "not tried", ""}, "read untried 0 not tried"},
  }));

  CHECK(row.check.write() == row.line);
  const Check read = Check::parse(row.line);
  CHECK(read.name == row.check.name);
  CHECK(read.state == row.check.state);
  CHECK(read.kind == row.check.kind);
  CHECK(read.took == row.check.took);
  CHECK(read.what == row.check.what);
}

TEST_CASE("rejects an invalid line", "[check]") {
  const std::string line = GENERATE(values<std::string>({
      "",
      "tls",
      "tls ok",
      "tls ok 1",
      "tls ok 1 ",
      "tls ok -1 words",
      "tls ok 1x words",
      "tls ok 9223372036854775808 words",
      "TLS ok 1 words",
      "door ok 1 words",
      "tls fine 1 words",
      "tls broken 1 words",
      " tls ok 1 words",
  }));
  CHECK_THROWS_AS(Check::parse(line), ProtocolError);
}

}  // namespace sase::protocol
