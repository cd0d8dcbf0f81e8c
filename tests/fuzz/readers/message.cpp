// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/message.hpp"

#include "protocol/protocol_error.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sase::fuzz {

namespace {

/// The attributes as `key=value`, or nothing where the message is refused.
std::optional<std::vector<std::string>> read(std::string_view text) try {
  std::vector<std::string> attributes;
  protocol::MessageReader reader(text);
  while (const auto attribute = reader.next()) {
    check(!attribute->key.empty() && attribute->key.find('=') == std::string_view::npos, "a key is one");
    attributes.push_back(std::string(attribute->key) + '=' + std::string(attribute->value));
    check(is_one_line(attributes.back()), "no attribute holds what ends a line, or a NUL");
  }
  check(reader.any() == !attributes.empty(), "a message is empty when it has no attribute");
  return attributes;
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error can be shown");
  return std::nullopt;
}

/// The message up to its empty line, as it is found in bytes that arrive one by one.
std::string_view message_in(std::string_view bytes) {
  protocol::MessageScanner scanner;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (scanner.scan(bytes.substr(i, 1))) return bytes.substr(0, i + 1);
  return bytes;
}

}  // namespace

/// Any message on any pipe.
void message(std::string_view bytes) {
  std::string_view message = message_in(bytes);
  const std::string framed = '\n' + std::string(message);
  check(protocol::MessageScanner().scan(message) == (framed.ends_with("\n\n") || framed.ends_with("\n\r\n")),
        "a message ends with its first empty line, in however many pieces it comes");
  const auto attributes = read(bytes);
  check(attributes == read(message), "what stands behind the empty line is not read");
  if (!attributes) return;
  for (std::string_view line : *attributes) {
    std::string_view written = take_line(message);
    if (written.ends_with('\r')) written.remove_suffix(1);
    check(written == line, "an attribute is a line, and every line is one");
  }
  check(message.find('=') == std::string_view::npos, "an attribute is a line, and every line is one");
}

}  // namespace sase::fuzz
