// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/region.hpp"
#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"
#include "helper/names.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

enum class SettingId {
  region,
  api,
  url,
  host,
  api_key_env,
  api_key_file,
  api_key_command,
  api_key_credential,
  api_key_keyring,
  min_ttl,
  refresh_ahead,
  timeout,
  cache,
  ca_file,
  client_cert,
  client_key,
  proxy,
  no_proxy,
  fleet,
  fleet_ca_file,
  fleet_client_cert,
  fleet_client_key,
  fleet_prefix,
  trace,
};

/// Where tokens are stored between calls.
enum class CacheKind { file, keyring, none };

/// In the order of CacheKind. The first is the default.
inline constexpr std::array cache_kinds = {
    NamedValue{"file", "an encrypted file"},
    NamedValue{"keyring", "the Linux kernel's keyring, nothing on disk"},
    NamedValue{"none", "nowhere: every call requests a new token"},
};

[[nodiscard]] constexpr std::string_view to_name(CacheKind kind) noexcept {
  return cache_kinds[static_cast<std::size_t>(kind)].name;
}

/// What a setting is for. Except in `other`, a layer may give one setting of a role, which overrides those of
/// that role in lower layers.
enum class Role {
  service_address,  ///< selects the service
  key_source,       ///< where the API key is read from
  other,            ///< excludes no other setting
};

/// One setting. Flags, environment variables and profile files share its name.
struct Setting {
  SettingId id;
  Role role;
  std::string_view name;                    ///< the flag without its dashes, and the name in a profile file
  std::string_view variable;                ///< the environment variable
  std::string_view argument;                ///< metavariable for help; FILE is completed as a path
  std::string_view meaning;                 ///< one line for help
  std::string_view fallback = {};           ///< the default value, if there is one
  std::span<const NamedValue> values = {};  ///< the known values; empty: not an enumeration
};

/// All settings, in the order of SettingId.
inline constexpr std::array settings = {
    Setting{SettingId::region, Role::service_address, "region", "SASE_REGION", "REGION",
            "data region of the tenant", regions.front().name, region_names},
    Setting{SettingId::api, Role::other, "api", "SASE_API", "API",
            "API generation that authorizes; the default is v1, or v3 where a region has no v1",
            api_generations.front().name, api_names},
    Setting{SettingId::url, Role::service_address, "url", "SASE_URL", "URL",
            "base URL of another service, such as a sandbox"},
    Setting{SettingId::host, Role::other, "host", "SASE_HOST", "HOST",
            "additional host that may receive the token; repeatable"},
    Setting{SettingId::api_key_env, Role::key_source, "api-key-env", "SASE_API_KEY_ENV", "NAME",
            "variable that holds the API key"},
    Setting{SettingId::api_key_file, Role::key_source, "api-key-file", "SASE_API_KEY_FILE", "FILE",
            "file that holds the API key, readable by its owner only"},
    Setting{SettingId::api_key_command, Role::key_source, "api-key-command", "SASE_API_KEY_COMMAND",
            "COMMAND", "shell command that writes the API key"},
    Setting{SettingId::api_key_credential, Role::key_source, "api-key-credential", "SASE_API_KEY_CREDENTIAL",
            "NAME", "systemd credential that is the API key"},
    Setting{SettingId::api_key_keyring, Role::key_source, "api-key-keyring", "SASE_API_KEY_KEYRING",
            "DESCRIPTION", "'user' key of the kernel's keyring that is the API key"},
    Setting{SettingId::min_ttl, Role::other, "min-ttl", "SASE_MIN_TTL", "DURATION",
            "never return a token with less time left", "1m"},
    Setting{SettingId::refresh_ahead, Role::other, "refresh-ahead", "SASE_REFRESH_AHEAD", "DURATION",
            "with less time left, refresh in the background", "15m"},
    Setting{SettingId::timeout, Role::other, "timeout", "SASE_TIMEOUT", "DURATION",
            "limit for the whole call", "10s"},
    Setting{SettingId::cache, Role::other, "cache", "SASE_CACHE", "KIND", "where tokens are stored",
            cache_kinds.front().name, cache_kinds},
    Setting{SettingId::ca_file, Role::other, "ca-file", "SASE_CA_FILE", "FILE",
            "certificates to trust instead of the system's"},
    Setting{SettingId::client_cert, Role::other, "client-cert", "SASE_CLIENT_CERT", "FILE",
            "client certificate for mutual TLS"},
    Setting{SettingId::client_key, Role::other, "client-key", "SASE_CLIENT_KEY", "FILE",
            "private key of the client certificate"},
    Setting{SettingId::proxy, Role::other, "proxy", "SASE_PROXY", "URL",
            "proxy to connect through; the default is HTTPS_PROXY or ALL_PROXY"},
    Setting{SettingId::no_proxy, Role::other, "no-proxy", "SASE_NO_PROXY", "LIST",
            "hosts reached without the proxy; the default is NO_PROXY"},
    Setting{SettingId::fleet, Role::other, "fleet", "SASE_FLEET", "URLS",
            "etcd members, separated by commas, that share tokens between hosts"},
    Setting{SettingId::fleet_ca_file, Role::other, "fleet-ca-file", "SASE_FLEET_CA_FILE", "FILE",
            "certificates to trust for these members"},
    Setting{SettingId::fleet_client_cert, Role::other, "fleet-client-cert", "SASE_FLEET_CLIENT_CERT", "FILE",
            "certificate of this host for these members"},
    Setting{SettingId::fleet_client_key, Role::other, "fleet-client-key", "SASE_FLEET_CLIENT_KEY", "FILE",
            "private key of that certificate"},
    Setting{SettingId::fleet_prefix, Role::other, "fleet-prefix", "SASE_FLEET_PREFIX", "PREFIX",
            "prefix of the names of etcd keys", "/sase-credential/"},
    Setting{SettingId::trace, Role::other, "trace", "SASE_TRACE", "1|FILE",
            "write each step and its duration to stderr or a file", "off"},
};

/// Null if no setting has this name.
[[nodiscard]] const Setting* find_setting(std::string_view name) noexcept;

/// Where a value was given. A value in an earlier layer overrides one in a later layer. The last one has the
/// variables that every HTTP client uses, such as HTTPS_PROXY.
enum class Layer { flag, variable, user_file, system_file, common_variable };

/// One value as the user wrote it. Views into the command line, the environment or the text of a file, which
/// must outlive it.
struct Assignment {
  const Setting* setting = nullptr;
  std::string_view value = {};
  Layer layer{};
  std::string_view file = {};  ///< path, for the two file layers; name of a common variable
  unsigned line = 0;           ///< counted from 1, for the two file layers

  /// For messages: `--region`, `SASE_REGION`, `/path/default.conf:3` or `HTTPS_PROXY`.
  [[nodiscard]] std::string source() const;

  /// The failure for an invalid value: a usage error for a flag, a settings error for any other layer.
  [[nodiscard]] Failure failure(const std::string& what, std::string hint = {}) const;
};

/// The settings of one profile, merged from all layers.
class Settings {
 public:
  /// Adds a layer; layers are added from the highest to the lowest. Throws Failure if the layer repeats a
  /// setting, or has two settings of one role.
  void add(std::span<const Assignment> layer);

  /// Whether any setting of the role is given.
  [[nodiscard]] bool has(Role role) const noexcept;

  /// The value that counts, for `host` one of them; null if no layer gives one.
  [[nodiscard]] const Assignment* find(SettingId id) const noexcept;

  /// All values of `host` in the highest layer that has any.
  [[nodiscard]] std::span<const Assignment> hosts() const noexcept { return hosts_; }

 private:
  std::array<std::optional<Assignment>, settings.size()> values_{};
  std::vector<Assignment> hosts_;
};

[[nodiscard]] bool has_control_bytes(std::string_view text) noexcept;

/// The settings of a fleet matter only to a call that the cache does not answer, which then reads them with
/// read_fleet(). Other calls skip them, because a setting costs as much as a tenth of decrypting a token.
enum class FleetValues { read, skip };

/// Whether a line of a file or a variable gives `fleet` a value that cannot be right, by what follows this
/// name. Each call reports it, and not only the one that needs the fleet, an hour later.
[[nodiscard]] bool is_wrong_fleet(std::string_view after_name) noexcept;

/// The layer of this program's variables.
[[nodiscard]] std::vector<Assignment> read_variables(const Environment& environment,
                                                     FleetValues fleet = FleetValues::read);

/// The layer of the variables that every HTTP client uses.
[[nodiscard]] std::vector<Assignment> read_common_variables(const Environment& environment);

/// The layer of a Terraform provider's variable that selects the region for the key in that provider's own
/// variable. It applies if no setting names another source of the key.
[[nodiscard]] std::vector<Assignment> read_provider_region(const Environment& environment);

/// Where an API key is read from.
struct ApiKeySource {
  enum class Kind {
    variable,    ///< an environment variable
    file,        ///< owned by the user or by root
    command,     ///< a shell command that writes the key
    credential,  ///< passed to this service by systemd (systemd.exec(5), "Credentials")
    keyring,     ///< a key of the type "user" in the kernel's keyrings (keyrings(7))
  };

  Kind kind{};
  std::string value;         ///< name of the variable or credential, path, command, description of the key
  bool is_named = true;      ///< by a setting of the profile; false: one of the standard sources
  std::string service = {};  ///< of the file of `login`: the URL that its key must be for
};

[[nodiscard]] inline bool is_credential_name(std::string_view name) noexcept {
  constexpr std::size_t longest_file_name = 255;  // NAME_MAX
  return !name.empty() && name != "." && name != ".." && name.size() <= longest_file_name &&
         name.find('/') == std::string_view::npos && !is_quoted(name);
}

/// A setting that names a source of the API key. helper/api_key/source.cpp reads the key.
struct KeySourceRow {
  ApiKeySource::Kind kind;
  SettingId id;
  std::string_view description;  ///< for messages; without the value, which may be the key by mistake
  const char* what;              ///< what is wrong with an invalid value, for a message
  const char* hint;
  bool (*is_valid)(std::string_view value) noexcept;
};

/// In the order of ApiKeySource::Kind.
inline constexpr std::array key_sources = {
    KeySourceRow{ApiKeySource::Kind::variable, SettingId::api_key_env,
                 "the variable that 'api-key-env' names", "this is not the name of a variable", "",
                 [](std::string_view name) noexcept {
                   return !name.empty() && name.find_first_of("='\"") == name.npos;
                 }},
    KeySourceRow{
        ApiKeySource::Kind::file, SettingId::api_key_file, "the file", "the path is not absolute",
        "write the whole path, as 'realpath FILE' prints it; '~' is not expanded here, and '-' is written "
        "/dev/stdin",
        [](std::string_view path) noexcept { return path.starts_with('/'); }},
    KeySourceRow{ApiKeySource::Kind::command, SettingId::api_key_command, "the command of 'api-key-command'",
                 "the command is empty", "",
                 [](std::string_view command) noexcept { return !protocol::trim(command).empty(); }},
    KeySourceRow{ApiKeySource::Kind::credential, SettingId::api_key_credential,
                 "the systemd credential that 'api-key-credential' names",
                 "this is not the name of a systemd credential",
                 "write the name alone, as in 'LoadCredential=NAME:...' of the unit", is_credential_name},
    KeySourceRow{ApiKeySource::Kind::keyring, SettingId::api_key_keyring,
                 "the key of the kernel's keyring that 'api-key-keyring' names",
                 "this cannot be the description of a key in the kernel's keyring",
                 "write it as in 'keyctl padd user DESCRIPTION @u'",
                 [](std::string_view text) noexcept {  // the longest: keyrings(7)
                   return !text.empty() && text.size() < 4096 && !is_quoted(text);
                 }},
};
static_assert(std::ranges::count(settings, Role::key_source, &Setting::role) == std::ssize(key_sources) &&
              static_cast<std::size_t>(ApiKeySource::Kind::keyring) + 1 == key_sources.size());

/// The variables that are searched, in this order, if the profile names no source: our own, then those of the
/// Terraform providers of the vendor and of the community.
inline constexpr std::array<std::string_view, 4> standard_key_variables = {
    "SASE_API_KEY", "CHECKPOINT_SASE_API_KEY", "PERIMETER81_API_KEY", "HARMONYSASE_API_KEY"};

/// The first standard variable that holds a key.
[[nodiscard]] std::optional<std::string_view> find_key_variable(const Environment& environment) noexcept;

/// The variable in which `exec` tells its command the names of the key variables that `exec` has removed.
inline constexpr std::string_view removed_variable = "SASE_EXEC_REMOVED";

/// Warns once about variables without effect: misspelled ones such as `SASE_REGOIN`, and values of ALL_PROXY
/// and BASE_URL that are for other programs. A variable counts as misspelled only if its name is one typing
/// mistake away from a known name, because other programs may have `SASE_` variables too. It costs nothing
/// until warn(), which a call that the cache answers does not reach.
class IgnoredVariables {
 public:
  /// Both must outlive this.
  IgnoredVariables(const Environment& environment, const Diagnostics& diagnostics) noexcept
      : environment_(environment), diagnostics_(diagnostics) {}

  /// One warning a variable, without its value; nothing on later calls.
  void warn() noexcept;

 private:
  void warn_of_mistakes() const;
  void warn_of_values() const;

  const Environment& environment_;
  const Diagnostics& diagnostics_;
  bool has_warned_ = false;
};

}  // namespace sase::config
