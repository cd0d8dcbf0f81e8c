// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/directories.hpp"
#include "helper/config/profile.hpp"
#include "helper/environment.hpp"
#include "protocol/host.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

/// A profile that a call names with `--profile`, `SASE_PROFILE` or in a host tool's query.
struct NamedProfile {
  std::string name;
  std::string_view source;  ///< where it is named, for messages
  ExitCode code{};          ///< for a failure about the name
};

/// The profile that the flag or else the variable names; nothing if neither does.
[[nodiscard]] std::optional<NamedProfile> named_profile(const Environment& environment,
                                                        const std::optional<std::string>& flag);

/// The failure for a text that is not a profile name.
[[nodiscard]] Failure not_a_profile_name(const NamedProfile& named);

/// The merged settings of a profile. They point into the text, the command line and the environment.
struct ProfileSettings {
  ProfileText text;
  Settings values;
};

/// Selects the profile of a call, by the same rules for every command: the named one (`--profile`, the user
/// name of the request, `SASE_PROFILE`, in this order), else `default` if it owns the host, else the only
/// profile that owns the host.
class ProfileSelector {
 public:
  /// `flags` are the settings of the command line; they, the environment and the diagnostics must outlive
  /// this. Warns if a profile is ignored because another user owns it or this user may not read it.
  ProfileSelector(const Environment& environment, std::span<const Assignment> flags,
                  std::optional<NamedProfile> named, const Diagnostics* diagnostics = nullptr);

  /// The profile for a request about `host`; nothing if no profile owns the host. `username` may be empty.
  /// Throws Failure if the named profile does not exist, if several profiles own the host and none of them is
  /// the default, and if the settings of the owner are invalid.
  [[nodiscard]] std::optional<Profile> for_host(const protocol::Host& host, std::string_view username) const;

  /// The profile for a call that names no host. Throws Failure as above. Neither has the settings of a fleet.
  [[nodiscard]] Profile without_host() const;

  /// The name of that profile; its settings may be invalid. Throws Failure as above.
  [[nodiscard]] std::string name_without_host() const;

  /// Whether a flag or variable names a profile.
  [[nodiscard]] bool is_named() const noexcept { return named_.has_value(); }

  /// The names of all profiles that have a file, else `default` alone.
  [[nodiscard]] std::vector<std::string> names() const;

  /// For a key that is not that of a Terraform provider's variable.
  void ignore_provider_region() noexcept { provider_region_.clear(); }

  /// The settings of a profile; single values may be invalid. Throws Failure if they cannot be read.
  [[nodiscard]] ProfileSettings read_settings(std::string_view name) const;

  /// Every variable that some `api-key-env` names: of a flag, of the environment or of any profile, whether
  /// that source is used or not. Ignores files and lines that are invalid.
  [[nodiscard]] std::vector<std::string> key_variables() const;

  /// The settings of all layers, with the text as that of the profile files.
  [[nodiscard]] Settings merge(const ProfileText& text, InvalidLines invalid_lines = InvalidLines::reject,
                               FleetValues fleet = FleetValues::skip) const;

 private:
  [[nodiscard]] Profile load(std::string_view name) const;
  [[nodiscard]] ProfileText read_unnamed(std::string_view name) const;
  void must_exist(const NamedProfile& named) const;
  [[nodiscard]] bool is_known(std::string_view name) const;
  [[nodiscard]] bool owns(std::string_view name, const protocol::Host& host) const;
  [[nodiscard]] std::optional<Profile> default_owner(const ProfileText& text,
                                                     const protocol::Host& host) const;
  [[nodiscard]] std::optional<Profile> only_owner(const protocol::Host& host, bool default_has_file) const;

  const Environment& environment_;
  std::span<const Assignment> flags_;
  std::vector<Assignment> variables_, common_variables_, provider_region_;
  ProfileFiles files_;
  std::optional<NamedProfile> named_;
  const Diagnostics* diagnostics_;
};

/// The fleet that a profile takes part in. The settings are those of a call with these flags, which has
/// selected the profile. Throws Failure.
[[nodiscard]] std::optional<FleetSettings> read_fleet(const Environment& environment,
                                                      std::span<const Assignment> flags,
                                                      const std::string& profile);

}  // namespace sase::config
