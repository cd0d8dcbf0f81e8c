// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel_reply.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

std::string written(std::string_view token) {
  const std::chrono::sys_seconds expiry(std::chrono::seconds(1767323045));
  return std::string(write_bazel_reply(BearerToken(Secret(token)), expiry).reveal());
}

}  // namespace

TEST_CASE("Bazel gets a list of headers, and the expiry in whole seconds", "[bazel_reply]") {
  CHECK(written("to.ken-_~+/==") ==
        R"({"headers":{"Authorization":["Bearer to.ken-_~+/=="]},"expires":"2026-01-02T03:04:05Z"})"
        "\n");
}

TEST_CASE("Bazel gets the longest token whole", "[bazel_reply]") {
  const std::string token(BearerToken::max_size, 't');

  CHECK(written(token).find(token) != std::string::npos);
}

}  // namespace sase::protocol
