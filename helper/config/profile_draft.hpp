// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/config/profile_files.hpp"
#include "helper/config/settings.hpp"
#include "helper/environment.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sase::config {

/// A profile that `login` is about to make, or to change: its files as they are, with what the call says put
/// over them.
class ProfileDraft {
 public:
  /// `flags` and the environment must outlive this. Throws Failure for a file that cannot be read, for wrong
  /// settings, and where a setting names another source of the key than the file that login keeps.
  ProfileDraft(const Environment& environment, std::span<const Assignment> flags, std::string name);
  ProfileDraft(const ProfileDraft&) = delete;
  ProfileDraft& operator=(const ProfileDraft&) = delete;
  ~ProfileDraft() = default;

  /// Whether nothing says yet which service the key is for: neither `region` nor `url`.
  [[nodiscard]] bool lacks_service() const;

  /// Answers that. The name must be one of the table's, whose text lives for ever.
  void set_region(const Region& region);

  /// The profile as it will be. Throws Failure.
  [[nodiscard]] Profile profile() const;

  /// The text of the user's file as it will be: each flag's setting is changed in it or added, and what the
  /// environment says of the service, since the key is good for no other one. `trace` is not kept: it is
  /// about this call.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  [[nodiscard]] Settings values() const;
  void reject_other_key_sources() const;
  void reject_redundant_region() const;

  const Environment& environment_;
  std::span<const Assignment> flags_;
  std::string name_;
  ProfileText files_;
  std::vector<Assignment> answers_;
};

}  // namespace sase::config
