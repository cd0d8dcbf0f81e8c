// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace sase::sandbox {

/// The token in an `Authorization: Bearer T` header, or nothing.
[[nodiscard]] std::optional<std::string> bearer_token(const std::string& authorization);

/// The password in an `Authorization: Basic base64(name:T)` header, or nothing. git sends tokens so.
[[nodiscard]] std::optional<std::string> basic_password(const std::string& authorization);

}  // namespace sase::sandbox
