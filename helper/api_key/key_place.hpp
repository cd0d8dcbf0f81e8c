// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/source.hpp"
#include "helper/config/profile.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sase::api_key {

/// The variables that hold a key for a profile that names no source of its own: ours, then those of the
/// vendor's and the community's Terraform providers. The first one that is set counts.
inline constexpr std::array<std::string_view, 4> standard_key_variables = {
    "SASE_API_KEY", "CHECKPOINT_SASE_API_KEY", "PERIMETER81_API_KEY", "HARMONYSASE_API_KEY"};

/// The systemd credential that is looked for after them. The file that `login` wrote comes last.
inline constexpr std::string_view standard_credential = "sase-api-key";

/// Why a key is looked for in its place.
enum class ApiKeySelection {
  named,     ///< the profile says so
  standard,  ///< the profile names none, and this is the first standard place that has one
};

/// One place that holds a key, or should.
struct ApiKeyLocation {
  ApiKeySourceKind kind{};  ///< never `standard`
  std::string name;  ///< the variable, the path of the file or credential, the key's description, the command
  ApiKeySelection choice = ApiKeySelection::named;

  /// The place in words, for a trace or a person: `SASE_API_KEY`, `the file '/home/me/key'`. Of a value that
  /// a key may have been put in the place of, and of a command, only what names it.
  [[nodiscard]] std::string describe() const;

  /// Whether this was the file of `login`, and `logout` has removed it meanwhile.
  [[nodiscard]] bool is_removed_by_logout() const noexcept;
};

/// Where a profile's key would be read from: where the profile says, whether there is one or not, else the
/// first standard place that has one. Reads no key and runs nothing. Nothing where there is none.
[[nodiscard]] std::optional<ApiKeyLocation> find_api_key(const config::Profile& profile,
                                                         const Environment& environment);

/// What is said where find_api_key() finds nothing.
[[nodiscard]] Failure no_key(const config::Profile& profile);

}  // namespace sase::api_key
