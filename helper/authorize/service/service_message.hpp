// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/service/json_members.hpp"

#include <string>
#include <string_view>

namespace sase::authorize {

/// What the service says about its error, in whichever of its shapes: `message` (with `messageCode`, with
/// `id`, or with `error`), or `body` (with `statusCode`). Empty where it says nothing. Raw bytes from
/// outside.
[[nodiscard]] std::string_view message_of(const JsonMembers& members) noexcept;

/// The message as it may be shown: `: "..."`, escaped and cut to 200 bytes; or nothing where it is empty, or
/// where it echoes the key or a piece of it that is 8 bytes or longer, in whatever case.
[[nodiscard]] std::string quote_unless_secret(std::string_view message, std::string_view api_key);

}  // namespace sase::authorize
