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

constexpr std::array<std::string_view, settings.size()> names = [] {
  std::array<std::string_view, settings.size()> all;
  std::ranges::transform(settings, all.begin(), &Setting::name);
  return all;
}();

template <typename Table, typename Id>
constexpr bool is_in_order(const Table& table, Id id) {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].*id) != i) return false;
  return true;
}
static_assert(is_in_order(settings, &Setting::id), "SettingId is an index into the table");
static_assert(is_in_order(cache_kinds, &CacheKindName::kind), "CacheKind is an index into the table");
static_assert(is_in_order(api_generations, &ApiGeneration::api), "Api is an index into the table");

constexpr std::size_t setting_index(SettingId id) noexcept {
  return static_cast<std::size_t>(id);
}

/// `SASE_HOST` is a comma-separated list.
void add_hosts(std::vector<Assignment>& layer, const Setting& setting, std::string_view list) {
  while (true) {
    const auto comma = list.find(',');
    layer.push_back({.setting = &setting,
                     .value = protocol::trim(list.substr(0, comma)),
                     .layer = Layer::variable,
                     .file = {}});
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

/// A control byte could end a line of the exchange with the authorizer. `no-proxy` may contain line ends:
/// lists in YAML files do, and make_profile() replaces them.
void reject_control_bytes(const Assignment& assignment) {
  if (assignment.setting->id == SettingId::no_proxy) return;
  if (has_control_bytes(assignment.value)) throw assignment.failure("a control character in the value");
}

/// Only flags, and `host` in a file, may be repeated.
void reject_repetitions(std::span<const Assignment> layer) {
  std::array<bool, settings.size()> seen{};
  for (const Assignment& assignment : layer) {
    if (assignment.layer == Layer::flag || assignment.setting->id == SettingId::host) continue;
    bool& before = seen[setting_index(assignment.setting->id)];
    if (before) throw assignment.failure("'" + std::string(assignment.setting->name) + "' is given twice");
    before = true;
  }
}

constexpr std::size_t role_index(Role role) noexcept {
  return static_cast<std::size_t>(role);
}

constexpr bool is_exclusive(Role role) noexcept {
  return role == Role::service_address || role == Role::key_source;
}

void reject_exclusions(std::span<const Assignment> layer) {
  std::array<const Assignment*, role_count> seen{};
  for (const Assignment& assignment : layer) {
    const Role role = assignment.setting->role;
    const Assignment* const other = std::exchange(seen[role_index(role)], &assignment);
    if (!is_exclusive(role) || other == nullptr || other->setting == assignment.setting) continue;
    throw assignment.failure(
        std::string(role == Role::key_source ? "a second source of the API key" : "a second service") +
            " beside '" + std::string(other->setting->name) + "'",
        "keep one of the two");
  }
}

constexpr std::size_t longest_file_name = 255;     // NAME_MAX
constexpr std::size_t longest_description = 4095;  // keyrings(7)

void check_variable(const Assignment& given) {
  if (given.value.empty() || given.value.find('=') != std::string_view::npos)
    throw given.failure("this is not the name of a variable");
}

void check_file(const Assignment& given) {
  if (!given.value.starts_with('/')) throw given.failure("the path is not absolute", "begin it with a slash");
}

void check_command(const Assignment& given) {
  if (protocol::trim(given.value).empty()) throw given.failure("the command is empty");
}

void check_credential(const Assignment& given) {
  const std::string_view name = given.value;
  if (name.empty() || name == "." || name == ".." || name.size() > longest_file_name ||
      name.find('/') != std::string_view::npos)
    throw given.failure("this is not the name of a systemd credential",
                        "write the name alone, as in 'LoadCredential=NAME:...' of the unit");
}

void check_keyring(const Assignment& given) {
  if (given.value.empty() || given.value.size() > longest_description)
    throw given.failure("this cannot be the description of a key in the kernel's keyring",
                        "write it as in 'keyctl padd user DESCRIPTION @u'");
}

struct KeySourceRow {
  SettingId id;
  ApiKeySource::Kind kind;
  void (*check)(const Assignment&);
};

constexpr std::array key_sources = {
    KeySourceRow{SettingId::api_key_env, ApiKeySource::Kind::variable, check_variable},
    KeySourceRow{SettingId::api_key_file, ApiKeySource::Kind::file, check_file},
    KeySourceRow{SettingId::api_key_command, ApiKeySource::Kind::command, check_command},
    KeySourceRow{SettingId::api_key_credential, ApiKeySource::Kind::credential, check_credential},
    KeySourceRow{SettingId::api_key_keyring, ApiKeySource::Kind::keyring, check_keyring},
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

/// The known variable that the user probably meant, or an empty name.
std::string_view find_intended(std::string_view name, const std::vector<std::string_view>& known) {
  if (std::ranges::find(known, name) != known.end()) return {};
  const std::string_view near = nearest_within(1, name, known);
  return near.size() < shortest_name ? std::string_view{} : near;
}

using VariableValues = std::array<std::optional<std::string_view>, settings.size()>;

/// The first value of each setting's variable. One pass over the environment: a search for each setting would
/// cost as much as decrypting the token.
VariableValues find_variables(const Environment& environment) {
  VariableValues values;
  for (const char* const* entry = environment.entries(); *entry != nullptr; ++entry) {
    if (**entry != own_prefix.front()) continue;
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    if (name.size() == text.size()) continue;
    for (std::size_t i = 0; i < settings.size(); ++i)
      if (settings[i].variable == name && !values[i]) values[i] = text.substr(name.size() + 1);
  }
  return values;
}

}  // namespace

const Setting* find_setting(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(settings, name, &Setting::name);
  return found == settings.end() ? nullptr : found;
}

std::span<const std::string_view> setting_names() noexcept {
  return names;
}

bool has_control_bytes(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

std::string Assignment::place() const {
  switch (layer) {
    case Layer::flag: return "--" + std::string(setting->name);
    case Layer::variable: return std::string(setting->variable);
    case Layer::user_file:
    case Layer::system_file: break;
  }
  return protocol::escape(file) + ':' + std::to_string(line);
}

Failure Assignment::failure(const std::string& what, std::string hint) const {
  const ExitCode code = layer == Layer::flag ? ExitCode::usage_error : ExitCode::invalid_settings;
  return Failure(code, place() + ": " + what, std::move(hint));
}

void Settings::add(std::span<const Assignment> layer) {
  std::ranges::for_each(layer, reject_control_bytes);
  reject_repetitions(layer);
  reject_exclusions(layer);
  const bool hosts_given = !hosts_.empty();
  const auto roles_given = roles_given_;
  for (const Assignment& assignment : layer) {
    const Setting& setting = *assignment.setting;
    if (setting.id == SettingId::host) {
      if (!hosts_given) hosts_.push_back(assignment);
      continue;
    }
    if (is_exclusive(setting.role) && roles_given[role_index(setting.role)]) continue;
    roles_given_[role_index(setting.role)] = true;
    auto& value = values_[setting_index(setting.id)];
    // The last flag wins: users append one to a command line that an alias begins.
    if (!value || assignment.layer == Layer::flag) value = assignment;
  }
}

const Assignment* Settings::find(SettingId id) const noexcept {
  const auto& value = values_[setting_index(id)];
  return value ? &*value : nullptr;
}

std::vector<Assignment> read_variables(const Environment& environment) {
  const VariableValues values = find_variables(environment);
  std::vector<Assignment> layer;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (!values[i] || values[i]->empty()) continue;
    if (settings[i].id == SettingId::host)
      add_hosts(layer, settings[i], *values[i]);
    else
      layer.push_back({.setting = &settings[i], .value = *values[i], .layer = Layer::variable, .file = {}});
  }
  return layer;
}

std::optional<ApiKeySource> parse_api_key_source(const Settings& values) {
  for (const KeySourceRow& row : key_sources) {
    const Assignment* const given = values.find(row.id);
    if (given == nullptr) continue;
    row.check(*given);
    return ApiKeySource{.kind = row.kind, .value = std::string(given->value)};
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
    const std::string_view near = find_intended(name, known);
    if (!near.empty())
      diagnostics_.warning(protocol::escape(name) + " is not known; did you mean " + std::string(near) + "?");
  }
} catch (const std::exception&) {
  return;  // a missing warning must not fail the call
}

}  // namespace sase::config
