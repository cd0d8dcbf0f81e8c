// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/check.hpp"

#include "protocol/protocol_error.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

namespace sase::protocol {

using namespace std::chrono_literals;

TEST_CASE("a link is written in one line and reads as itself", "[link]") {
  struct Row {
    Link link;
    std::string line;
  };
  const auto row = GENERATE(values<Row>({
      {{LinkName::name, LinkState::ok, {}, 1830us, "api.example.test is 192.0.2.1", ""},
       "name ok 1830 api.example.test is 192.0.2.1"},
      {{LinkName::tls, LinkState::warning, {}, 0us, "it ends soon", ""}, "tls warning 0 it ends soon"},
      {{LinkName::tcp, LinkState::broken, Denial::unreachable, 5us, "nobody answers", ""},
       "tcp unreachable 5 nobody answers"},
      {{LinkName::authorize, LinkState::broken, Denial::rate_limited, 5us, "too often", ""},
       "authorize rate-limited 5 too often"},
      {{LinkName::read, LinkState::untried, {}, 0us, "not tried", ""}, "read untried 0 not tried"},
  }));

  CHECK(row.link.write() == row.line);
  const Link read = Link::parse(row.line);
  CHECK(read.name == row.link.name);
  CHECK(read.state == row.link.state);
  CHECK(read.denial == row.link.denial);
  CHECK(read.took == row.link.took);
  CHECK(read.what == row.link.what);
}

TEST_CASE("a line that is no link is refused", "[link]") {
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
  CHECK_THROWS_AS(Link::parse(line), ProtocolError);
}

}  // namespace sase::protocol
