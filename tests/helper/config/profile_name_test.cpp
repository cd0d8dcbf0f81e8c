// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_name.hpp"

#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::config {

namespace {

using namespace std::string_literals;

}  // namespace

TEST_CASE("a profile's name is always one safe file name", "[profile_name]") {
  for (const std::string& name :
       {"default"s, "a"s, "0"s, "a.b_c-d"s, "9lives"s, "a.."s, std::string(64, 'a')}) {
    INFO(name);
    CHECK(is_profile_name(name));
  }
  for (const std::string& name : {""s,      "."s,
                                  ".."s,    ".a"s,
                                  "-a"s,    "_a"s,
                                  "A"s,     "aB"s,
                                  "a/b"s,   "../a"s,
                                  "a b"s,   " a"s,
                                  "a\n"s,   "a\0"s,
                                  "a\0b"s,  "a\\b"s,
                                  "a:b"s,   "a@b"s,
                                  "a%b"s,   "\xc3\xa4"s,
                                  "a\xff"s, std::string(65, 'a')}) {
    INFO(protocol::escape(name));
    CHECK_FALSE(is_profile_name(name));
  }
}

TEST_CASE("the default profile's name is one", "[profile_name]") {
  CHECK(is_profile_name(default_profile));
  CHECK(default_profile == "default");
}

}  // namespace sase::config
