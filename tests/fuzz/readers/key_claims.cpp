// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <chrono>
#include <string>

namespace sase::fuzz {

/// The expiry in the claims of a key.
void key_claims(std::string_view bytes) {
  const auto expiry = diagnose::find_expiry(bytes);
  if (!expiry) return;
  const std::chrono::sys_seconds now(std::chrono::seconds(1'800'000'000));
  const diagnose::CheckResult result = diagnose::check_expiry(expiry, now);
  check(is_printable(result.what + result.remedy), "the message about a key is printable");
  check(result.what.size() + result.remedy.size() < 400, "the message about a key is short");
  check((*expiry <= now) == result.what.starts_with("its claims say that it expired"),
        "an expired key is reported, and no other");
}

}  // namespace sase::fuzz
