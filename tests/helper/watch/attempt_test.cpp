// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::watch {

using namespace std::chrono_literals;

TEST_CASE("parses the report that it formats", "[attempt]") {
  const TokenReport report = TokenReport::parse(TokenReport{.token = "0123abcd",
                                                            .file = "8:42:17.9",
                                                            .left = 3599s,
                                                            .refresh_ahead = 900s,
                                                            .is_due_for_refresh = true}
                                                    .format());

  CHECK(report.token == "0123abcd");
  CHECK(report.file == "8:42:17.9");
  CHECK(report.left == 3599s);
  CHECK(report.refresh_ahead == 900s);
  CHECK(report.is_due_for_refresh);
}

TEST_CASE("rejects a malformed report", "[attempt]") {
  for (const char* const text :
       {"", "left=1\n", "token=x\n", "file=x\n", "token=x\nfile=y\nleft=many\n", "nothing"}) {
    INFO(text);
    CHECK_THROWS_AS(TokenReport::parse(text), protocol::ProtocolError);
  }
}

TEST_CASE("sorts the output of an attempt", "[attempt]") {
  const Attempt attempt = Attempt::parse(
      "sase-credential: warning: slow\nsase-credential: hint: faster\ntoken=x\nfile=y\n"
      "sase-credential: no answer\nsase-credential: hint: try later\n",
      6);

  CHECK(attempt.warnings ==
        std::vector<std::string>{"sase-credential: warning: slow", "sase-credential: hint: faster"});
  REQUIRE(attempt.token);
  CHECK(attempt.token->token == "x");
  REQUIRE(attempt.failure);
  CHECK(attempt.failure->code == ExitCode::unreachable);
  CHECK(attempt.failure->what() == std::string("no answer"));
  CHECK(attempt.failure->hint == "try later");
}

TEST_CASE("a report without a failure is a success", "[attempt]") {
  const Attempt attempt = Attempt::parse("token=x\nfile=y\n", 0);

  CHECK(attempt.token);
  CHECK_FALSE(attempt.failure);
}

TEST_CASE("an attempt that ended without a message keeps its exit code", "[attempt]") {
  const Attempt attempt = Attempt::parse("sase-credential: warning: slow\n", 6);

  CHECK(attempt.failure.value().code == ExitCode::unreachable);
  CHECK(attempt.failure->what() == std::string("the attempt ended with exit code 6 and without a message"));
}

TEST_CASE("an attempt without a report or with a malformed one is an internal error", "[attempt]") {
  for (const char* const output : {"", "token=x\n", "nothing"}) {
    INFO(output);
    const Attempt attempt = Attempt::parse(output, 0);

    CHECK_FALSE(attempt.token);
    CHECK(attempt.failure.value().code == ExitCode::internal_error);
    CHECK(attempt.failure->what() == std::string("internal error: a worker process exited without a result"));
  }
}

TEST_CASE("an unknown exit code is an internal error", "[attempt]") {
  CHECK(Attempt::parse("sase-credential: lost\n", 99).failure.value().code == ExitCode::internal_error);
}

}  // namespace sase::watch
