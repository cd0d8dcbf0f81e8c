// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::protocol {

/// A JSON object that a host has written, read strictly: what two programs could read in two ways is refused.
class JsonObject {
 public:
  /// How long a document may be that comes on a pipe, in bytes.
  static constexpr std::size_t usual_limit = 65536;

  /// How deep objects and arrays may lie in one another, the outermost object included.
  static constexpr std::size_t deepest_nesting = 16;

  /// Reads a document of RFC 8259 in UTF-8. Throws ProtocolError for one that is longer than `limit`, begins
  /// with a byte order mark, has anything behind it but white space, is nested too deep, is no object, or
  /// names a member twice, at whatever depth: programs differ in which of the two counts.
  [[nodiscard]] static JsonObject parse(std::string_view text, std::size_t limit = usual_limit);

  /// The names of its members, in their order.
  [[nodiscard]] std::vector<std::string_view> names() const;

  /// The text of a member; nothing where it is absent or null. Throws ProtocolError when it is no string.
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;

  /// A member that is an object; null where it is absent or null. Throws ProtocolError when it is none.
  [[nodiscard]] const JsonObject* object(std::string_view name) const;

 private:
  friend class JsonCollector;
  struct Member;

  [[nodiscard]] const Member* find(std::string_view name) const noexcept;

  std::vector<Member> members_;
};

enum class JsonKind {
  null,
  text,
  object,
  other,  ///< a number, true, false, or an array, of none of which we have a use
};

struct JsonObject::Member {
  std::string name;
  JsonKind kind = JsonKind::other;
  std::string text;
  JsonObject object;
};

}  // namespace sase::protocol
