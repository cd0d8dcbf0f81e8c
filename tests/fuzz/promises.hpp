// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/failure.hpp"
#include "protocol/authorize/response.hpp"

#include <string_view>
#include <variant>

namespace sase::fuzz {

/// Invariants of each reported failure: it has the exit code and a printable message.
void check_failure(const Failure& failure, ExitCode code);

/// Invariants of each profile that was made from settings: the authorizer understands all of it.
void check_profile(const config::Profile& profile);

/// Invariants of each outcome of a request: a valid token, or a message without any part of the key. The
/// front can parse both.
void check_outcome(std::variant<protocol::TokenResponse, protocol::AuthError> outcome,
                   std::string_view api_key);

/// Whether two replies of the authorizer are equal.
[[nodiscard]] bool same(const protocol::AuthorizeReply& left, const protocol::AuthorizeReply& right);

}  // namespace sase::fuzz
