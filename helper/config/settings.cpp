// SPDX-License-Identifier: Apache-2.0
#include "helper/config/settings.hpp"

#include "helper/names.hpp"
#include "protocol/ascii.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace sase::config {

namespace {

template <typename Table, typename Id>
constexpr bool is_in_order(const Table& table, Id id) {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].*id) != i) return false;
  return true;
}
static_assert(is_in_order(settings, &Setting::id), "SettingId is an index into the table");
static_assert(is_in_order(api_generations, &ApiGeneration::api), "Api is an index into the table");

constexpr std::size_t setting_index(SettingId id) noexcept {
  return static_cast<std::size_t>(id);
}

/// `SASE_HOST` is a comma-separated list.
void add_hosts(std::vector<Assignment>& layer, const Setting& setting, std::string_view list) {
  while (!list.empty())
    layer.push_back({.setting = &setting,
                     .value = protocol::trim(protocol::next_part(list, ',')),
                     .layer = Layer::variable});
}

/// A control byte could end a line of the exchange with the authorizer. `no-proxy` may contain line ends:
/// lists in YAML files do, and make_profile() replaces them.
void reject_control_bytes(const Assignment& assignment) {
  if (assignment.setting->id == SettingId::no_proxy) return;
  if (has_control_bytes(assignment.value)) throw assignment.failure("a control character in the value");
}

/// Only flags, and `host` in a file, may be repeated.
void reject_conflict(const Assignment& earlier, const Assignment& given) {
  const Setting& setting = *given.setting;
  if (earlier.setting == &setting) {
    if (given.layer == Layer::flag || setting.id == SettingId::host) return;
    throw given.failure("'" + std::string(setting.name) + "' is given twice");
  }
  if (setting.role == Role::other || earlier.setting->role != setting.role) return;
  throw given.failure(
      std::string(setting.role == Role::key_source ? "a second source of the API key" : "a second service") +
          " beside '" + std::string(earlier.setting->name) + "'",
      "keep one of the two");
}

bool is_credential_name(std::string_view name) noexcept {
  constexpr std::size_t longest_file_name = 255;  // NAME_MAX
  return !name.empty() && name != "." && name != ".." && name.size() <= longest_file_name &&
         name.find('/') == std::string_view::npos;
}

/// A key source: when a value is valid, and the message for any other.
struct KeySourceRow {
  SettingId id;
  bool (*is_valid)(std::string_view value);
  const char* otherwise;
  const char* hint;
};

/// In the order of ApiKeySource::Kind.
constexpr std::array key_sources = {
    KeySourceRow{
        SettingId::api_key_env,
        [](std::string_view name) { return !name.empty() && name.find('=') == std::string_view::npos; },
        "this is not the name of a variable", ""},
    KeySourceRow{SettingId::api_key_file, [](std::string_view path) { return path.starts_with('/'); },
                 "the path is not absolute", "begin it with a slash"},
    KeySourceRow{SettingId::api_key_command,
                 [](std::string_view command) { return !protocol::trim(command).empty(); },
                 "the command is empty", ""},
    KeySourceRow{SettingId::api_key_credential, is_credential_name,
                 "this is not the name of a systemd credential",
                 "write the name alone, as in 'LoadCredential=NAME:...' of the unit"},
    KeySourceRow{SettingId::api_key_keyring,
                 [](std::string_view text) { return !text.empty() && text.size() < 4096; },  // keyrings(7)
                 "this cannot be the description of a key in the kernel's keyring",
                 "write it as in 'keyctl padd user DESCRIPTION @u'"},
};

/// Variables of other programs. Of those for one setting, the first that is set counts; curl(1) prefers lower
/// case.
struct CommonVariable {
  std::string_view name;
  SettingId id;
};

constexpr std::array common_variables = {
    CommonVariable{"https_proxy", SettingId::proxy},     CommonVariable{"HTTPS_PROXY", SettingId::proxy},
    CommonVariable{"no_proxy", SettingId::no_proxy},     CommonVariable{"NO_PROXY", SettingId::no_proxy},
    CommonVariable{"SSL_CERT_FILE", SettingId::ca_file},
};

constexpr std::string_view own_prefix = "SASE_";
static_assert(std::ranges::all_of(settings,
                                  [](const Setting& each) { return each.variable.starts_with(own_prefix); }));

/// Shorter names are not compared: SASE_URI may be another program's variable and not a mistyped SASE_URL.
constexpr std::size_t shortest_name = own_prefix.size() + 4;

std::vector<std::string_view> known_variables() {
  // The variables that are not settings: one selects the profile, `exec` sets three.
  std::vector<std::string_view> known = {"SASE_PROFILE", protocol::token_variable, protocol::expiry_variable,
                                         removed_variable};
  for (const Setting& setting : settings)
    known.push_back(setting.variable);
  for (const std::string_view name : standard_key_variables)
    if (name.starts_with(own_prefix)) known.push_back(name);
  return known;
}

/// Of a variable that is set twice, the first one counts.
void add_variable(std::vector<Assignment>& layer, std::string_view name, std::string_view value) {
  const auto* const setting = std::ranges::find(settings, name, &Setting::variable);
  if (setting == settings.end() || std::ranges::find(layer, setting, &Assignment::setting) != layer.end())
    return;
  if (setting->id == SettingId::host) return add_hosts(layer, *setting, value);
  if (!value.empty()) layer.push_back({.setting = setting, .value = value, .layer = Layer::variable});
}

}  // namespace

const Setting* find_setting(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(settings, name, &Setting::name);
  return found == settings.end() ? nullptr : found;
}

bool has_control_bytes(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

std::string Assignment::source() const {
  switch (layer) {
    case Layer::flag: return "--" + std::string(setting->name);
    case Layer::variable: return std::string(setting->variable);
    case Layer::common_variable: return std::string(file);
    case Layer::user_file:
    case Layer::system_file: break;
  }
  return protocol::escape(file) + ':' + std::to_string(line);
}

Failure Assignment::failure(const std::string& what, std::string hint) const {
  const ExitCode code = layer == Layer::flag ? ExitCode::usage_error : ExitCode::invalid_settings;
  return Failure(code, source() + ": " + what, std::move(hint));
}

void Settings::add(std::span<const Assignment> layer) {
  for (std::size_t i = 0; i < layer.size(); ++i) {
    reject_control_bytes(layer[i]);
    for (const Assignment& earlier : layer.first(i))
      reject_conflict(earlier, layer[i]);
  }
  const bool has_hosts = !hosts_.empty();
  const bool has_address = has(Role::service_address);
  const bool has_source = has(Role::key_source);
  for (const Assignment& given : layer) {
    const Setting& setting = *given.setting;
    if (setting.id == SettingId::host && !has_hosts) hosts_.push_back(given);
    if (setting.role == Role::service_address ? has_address : setting.role == Role::key_source && has_source)
      continue;
    auto& value = values_[setting_index(setting.id)];
    // The last flag wins: users append one to a command line that an alias begins.
    if (!value || given.layer == Layer::flag) value = given;
  }
}

bool Settings::has(Role role) const noexcept {
  return std::ranges::any_of(values_,
                             [role](const auto& value) { return value && value->setting->role == role; });
}

const Assignment* Settings::find(SettingId id) const noexcept {
  const auto& value = values_[setting_index(id)];
  return value ? &*value : nullptr;
}

/// One pass over the environment: a search for each setting would cost as much as decrypting the token.
std::vector<Assignment> read_variables(const Environment& environment) {
  std::vector<Assignment> layer;
  for (const char* const* entry = environment.entries(); *entry != nullptr; ++entry) {
    if (**entry != own_prefix.front()) continue;
    std::string_view value(*entry);
    const std::string_view name = protocol::next_part(value, '=');
    add_variable(layer, name, value);
  }
  return layer;
}

std::vector<Assignment> read_common_variables(const Environment& environment) {
  std::vector<Assignment> layer;
  for (const CommonVariable& variable : common_variables) {
    const Setting& setting = settings[setting_index(variable.id)];
    if (!layer.empty() && layer.back().setting == &setting) continue;
    if (const auto value = environment.find(variable.name))
      layer.push_back(
          {.setting = &setting, .value = *value, .layer = Layer::common_variable, .file = variable.name});
  }
  return layer;
}

std::optional<ApiKeySource> parse_api_key_source(const Settings& values) {
  for (std::size_t i = 0; i < key_sources.size(); ++i) {
    const KeySourceRow& source = key_sources[i];
    const Assignment* const given = values.find(source.id);
    if (given == nullptr) continue;
    if (!source.is_valid(given->value)) throw given->failure(source.otherwise, source.hint);
    return ApiKeySource{.kind = static_cast<ApiKeySource::Kind>(i), .value = std::string(given->value)};
  }
  return std::nullopt;
}

void MisspelledVariables::warn() noexcept try {
  if (std::exchange(has_warned_, true)) return;
  const std::vector<std::string_view> known = known_variables();
  for (const char* const* entry = environment_.entries(); *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with(own_prefix)) continue;
    const std::string_view name = text.substr(0, text.find('='));
    const std::string_view near = nearest_within(1, name, known);
    if (near != name && near.size() >= shortest_name)
      diagnostics_.warning(protocol::escape(name) + " is not known; did you mean " + std::string(near) + "?");
  }
} catch (const std::exception&) {
  return;  // a missing warning must not fail the call
}

}  // namespace sase::config
