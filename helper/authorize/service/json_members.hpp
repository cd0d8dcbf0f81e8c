// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::authorize {

/// The members of a JSON object and of the objects directly in it, without those that are deeper or in
/// arrays. If a member is repeated, the last one counts.
class JsonMembers {
 public:
  enum class Kind {
    text,
    number,
    null,
    other,  ///< true, false, an object or an array
  };

  struct Member {
    std::string parent;  ///< the member of the outermost object that this one is in, or empty
    std::string name;
    Kind kind = Kind::other;
    protocol::Secret text;  ///< a string's characters, or a number's digits
  };

  /// Nothing if `json` is not a JSON object or is nested deeper than 16 levels. A number that neither 64 bits
  /// nor a double can hold is parsed as null, so that the rest of the response is still usable.
  [[nodiscard]] static std::optional<JsonMembers> parse(std::string_view json);

  /// The member, or null if it is absent.
  [[nodiscard]] const Member* find(std::string_view parent, std::string_view name) const noexcept;

  /// The text of a member that is a string; empty for any other.
  [[nodiscard]] std::string_view text(std::string_view parent, std::string_view name) const noexcept;

 private:
  explicit JsonMembers(std::vector<Member> members) noexcept : members_(std::move(members)) {}

  std::vector<Member> members_;
};

}  // namespace sase::authorize
