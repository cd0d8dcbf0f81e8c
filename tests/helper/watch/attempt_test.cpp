// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"
#include "protocol/protocol_error.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

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

TEST_CASE("sorts the lines of an attempt", "[attempt]") {
  AttemptMessages messages;

  CHECK(messages.add("sase-credential: trace: +1 ms\nunlock the st").starts_with("sase-credential: trace"));
  CHECK(messages.add("ore\nsase-credential: warning: slow\nsase-credential: hint: faster\n") ==
        "unlock the store\n");
  CHECK(messages.add("sase-credential: no answer\nsase-credential: hint: try later\n").empty());

  CHECK(messages.warnings() == "sase-credential: warning: slow\nsase-credential: hint: faster\n");
  const Failure failure = messages.failure(6);
  CHECK(failure.code == ExitCode::unreachable);
  CHECK(failure.what() == std::string("no answer"));
  CHECK(failure.hint == "try later");
}

TEST_CASE("the text of a key command without a line end does not hide the failure", "[attempt]") {
  AttemptMessages messages;
  CHECK(messages.add("lockedsase-credential: no API key\nsase-credential: hint: log in\nthe rest") ==
        "locked\n");

  const Failure failure = messages.failure(4);
  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(failure.what() == std::string("no API key"));
  CHECK(failure.hint == "log in");
  CHECK(messages.take_partial() == "the rest");
}

TEST_CASE("an attempt that ended without a message keeps its exit code", "[attempt]") {
  AttemptMessages messages;
  CHECK(messages.add("sase-credential: warning: slow\n").empty());

  CHECK(messages.failure(6).code == ExitCode::unreachable);
  CHECK(messages.failure(0).what() ==
        std::string("internal error: a worker process exited without a result"));
}

TEST_CASE("an unknown exit code is an internal error", "[attempt]") {
  AttemptMessages messages;
  CHECK(messages.add("sase-credential: lost\n").empty());

  CHECK(messages.failure(99).code == ExitCode::internal_error);
}

}  // namespace sase::watch
