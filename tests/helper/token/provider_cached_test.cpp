// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using tests::Machine;

}  // namespace

TEST_CASE("requests a token on a miss and caches it", "[token_provider]") {
  Machine machine;

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.error.text().empty());
}

TEST_CASE("returns the cached token without a request", "[token_provider]") {
  Machine machine;
  (void)machine.get();
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "another", .lifetime = 3600s};

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
}

TEST_CASE("returns the cached token with its expiry", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 1000s);

  const ProvidedToken new_token = machine.source().get();

  CHECK(tests::time_left(new_token.token) <= 1000s);
  CHECK(tests::time_left(new_token.token) >= 990s);
}

TEST_CASE("gives a cached token with at least min-ttl left", "[token_provider]") {
  struct Row {
    const char* name;
    seconds min_ttl, left;
    const char* expected;
  };
  // Reading the clock again may cost a second or two, so nothing stands on the very bound.
  const auto row = GENERATE(values<Row>({
      {"long before", 60s, 3600s, "cached"},
      {"shortly before", 60s, 70s, "cached"},
      {"shortly after", 60s, 59s, "fresh-token"},
      {"a long job asks for more", 2700s, 2600s, "fresh-token"},
      {"a long job has enough", 2700s, 2800s, "cached"},
      {"without a min-ttl", 0s, 10s, "cached"},
      {"without a min-ttl, at its end", 0s, 0s, "fresh-token"},
      {"dead", 60s, -1s, "fresh-token"},
      {"dead without a min-ttl", 0s, -1s, "fresh-token"},
      {"longer than any token lives", 60s, 3700s, "fresh-token"},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    machine.profile.min_ttl = row.min_ttl;
    machine.keep("cached", row.left);

    CHECK(machine.get() == row.expected);
    CHECK(machine.kept() == row.expected);
  }
}

TEST_CASE("does not give the cached token to another profile, service or key", "[token_provider]") {
  Machine machine;
  machine.keep("cached", 3600s);

  SECTION("another profile") {
    machine.profile.name = "work";
    CHECK(machine.get() == "fresh-token");
  }
  SECTION("another service") {
    machine.profile.authorize_url = "https://other.test/api/v1/auth/authorize";
    CHECK(machine.get() == "fresh-token");
  }
  SECTION("another key") {
    CHECK(machine.source("another-key").get().token.bearer.reveal() == "fresh-token");
  }
}

TEST_CASE("writes neither key nor token into a warning or a file", "[token_provider]") {
  Machine machine;
  machine.authorizer.answer = tests::FakeAuthorizer::Success{.token = "hunter2-token", .lifetime = 3600s};
  (void)machine.get();
  const std::string stem = machine.directory + '/' + machine.identity().file_stem();

  const std::string token = tests::text_of_file(stem + ".token");
  CHECK_FALSE(token.empty());
  CHECK_FALSE(tests::contains(token, "hunter2"));
  CHECK_FALSE(tests::contains(token, tests::the_key));
  const std::string key_id = machine.directory + '/' + machine.key_id();
  const std::string log_file = tests::text_of_file(key_id + ".lock");
  CHECK_FALSE(log_file.empty());
  CHECK_FALSE(tests::contains(log_file, "hunter2"));
  CHECK_FALSE(tests::contains(log_file, tests::the_key));
}

}  // namespace sase::token
