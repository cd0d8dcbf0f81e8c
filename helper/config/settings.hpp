// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/cache_kind.hpp"
#include "helper/config/region.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"
#include "helper/named_value.hpp"

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
  trace,
};

/// One word of the vocabulary that flags, variables and profile files share.
struct Setting {
  SettingId id;
  std::string_view name;           ///< the flag without its dashes, and the word in a file
  std::string_view variable;       ///< the environment's name for it
  std::string_view argument;       ///< what its value is, for help; what ends with FILE is completed as one
  std::string_view meaning;        ///< one line for help
  std::string_view fallback = {};  ///< the value that counts where none is given, if there is one
  std::span<const NamedValue> (*words)() =
      nullptr;  ///< the values it knows; null where they are not a few words
};

/// All of them, in the order of SettingId.
inline constexpr std::array settings = {
    Setting{SettingId::region, "region", "SASE_REGION", "REGION", "where the tenant lives",
            regions.front().name, region_words},
    Setting{SettingId::api, "api", "SASE_API", "API",
            "the generation that authorizes; v3 where a region has it alone", apis.front().name, api_words},
    Setting{SettingId::url, "url", "SASE_URL", "URL", "origin of another service, such as a sandbox"},
    Setting{SettingId::host, "host", "SASE_HOST", "HOST",
            "a further host the token may be given to; repeatable"},
    Setting{SettingId::api_key_env, "api-key-env", "SASE_API_KEY_ENV", "NAME",
            "variable that holds the API key"},
    Setting{SettingId::api_key_file, "api-key-file", "SASE_API_KEY_FILE", "FILE",
            "file that holds the API key, closed to others"},
    Setting{SettingId::api_key_command, "api-key-command", "SASE_API_KEY_COMMAND", "COMMAND",
            "shell command that writes the API key"},
    Setting{SettingId::api_key_credential, "api-key-credential", "SASE_API_KEY_CREDENTIAL", "NAME",
            "systemd credential that is the API key"},
    Setting{SettingId::api_key_keyring, "api-key-keyring", "SASE_API_KEY_KEYRING", "DESCRIPTION",
            "'user' key of the kernel's keyring that is the API key"},
    Setting{SettingId::min_ttl, "min-ttl", "SASE_MIN_TTL", "DURATION",
            "never give a token with less time left", "1m"},
    Setting{SettingId::refresh_ahead, "refresh-ahead", "SASE_REFRESH_AHEAD", "DURATION",
            "with less time left, renew in the background", "15m"},
    Setting{SettingId::timeout, "timeout", "SASE_TIMEOUT", "DURATION", "limit on the whole call", "10s"},
    Setting{SettingId::cache, "cache", "SASE_CACHE", "KIND", "where tokens are kept",
            cache_kinds.front().name, cache_kind_words},
    Setting{SettingId::ca_file, "ca-file", "SASE_CA_FILE", "FILE",
            "certificates to trust instead of the system's"},
    Setting{SettingId::client_cert, "client-cert", "SASE_CLIENT_CERT", "FILE",
            "our certificate for mutual TLS"},
    Setting{SettingId::client_key, "client-key", "SASE_CLIENT_KEY", "FILE", "its private key"},
    Setting{SettingId::proxy, "proxy", "SASE_PROXY", "URL",
            "proxy to go through; HTTPS_PROXY if none is named"},
    Setting{SettingId::no_proxy, "no-proxy", "SASE_NO_PROXY", "LIST",
            "hosts reached without it; NO_PROXY likewise"},
    Setting{SettingId::trace, "trace", "SASE_TRACE", "1|FILE",
            "tell on stderr, or in a file, where the time goes", "off"},
};

/// The setting of a name, or nothing.
[[nodiscard]] const Setting* find_setting(std::string_view name) noexcept;

/// The names of all settings, for suggestions.
[[nodiscard]] std::span<const std::string_view> setting_names() noexcept;

/// Where a value came from. A higher layer wins over a lower one.
enum class Layer { flag, variable, user_file, system_file };

/// One value as it was written. Views into the command line, the environment or a file's text; whoever owns
/// those must outlive it.
struct Assignment {
  const Setting* setting = nullptr;
  std::string_view value;
  Layer layer{};
  std::string_view file;  ///< path, for the two file layers
  unsigned line = 0;      ///< counted from 1, for the two file layers

  /// For messages: `--region`, `SASE_REGION` or `/path/default.conf:3`.
  [[nodiscard]] std::string place() const;

  /// The failure of a bad value: a usage error for a flag, a settings error anywhere else.
  [[nodiscard]] Failure failure(const std::string& what, std::string hint = {}) const;
};

/// The values of one profile, the layers put over one another.
class Settings {
 public:
  /// Adds the values of one layer. Layers are added from the highest to the lowest; a value that a higher one
  /// gave stays. Throws Failure when the layer gives a setting twice or names two sources of the key.
  void add(std::span<const Assignment> layer);

  /// Nothing where no layer gives it. For `host` see hosts().
  [[nodiscard]] const Assignment* find(SettingId id) const noexcept;

  /// All values of `host` in the highest layer that gives any.
  [[nodiscard]] std::span<const Assignment> hosts() const noexcept { return hosts_; }

 private:
  void add_key_source(std::span<const Assignment> layer);

  std::array<std::optional<Assignment>, settings.size()> values_{};
  std::vector<Assignment> hosts_;
  bool has_key_source_ = false;
};

/// Whether a text holds an ASCII control character.
[[nodiscard]] bool has_control_bytes(std::string_view text) noexcept;

/// Whether a setting says where the API key comes from.
[[nodiscard]] bool is_key_source(SettingId id) noexcept;

/// Whether a setting has a say in which hosts a profile owns.
[[nodiscard]] bool decides_hosts(SettingId id) noexcept;

/// The layer of the environment.
[[nodiscard]] std::vector<Assignment> settings_of(const Environment& environment);

}  // namespace sase::config
