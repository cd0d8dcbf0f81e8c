// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::protocol {

/// A JSON object of a host tool. The parser is strict: it rejects what two programs could read differently.
class JsonObject {
 public:
  /// Maximum size in bytes of a document on a pipe.
  static constexpr std::size_t usual_limit = 65536;

  /// Maximum number of nested objects and arrays, including the outermost object.
  static constexpr int deepest_nesting = 16;

  /// Parses a document of RFC 8259 in UTF-8. Throws ProtocolError if it is longer than `limit`, begins with a
  /// byte order mark, is followed by anything but white space, is nested too deeply, is not an object, or
  /// repeats a member at any depth: programs differ in which of the two counts.
  [[nodiscard]] static JsonObject parse(std::string_view text, std::size_t limit = usual_limit);

  /// The names of the members, sorted.
  [[nodiscard]] std::vector<std::string_view> names() const;

  /// The string in a member, or nothing if it is absent or null. Throws ProtocolError for any other type.
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;

  /// The object in a member, or nothing if it is absent or null. Throws ProtocolError for any other type.
  [[nodiscard]] std::optional<JsonObject> object(std::string_view name) const;

  /// The string in a member, or the digits of a number, without its fraction; empty for anything else.
  [[nodiscard]] std::string characters(std::string_view name) const;

 private:
  explicit JsonObject(std::shared_ptr<const void> json) noexcept : json_(std::move(json)) {}

  std::shared_ptr<const void> json_;  ///< a value of the library, whose header is for one source only
};

}  // namespace sase::protocol
