// SPDX-License-Identifier: Apache-2.0
#include "protocol/secret.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace sase::protocol {

namespace {

/// More than the region that small secrets share.
constexpr std::size_t large = 100'000;

}  // namespace

TEST_CASE("a secret can be moved but not copied, compared or printed", "[secret]") {
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<Secret>);
  STATIC_REQUIRE(std::is_nothrow_move_assignable_v<Secret>);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Secret>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<Secret>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string_view, Secret>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string_view>);
}

TEST_CASE("a secret contains its bytes", "[secret]") {
  CHECK(Secret("hunter2").reveal() == "hunter2");
  CHECK(Secret(std::string_view("a\0b", 3)).reveal() == std::string_view("a\0b", 3));
  CHECK(Secret("").empty());
  CHECK(Secret().empty());
  CHECK(Secret().reveal().empty());
}

TEST_CASE("a secret grows at its end", "[secret]") {
  Secret secret;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece = std::to_string(i) + ',';
    secret.append(piece);
    expected += piece;
  }

  CHECK(secret.reveal() == expected);
  CHECK(secret.size() == expected.size());
}

TEST_CASE("appending an empty text changes nothing", "[secret]") {
  Secret secret("a");
  secret.append("");

  CHECK(secret.reveal() == "a");
}

TEST_CASE("a secret is not reallocated within its capacity", "[secret]") {
  for (const std::size_t capacity : {std::size_t{64}, large}) {
    Secret secret = Secret::with_capacity(capacity);
    secret.append("a");
    const char* const place = secret.reveal().data();
    secret.append(std::string(capacity - 1, 'b'));

    CHECK(secret.empty() == false);
    CHECK(secret.reveal().data() == place);
    CHECK(secret.size() == capacity);
  }
}

TEST_CASE("committed bytes become part of a secret", "[secret]") {
  Secret secret("ab");
  const auto space = secret.spare_capacity(3);
  REQUIRE(space.size() >= 3);
  std::ranges::copy(std::string_view("cde"), space.begin());

  CHECK(secret.reveal() == "ab");
  secret.commit(2);
  CHECK(secret.reveal() == "abcd");
}

TEST_CASE("commit() is limited to the capacity", "[secret]") {
  Secret secret = Secret::with_capacity(8);
  secret.commit(1000);

  CHECK(secret.size() <= 8);
}

TEST_CASE("a moved-from secret is empty", "[secret]") {
  for (const std::size_t size : {std::size_t{7}, large}) {
    Secret from(std::string(size, 's'));
    const char* const place = from.reveal().data();

    const Secret to(std::move(from));

    CHECK(to.reveal() == std::string(size, 's'));
    CHECK(to.reveal().data() == place);
    CHECK(from.empty());  // NOLINT(bugprone-use-after-move): what is left is the point
    CHECK(from.reveal().data() == nullptr);
  }
}

TEST_CASE("secrets compare by all their bytes", "[secret]") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "xbc"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
  CHECK_FALSE(equal_in_constant_time("ab", "abc"));
  CHECK_FALSE(equal_in_constant_time("", "a"));
  CHECK_FALSE(equal_in_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace sase::protocol
