// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile_selector.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A profile that `login` is about to create or change.
namespace sase::config {

/// Changes one setting in the text of a profile: replaces its lines where the first one is, or appends it.
/// Everything else stays as it is, including comments. Without values the setting is removed. The values
/// contain no line end.
[[nodiscard]] std::string with_setting(std::string_view text, const Setting& setting,
                                       std::span<const std::string> values);

/// The settings of a login.
struct ProfileDraft : ProfileSettings {
  std::string new_text = {};                   ///< of the user's file, if the service changes
  std::string former_service = {};             ///< base URL; empty if it was unusable
  std::vector<std::string_view> removed = {};  ///< settings that were for the former service
};

/// The settings of the call and of the existing profile, as ProfileSelector::read_settings() returns them.
/// Throws Failure if one of them names another source of the key than the file of `login`.
[[nodiscard]] ProfileDraft read_draft(const Environment& environment, std::span<const Assignment> flags,
                                      const std::string& profile);

/// Sets the region where nothing selects the service. It must be a row of the table, whose text is static.
void set_region(Settings& values, const Region& region);

/// The text of the user's profile file as it will be. It contains the settings of the flags, and those of the
/// environment that select the service, because the key is valid for that service only. It never contains
/// `trace`, which applies to one call.
[[nodiscard]] std::string format_profile(const ProfileDraft& draft);

}  // namespace sase::config
