// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/doctor.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <chrono>
#include <string>

namespace sase::fuzz {

/// The claims of a key, which are not signed.
void key_claims(std::string_view bytes) {
  const auto claims = diagnose::read_claims(bytes);
  if (!claims) return;
  config::Profile profile;
  profile.authorize_url = "https://api.perimeter81.com/api/v1/auth/authorize";
  const std::chrono::sys_seconds now(std::chrono::seconds(1'800'000'000));
  const diagnose::CheckResult result = diagnose::check_claims(*claims, profile, now);
  check(is_printable(result.what + result.remedy), "the message about a key is printable");
  check(result.what.size() + result.remedy.size() < 400, "the message about a key is short");
  check(!claims->expires ||
            (*claims->expires <= now) == result.what.starts_with("its claims say that it expired"),
        "an expired key is reported, and no other");
}

}  // namespace sase::fuzz
