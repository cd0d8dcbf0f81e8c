// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/base64.hpp"
#include "protocol/escape.hpp"
#include "protocol/git/message.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/secret.hpp"

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// One key=value line of a request or a response.
namespace sase::protocol {

/// Appends a line, or nothing for an empty value. Throws ProtocolError for a value that contains a line end
/// or NUL.
inline void append(Secret& message, std::string_view key, std::string_view value) {
  using namespace std::string_view_literals;
  if (value.empty()) return;
  if (value.find_first_of("\n\r\0"sv) != std::string_view::npos)
    throw ProtocolError("'" + std::string(key) + "' contains a line end or NUL");
  message.append(key);
  message.append("=");
  message.append(value);
  message.append("\n");
}

/// Throws ProtocolError for anything but a number that is not negative.
template <typename Number>
[[nodiscard]] Number parse_number(const Attribute& attribute) {
  Number number{};
  const char* const end = attribute.value.data() + attribute.value.size();
  const auto [stop, error] = std::from_chars(attribute.value.data(), end, number);
  if (error != std::errc{} || stop != end || number < 0)
    throw ProtocolError("'" + std::string(attribute.key) + "' is not a number");
  return number;
}

[[nodiscard]] inline bool parse_flag(const Attribute& attribute) {
  if (attribute.value != "0" && attribute.value != "1")
    throw ProtocolError("'" + std::string(attribute.key) + "' is neither 0 nor 1");
  return attribute.value == "1";
}

[[nodiscard]] inline std::string parse_bytes(const Attribute& attribute) {
  auto bytes = decode_base64(attribute.value);
  if (!bytes) throw ProtocolError("'" + std::string(attribute.key) + "' is not base64");
  return std::move(*bytes);
}

/// Texts of a response reach a terminal.
inline void require_printable(const Attribute& attribute) {
  if (!is_printable_text(attribute.value))
    throw ProtocolError("'" + std::string(attribute.key) + "' is not printable");
}

[[noreturn]] inline void reject_key(std::string_view key) {
  throw ProtocolError("the key '" + escape(key.substr(0, 40)) + "' is unknown");
}

}  // namespace sase::protocol
