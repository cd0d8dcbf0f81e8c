// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sase::fuzz {

namespace {

/// The attributes as `key=value`, or nothing if the message is rejected.
std::optional<std::vector<std::string>> read(std::string_view text) try {
  std::vector<std::string> attributes;
  protocol::MessageReader reader(text);
  while (const auto attribute = reader.next()) {
    check(!attribute->key.empty() && attribute->key.find('=') == std::string_view::npos,
          "a key is not empty and has no '='");
    attributes.push_back(std::string(attribute->key) + '=' + std::string(attribute->value));
    check(is_one_line(attributes.back()), "no attribute contains a line end or a NUL");
  }
  check(reader.any() == !attributes.empty(), "a message is empty if it has no attribute");
  return attributes;
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error is printable");
  return std::nullopt;
}

/// The message up to its empty line, found in bytes that arrive one at a time.
std::string_view find_message(std::string_view bytes) {
  protocol::MessageScanner scanner;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (scanner.scan(bytes.substr(i, 1))) return bytes.substr(0, i + 1);
  return bytes;
}

}  // namespace

/// Any message of the key=value format.
void message(std::string_view bytes) {
  std::string_view message = find_message(bytes);
  const std::string framed = '\n' + std::string(message);
  check(protocol::MessageScanner().scan(message) == (framed.ends_with("\n\n") || framed.ends_with("\n\r\n")),
        "a message ends with its first empty line, regardless of how it is split into pieces");
  const auto attributes = read(bytes);
  check(attributes == read(message), "text after the empty line is ignored");
  if (!attributes) return;
  for (std::string_view line : *attributes) {
    std::string_view written = take_line(message);
    if (written.ends_with('\r')) written.remove_suffix(1);
    check(written == line, "each line is one attribute");
  }
  check(message.find('=') == std::string_view::npos, "each line is one attribute");
}

}  // namespace sase::fuzz
