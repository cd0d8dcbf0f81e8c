// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/failure.hpp"
#include "protocol/authorize/exchange.hpp"

#include <string_view>
#include <variant>

namespace sase::fuzz {

/// What holds of every failure that a person is told: it can be shown as it is.
void check_failure(const Failure& failure, ExitCode code);

/// What holds of every profile that its settings were made into: the authorizer understands all of it.
void check_profile(const config::Profile& profile);

/// What holds of the service's replies, whatever it said: a token within its bounds, or words that hold
/// nothing of the key; and either can be said to the front.
void check_outcome(std::variant<protocol::TokenResponse, protocol::AuthError> outcome,
                   std::string_view api_key);

/// Whether two replies of the authorizer say the same.
[[nodiscard]] bool same(const protocol::AuthorizeReply& left, const protocol::AuthorizeReply& right);

}  // namespace sase::fuzz
