// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bearer_token.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sase::protocol {

/// A valid request of git's credential protocol.
struct CredentialRequest {
  std::string protocol;
  std::string host;       ///< as in the request: in any case, possibly with a port, not checked
  std::string username;   ///< empty if absent
  bool authtype = false;  ///< the caller sent `capability[]=authtype` (git 2.46) and accepts Bearer

  /// The secret of an `erase`: `credential`, else `password`, else empty. A view into the parsed text, so
  /// that the secret is not copied.
  std::string_view secret;

  /// Parses one message. Throws ProtocolError if it violates the message format, repeats a single-valued key,
  /// has no protocol or no host, or has a `url` that is malformed or contradicts `protocol`, `host` or
  /// `username`.
  [[nodiscard]] static CredentialRequest parse(std::string_view text);
};

/// The form of a credential in a reply.
enum class ReplyForm {
  password,  ///< `username` and `password`: any version of git and compatible tools
  bearer,    ///< `authtype` and `credential`: callers with the capability `authtype` (git 2.46)
};

/// The complete reply to a `get`, including the empty line. `username` is the name of the profile. Because of
/// the expiry, git 2.40 and later do not use an expired token.
[[nodiscard]] Secret write_credential_reply(ReplyForm form, std::string_view username,
                                            const BearerToken& token, std::chrono::sys_seconds expiry);

/// The reply to the operation `capability` (git 2.46, "CAPABILITY INPUT/OUTPUT FORMAT").
inline constexpr std::string_view capability_reply = "version 0\ncapability authtype\n";

}  // namespace sase::protocol
