// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bearer_token.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <string_view>

namespace sase::protocol {

/// How a credential is said to a caller of git's credential protocol.
enum class ReplyForm {
  password,  ///< `username` and `password`: every git, and all who parse like it
  bearer,    ///< `authtype` and `credential`: callers that announced the capability (git 2.46)
};

/// The whole reply to a `get`, empty line included. `username` is the profile's name. The expiry goes along
/// so that git 2.40 and later stop using a token that has died.
[[nodiscard]] Secret write_credential_reply(ReplyForm form, std::string_view username,
                                            const BearerToken& token, std::chrono::sys_seconds expiry);

/// The reply to the `capability` operation (git 2.46, "CAPABILITY INPUT/OUTPUT FORMAT").
inline constexpr std::string_view capability_reply = "version 0\ncapability authtype\n";

}  // namespace sase::protocol
