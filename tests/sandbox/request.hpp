// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sase::sandbox {

/// The parts of an HTTP request that the routes use.
struct Request {
  std::string method;
  std::string path;  ///< Decoded, without the query.
  std::vector<std::pair<std::string, std::string>> query;
  std::string query_string;  ///< As it was sent.
  std::string content_type;
  std::string content_encoding;
  std::string authorization;
  std::string git_protocol;
  std::string body;  ///< At most `largest_body` bytes; a larger request is rejected earlier.
};

/// Bytes. An authorize request has at most 20 KiB: a key may have 16 KiB.
inline constexpr std::size_t largest_body = std::size_t{64} * 1024;

/// The API key of a well-formed authorize body, `{"grantType":"api_key","apiKey":"..."}`; further members are
/// ignored. Nothing for any other body: other types, another grant, not JSON, or nested deeper than 16
/// levels.
[[nodiscard]] std::optional<std::string> parse_authorize_body(const std::string& body);

/// True for `application/json`, with or without parameters.
[[nodiscard]] bool is_json_content(const std::string& content_type);

/// The token in an `Authorization: Bearer T` header, or nothing.
[[nodiscard]] std::optional<std::string> bearer_token(const std::string& authorization);

/// The password in an `Authorization: Basic base64(name:T)` header, or nothing. git sends tokens in this
/// form.
[[nodiscard]] std::optional<std::string> basic_password(const std::string& authorization);

}  // namespace sase::sandbox
