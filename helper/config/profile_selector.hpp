// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/config/profile_files.hpp"
#include "helper/environment.hpp"
#include "protocol/host.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

/// The profile that a call names, with `--profile`, `SASE_PROFILE` or in its host's words, and which does so.
struct NamedProfile {
  std::string name;
  std::string_view place;  ///< for messages
  ExitCode code{};         ///< of a failure that is about the name
};

/// By flag or variable; nothing where neither names one.
[[nodiscard]] std::optional<NamedProfile> named_profile(const Environment& environment,
                                                        const std::optional<std::string>& flag);

/// What is said of a name that no profile can have.
[[nodiscard]] Failure not_a_profile_name(const NamedProfile& named);

/// A profile's settings with where each came from. The values point into the text, the command line and the
/// environment.
struct ProfileSettings {
  ProfileText text;
  Settings values;
};

/// Finds the profile that a call is about. The rules are the same for every command:
/// a named one (`--profile`, a request's user name, `SASE_PROFILE`, in this order), else `default` if it owns
/// the host, else the one profile that does.
class ProfileSelector {
 public:
  /// `flags` are the settings of the command line; they and the environment must outlive this.
  ProfileSelector(const Environment& environment, std::span<const Assignment> flags,
                  const std::optional<std::string>& named);
  ProfileSelector(const Environment& environment, std::span<const Assignment> flags, NamedProfile named);

  /// The profile for a request about `host`; nothing when it is not ours. `username` may be empty. Throws
  /// Failure when a profile is named that does not exist, when several own the host and none is the default,
  /// and for an owner whose settings are wrong.
  [[nodiscard]] std::optional<Profile> for_host(const protocol::Host& host, std::string_view username) const;

  /// The profile for a call that names no host. Throws Failure as above.
  [[nodiscard]] Profile without_host() const;

  /// The name of that profile, whatever its settings say. Throws Failure as above.
  [[nodiscard]] std::string name_without_host() const;

  /// Whether a profile is named by flag or variable.
  [[nodiscard]] bool is_named() const noexcept { return named_.has_value(); }

  /// The names of all profiles: those that have a file, else the default alone.
  [[nodiscard]] std::vector<std::string> names() const;

  /// The settings of a profile, which need not make sense. Throws Failure where they cannot be read.
  [[nodiscard]] ProfileSettings settings_of(std::string_view name) const;

  /// The variables that hold an API key by anybody's `api-key-env`: a flag's, the environment's or any
  /// profile's, whichever source of the key wins. What cannot be read names none.
  [[nodiscard]] std::vector<std::string> key_variables() const;

 private:
  /// What is known of the default profile when the others are asked.
  enum class DefaultIs {
    without_file,  ///< it is the only one then, or not there
    no_owner,      ///< it has been asked before
  };

  [[nodiscard]] Profile load(std::string_view name, const ProfileText& text) const;
  void must_exist(const NamedProfile& named) const;
  [[nodiscard]] bool is_known(std::string_view name) const;
  [[nodiscard]] ProfileText readable(std::string_view name) const;
  [[nodiscard]] std::vector<protocol::Host> hosts_of(std::string_view name) const;
  [[nodiscard]] bool owns(std::string_view name, const protocol::Host& host) const;
  [[nodiscard]] std::vector<std::string> find_owners(const protocol::Host& host) const;
  [[nodiscard]] std::optional<Profile> default_owner(const ProfileText& text,
                                                     const protocol::Host& host) const;
  [[nodiscard]] std::optional<Profile> only_owner(const protocol::Host& host, DefaultIs default_is) const;

  const Environment& environment_;
  std::span<const Assignment> flags_;
  ProfileFiles files_;
  std::optional<NamedProfile> named_;
};

}  // namespace sase::config
