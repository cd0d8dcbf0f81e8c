// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::diagnose {

/// What an API key that is a JSON Web Token (RFC 7519) says of itself. It is only looked at to help a person:
/// nobody has checked its signature, and the service alone decides what a key is worth.
struct KeyClaims {
  std::optional<std::chrono::sys_seconds> expires;  ///< `exp`
  std::vector<std::string> parties;                 ///< `iss`, and all of `aud`: raw text from outside
};

/// Nothing where the key is no JSON Web Token that can be read.
[[nodiscard]] std::optional<KeyClaims> read_claims(std::string_view api_key);

}  // namespace sase::diagnose
