// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile_selector.hpp"
#include "helper/diagnostics.hpp"
#include "helper/failure.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sase::cli {

/// Reads a git credential request from `input`, up to its empty line. At a terminal, a hint explains what is
/// expected. Throws Failure (malformed_request).
[[nodiscard]] protocol::Secret read_request(int input, const Diagnostics& diagnostics);

/// The views in the result point into `text`. Throws Failure (malformed_request).
[[nodiscard]] protocol::CredentialRequest parse_request(const protocol::Secret& text);

/// Reads a JSON document of at most protocol::JsonObject::usual_limit bytes from `input`. `form` describes
/// the expected document, for hints. Throws Failure (malformed_request).
[[nodiscard]] protocol::Secret read_document(int input, const Diagnostics& diagnostics, const char* form);

/// The failure for a request on stdin that cannot be parsed. `form` describes a valid one.
[[nodiscard]] Failure malformed_request(const std::string& why, const char* form);

/// The profile that a request selects, or nothing if the request does not match. Throws Failure as
/// ProfileSelector::for_host() does.
[[nodiscard]] std::optional<config::Profile> find_profile(const config::ProfileSelector& selector,
                                                          const protocol::CredentialRequest& request);

/// The profile that has the host of `origin`, for dialects in which a host without a profile is an error.
/// `what` names the origin in the message. Throws Failure (invalid_settings).
[[nodiscard]] config::Profile require_profile(const config::ProfileSelector& selector,
                                              const protocol::Origin& origin, std::string_view what);

}  // namespace sase::cli
