// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sase::protocol {

/// Text from outside in a form that is safe in a message and on a terminal: printable ASCII stays, a
/// backslash and every other byte become `\\` and `\xNN`, and what is longer than 200 bytes is cut with
/// `...`.
[[nodiscard]] std::string escape(std::string_view foreign);

}  // namespace sase::protocol
