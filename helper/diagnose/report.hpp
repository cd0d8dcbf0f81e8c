// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/cli/terminal.hpp"
#include "helper/config/profile.hpp"
#include "helper/config/profile_selector.hpp"
#include "helper/config/settings.hpp"
#include "helper/failure.hpp"
#include "helper/token/provider.hpp"
#include "protocol/authorize/response.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::diagnose {

/// The result of one check of `doctor`. Its texts contain no secret and only printable ASCII.
struct CheckResult {
  std::string_view name;
  protocol::CheckState state = protocol::CheckState::untried;
  std::string what = "not tried";
  std::string remedy = {};            ///< empty if there is nothing to do
  ExitCode code = ExitCode::success;  ///< of a failed check
  std::chrono::microseconds took{0};  ///< the duration of the check

  [[nodiscard]] bool is_failed() const noexcept { return state == protocol::CheckState::broken; }

  /// The result of a check that threw a Failure.
  [[nodiscard]] static CheckResult failed(std::string_view name, const Failure& failure) {
    return {.name = name,
            .state = protocol::CheckState::broken,
            .what = failure.what(),
            .remedy = failure.hint,
            .code = failure.code};
  }
};

/// A setting for display: secrets are masked, other text is escaped.
struct EffectiveSetting {
  std::string_view name;
  std::string value;  ///< empty if it has none
  std::string from;   ///< `--region`, `SASE_REGION`, `/path/default.conf:3`, or `default`
};

/// The results of `doctor`, in the order of the checks.
struct DoctorReport {
  std::string profile;  ///< empty if none could be selected
  std::vector<CheckResult> checks;
  std::vector<EffectiveSetting> settings;

  /// The exit code of the first failed check.
  [[nodiscard]] ExitCode exit_code() const noexcept;

  /// For people.
  [[nodiscard]] std::string text(const cli::Terminal& terminal) const;

  /// One JSON object in one line; sase-credential(1) defines it. A change of its shape increments `version`.
  [[nodiscard]] std::string json() const;

 private:
  [[nodiscard]] const CheckResult* find_failed() const noexcept;
};

/// The region that settings select; empty if they set only `url`.
[[nodiscard]] std::string region_name(const config::Settings& values);

/// A URL or proxy without its user name and password.
[[nodiscard]] std::string without_credentials(std::string_view url);

/// All settings in the order of their table, with the effective value and its origin. Of key sources, only
/// the path of a file and the name of a set variable are shown: any other value may be a misplaced key.
[[nodiscard]] std::vector<EffectiveSetting> effective_settings(const config::Profile& profile,
                                                               const config::Settings& values,
                                                               const Environment& environment);

/// The settings of the profile that is selected without a host.
struct CheckedSettings {
  CheckResult check;
  std::string profile;                  ///< its name; empty if none can be selected
  config::ProfileSettings given;        ///< with the origin of each setting
  std::optional<config::Profile> made;  ///< nothing if a setting is invalid
  std::vector<EffectiveSetting> shown;  ///< likewise empty
};

[[nodiscard]] CheckedSettings check_settings(const config::ProfileSelector& selector,
                                             const Environment& environment);

/// When an API key that is a JSON Web Token says that it expires (`exp`, RFC 7519), for advice only: the
/// signature is not verified. Nothing for any other key.
[[nodiscard]] std::optional<std::chrono::sys_seconds> find_expiry(std::string_view api_key);

/// A key that expires sooner causes a warning.
inline constexpr std::chrono::hours short_key_life{24 * 14};

/// Only a warning if the key has expired or expires soon, since the service decides.
[[nodiscard]] CheckResult check_expiry(std::optional<std::chrono::sys_seconds> expiry,
                                       std::chrono::sys_seconds now);

/// Checks a profile's key without a request. The result contains no byte of it. `read` returns the key or
/// throws Failure, which fails the check.
[[nodiscard]] CheckResult check_key(const config::Profile& profile, const Environment& environment,
                                    const std::function<const api_key::ApiKey&()>& read);

/// Checks the state directory, which is created if necessary, and this profile's files in it. The remedy of a
/// failed check is a command to run.
[[nodiscard]] CheckResult check_files(const config::Profile& profile, token::ApiKeyHandle& key,
                                      const Environment& environment);

/// Adds to the failed check `authorize` what was requested and the most likely remedy for it. A rejection
/// does not say whether the key, the region or the API is wrong. `status` is that of the HTTP response, if
/// any.
void add_advice(CheckResult& check, const protocol::AuthError& auth_error, std::optional<unsigned> status,
                const config::Profile& profile, const config::Settings& values);

/// Runs the checks from the name lookup to a read request with a new token, with at most one request for a
/// token (TokenProvider::probe). Caches the new token.
[[nodiscard]] std::vector<CheckResult> check_connectivity(token::TokenProvider& provider,
                                                          const config::Profile& profile,
                                                          const config::Settings& values);

/// The results of these checks from the report of such a probe.
[[nodiscard]] std::vector<CheckResult> make_results(const token::ProbeReport& report,
                                                    const config::Profile& profile,
                                                    const config::Settings& values);

/// The results of these checks if none was run.
[[nodiscard]] std::vector<CheckResult> untried_connectivity_checks();

/// Checks the members of the fleet's store. At worst a warning, since calls do without it.
[[nodiscard]] CheckResult check_fleet(token::TokenProvider& provider, const config::Profile& profile);

/// The result of this check from the store's report.
[[nodiscard]] CheckResult make_fleet_result(const token::FleetReport& report);

/// `etcd, 3 members`
[[nodiscard]] std::string describe_fleet(const config::FleetSettings& fleet);

/// A failure in the request log.
struct RememberedFailure {
  std::string what;
  std::chrono::seconds ago{};
};

/// What the last call got from the fleet.
struct LastFleetUse {
  std::string_view what;  ///< one of rate_limit::fleet_uses
  std::chrono::seconds ago{};
  std::string error = {};  ///< why the store is unavailable, if it is
};

/// The state that this machine stores for one profile.
struct LocalState {
  std::optional<std::chrono::seconds> token_left;  ///< of the cached token, if it is valid
  std::optional<RememberedFailure> failure;        ///< of the last request, if it failed
  std::optional<LastFleetUse> fleet = {};          ///< nothing if it was never used
  std::string pause;  ///< why no request would be sent now, and for how long; empty if one would be
  ExitCode pause_code = ExitCode::success;  ///< of a call that needs a request now
};

/// Reads the state without changing it or running a key command. `directory` is the state directory. Throws
/// std::system_error if a part exists but is unusable.
[[nodiscard]] LocalState read_local_state(const config::Profile& profile, token::ApiKeyHandle& key,
                                          const std::optional<std::string>& directory);

/// The pause or the last failure, for a message; empty if there is neither.
[[nodiscard]] std::string describe_problem(const LocalState& state);

/// The part of the state that is in the request log.
[[nodiscard]] LocalState make_local_state(const rate_limit::RequestLog& log, BootTime now,
                                          std::chrono::seconds min_ttl);

/// The status of a profile, found without a request. Contains no secret; text from outside is escaped.
struct ProfileStatus {
  std::string name;
  bool is_chosen = false;  ///< selected by a call that names no profile
  std::string region;      ///< empty if it has only a `url`
  std::string api;
  std::string host;
  std::string key;    ///< the key source
  std::string fleet;  ///< the store, such as `etcd, 3 members`; empty without a fleet
  LocalState local_state;
  std::optional<Failure> failure;  ///< of the settings, the key or the local state; what follows it is empty
  ExitCode code = ExitCode::success;  ///< of a call that needs a token now, without such a failure

  /// Of a call that needs a token now, as far as it is known without a request.
  [[nodiscard]] ExitCode exit_code() const noexcept { return failure ? failure->code : code; }
};

/// Reads the profile and its key, but runs no key command.
[[nodiscard]] ProfileStatus read_status(const token::SessionContext& context,
                                        const config::ProfileSelector& selector, std::string_view name);

/// For people: a row for each profile, its problems below the row. `*` marks the default profile.
[[nodiscard]] std::string status_text(const std::vector<ProfileStatus>& profiles,
                                      const cli::Terminal& terminal);

/// For programs: one JSON object in one line. sase-credential(1) documents it.
[[nodiscard]] std::string status_json(const std::vector<ProfileStatus>& profiles);

}  // namespace sase::diagnose
