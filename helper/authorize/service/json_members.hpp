// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::authorize {

/// The members of a JSON object, and of the objects directly in it, without those that
/// are deeper or in arrays. Of members that stand twice the last one counts.
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

  /// Nothing when `json` is no JSON object, or one that is nested deeper than 16. Numbers beyond what 64 bits
  /// or a double can hold read as null: a service's absurd number must not make the rest unreadable.
  [[nodiscard]] static std::optional<JsonMembers> parse(std::string_view json);

  /// The member, or null where there is none.
  [[nodiscard]] const Member* find(std::string_view parent, std::string_view name) const noexcept;

  /// The text of a member that is a string; empty for all others.
  [[nodiscard]] std::string_view text(std::string_view parent, std::string_view name) const noexcept;

 private:
  explicit JsonMembers(std::vector<Member> members) noexcept : members_(std::move(members)) {}

  std::vector<Member> members_;
};

}  // namespace sase::authorize
