// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/key_claims.hpp"

#include "helper/diagnose/key_check.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <chrono>
#include <string>

namespace sase::fuzz {

/// What a key says of itself, which anybody may have made up.
void key_claims(std::string_view bytes) {
  const auto claims = diagnose::read_claims(bytes);
  if (!claims) return;
  config::Profile profile;
  profile.authorize_url = "https://api.perimeter81.com/api/v1/auth/authorize";
  const std::chrono::sys_seconds now(std::chrono::seconds(1'800'000'000));
  const diagnose::CheckResult check = diagnose::judge_claims(*claims, profile, now);
  check(is_printable(check.what + check.remedy), "what a person is told of a key is printable");
  check(check.what.size() + check.remedy.size() < 400, "what a person is told of a key is short");
  check(!claims->expires ||
            (*claims->expires <= now) == check.what.starts_with("the key itself says that it expired"),
        "a key that has expired is told of, and no other");
}

}  // namespace sase::fuzz
