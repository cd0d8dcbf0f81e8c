// SPDX-License-Identifier: Apache-2.0
#include "tests/contracts/token_cache_contract.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"

#include <string>
#include <string_view>

namespace sase::tests {

namespace {

using cache::Identity;
using cache::TokenCache;
using sase::Expiry;
using std::chrono::seconds;

cache::Identity usual() {
  return {"default", "https://api.example.test/api/v1/auth/authorize", "a-test-api-key"};
}

Token token(std::string_view text, seconds left = seconds(3600)) {
  return {
      .bearer = protocol::BearerToken(protocol::Secret(text)),
      .expiry = Expiry::after(
          {.wall = std::chrono::sys_seconds(seconds(1767323045)), .boot = BootSeconds(seconds(500))}, left)};
}

std::string found(cache::TokenCache& cache, const cache::Identity& identity) {
  const auto cached = cache.find(identity);
  return cached ? std::string(cached->bearer.reveal()) : "(none)";
}

}  // namespace

void an_empty_cache_finds_nothing(const OpenCache& open) { CHECK_FALSE(open()->find(usual())); }

void a_stored_token_is_found_whole(const OpenCache& open) {
  const auto cache = open();
  cache->store(usual(), token("to.ken-_~+/==", seconds(1234)));

  const auto cached = cache->find(usual());

  REQUIRE(cached);
  CHECK(cached->bearer.reveal() == "to.ken-_~+/==");
  CHECK(cached->expiry.moment.wall == std::chrono::sys_seconds(seconds(1767323045 + 1234)));
  CHECK(cached->expiry.moment.boot == BootSeconds(seconds(500 + 1234)));
  CHECK(cached->expiry.boot == current_boot());
}

void a_stored_token_is_found_by_another_process(const OpenCache& open) {
  REQUIRE(exit_code_in_child([&open] {
            open()->store(usual(), token("of-another-process"));
            return 0;
          }) == 0);

  CHECK(found(*open(), usual()) == "of-another-process");
}

void a_token_is_kept_whether_it_is_fresh_or_not(const OpenCache& open) {
  open()->store(usual(), token("dead", seconds(-1'000'000)));

  CHECK(found(*open(), usual()) == "dead");
}

void a_token_of_any_length_is_kept(const OpenCache& open) {
  for (const std::size_t size : {1U, 1000U, 65535U, 65536U}) {
    const std::string text(size, 't');
    open()->store(usual(), token(text));
    CHECK(found(*open(), usual()) == text);
  }
}

void a_later_token_takes_the_place_of_the_one_before(const OpenCache& open) {
  open()->store(usual(), token("a-long-one-at-first"));
  open()->store(usual(), token("short"));

  CHECK(found(*open(), usual()) == "short");
}

void a_removed_token_is_gone(const OpenCache& open) {
  open()->store(usual(), token("t"));
  open()->remove(usual());

  CHECK(found(*open(), usual()) == "(none)");
}

void removing_what_is_not_there_is_no_error(const OpenCache& open) {
  CHECK_NOTHROW(open()->remove(usual()));
  open()->store(usual(), token("t"));
  open()->remove(usual());
  CHECK_NOTHROW(open()->remove(usual()));
}

void identities_do_not_mix(const OpenCache& open) {
  const cache::Identity other_profile("work", "https://api.example.test/api/v1/auth/authorize",
                                      "a-test-api-key");
  const cache::Identity other_url("default", "https://other.test/api/v1/auth/authorize", "a-test-api-key");
  const cache::Identity other_key("default", "https://api.example.test/api/v1/auth/authorize", "another-key");
  open()->store(usual(), token("mine"));

  for (const cache::Identity* const other : {&other_profile, &other_url, &other_key}) {
    CHECK(found(*open(), *other) == "(none)");
    open()->store(*other, token("other"));
    CHECK(found(*open(), usual()) == "mine");
    open()->remove(*other);
    CHECK(found(*open(), usual()) == "mine");
  }
}

void readers_beside_a_writer_find_a_whole_token(const OpenCache& open) {
  const std::string one(3000, 'a');
  const std::string other(2000, 'b');
  open()->store(usual(), token(one));
  const pid_t writer = start_child([&] {
    for (int i = 0; i < 200; ++i)
      open()->store(usual(), token(i % 2 == 0 ? other : one));
    return 0;
  });

  int strange = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string text = found(*open(), usual());
    if (text != one && text != other) ++strange;
  }

  CHECK(wait_for_child(writer) == 0);
  CHECK(strange == 0);
}

}  // namespace sase::tests
