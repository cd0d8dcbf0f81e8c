// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/config/profile_files.hpp"
#include "helper/config/settings.hpp"
#include "helper/environment.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

/// Changes one setting in the text of a profile: replaces its lines where the first one is, or appends it.
/// Everything else stays as it is, including comments. Without values the setting is removed. The values
/// contain no line end.
[[nodiscard]] std::string with_setting(std::string_view text, const Setting& setting,
                                       std::span<const std::string_view> values);

/// A profile that `login` is about to create or change: its files and the settings of the call.
class ProfileDraft {
 public:
  /// `flags` and the environment must outlive this. Throws Failure for a file that cannot be read, for
  /// invalid settings, and if a setting names another source of the key than the file of `login`.
  ProfileDraft(const Environment& environment, std::span<const Assignment> flags, std::string name);
  ProfileDraft(const ProfileDraft&) = delete;
  ProfileDraft& operator=(const ProfileDraft&) = delete;
  ~ProfileDraft() = default;

  /// Whether neither `region` nor `url` is set, so that the service is unknown.
  [[nodiscard]] bool lacks_service() const;

  /// Sets the region. It must be a row of the table, whose text is static.
  void set_region(const Region& region);

  /// The profile as it will be. Throws Failure.
  [[nodiscard]] Profile profile() const;

  /// The text of the user's profile file as it will be. It contains the settings of the flags, and those of
  /// the environment that select the service, because the key is valid for that service only. It never
  /// contains `trace`, which applies to one call.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  [[nodiscard]] Settings merge() const;
  void reject_other_key_sources() const;

  const Environment& environment_;
  std::span<const Assignment> flags_;
  std::string name_;
  ProfileText files_;
  std::vector<Assignment> answers_;
};

}  // namespace sase::config
