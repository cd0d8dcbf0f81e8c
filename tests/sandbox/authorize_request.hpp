// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace sase::sandbox {

/// The API key of a well-formed authorize body, `{"grantType":"api_key","apiKey":"..."}`; further members are
/// ignored. Nothing for anything else: other types, another grant, no JSON, or JSON nested deeper than any
/// client has reason to.
[[nodiscard]] std::optional<std::string> parse_authorize_body(const std::string& body);

/// True for `application/json`, with or without parameters.
[[nodiscard]] bool is_json_content(const std::string& content_type);

}  // namespace sase::sandbox
