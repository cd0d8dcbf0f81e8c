// SPDX-License-Identifier: Apache-2.0
#include "helper/config/settings.hpp"

#include "protocol/dialects/token_format.hpp"
#include "protocol/escape.hpp"
#include "protocol/host.hpp"

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
static_assert(is_in_order(key_sources, &KeySourceRow::kind), "Kind is an index into the table");
static_assert(is_in_order(api_generations, &ApiGeneration::api), "Api is an index into the table");

constexpr std::size_t setting_index(SettingId id) noexcept { return static_cast<std::size_t>(id); }

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

/// Variables of other programs. Of those for one setting, the first that is set counts; curl(1) prefers lower
/// case.
struct CommonVariable {
  std::string_view name;
  SettingId id;
};

constexpr std::array common_variables = {
    CommonVariable{"https_proxy", SettingId::proxy},     CommonVariable{"HTTPS_PROXY", SettingId::proxy},
    CommonVariable{"all_proxy", SettingId::proxy},       CommonVariable{"ALL_PROXY", SettingId::proxy},
    CommonVariable{"no_proxy", SettingId::no_proxy},     CommonVariable{"NO_PROXY", SettingId::no_proxy},
    CommonVariable{"SSL_CERT_FILE", SettingId::ca_file},
};

/// ALL_PROXY is for every protocol, and often names a SOCKS proxy.
bool is_unusable_proxy(std::string_view name, std::string_view url) noexcept {
  if (name != "all_proxy" && name != "ALL_PROXY") return false;
  const auto scheme = url.find("://");
  return scheme != std::string_view::npos && protocol::lower_case(url.substr(0, scheme)) != "http";
}

/// The region whose host is that of a base URL of the vendor; empty for any other URL.
std::string_view find_region_of_url(std::string_view text) noexcept try {
  const protocol::ParsedUrl url = protocol::parse_url(text);
  for (const Region& region : regions)
    for (const std::string_view origin : region.origins)
      if (origin == url.origin.text() && url.origin.user.empty() && without_vendor_path(url.rest).empty())
        return region.name;
  return {};
} catch (const std::exception&) {
  return {};
}

/// The region with this name, ignoring case; any other text as it is.
std::string_view find_region_of_name(std::string_view text) noexcept {
  for (const Region& region : regions)
    if (protocol::lower_case(text) == region.name) return region.name;
  return text;
}

/// A Terraform provider's variable for the region, `name`, is used only if the key comes from its variable
/// `key`.
struct ProviderRegion {
  std::string_view key;
  std::string_view name;
  std::string_view (*find)(std::string_view value) noexcept;
};

constexpr std::array provider_regions = {
    ProviderRegion{"CHECKPOINT_SASE_API_KEY", "BASE_URL", find_region_of_url},
    ProviderRegion{"HARMONYSASE_API_KEY", "HARMONYSASE_REGION", find_region_of_name},
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
  if (value.ends_with('\r')) value.remove_suffix(1);  // as in Environment::find()
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
  // A command may begin with a quoted word.
  if (setting == nullptr || setting->id == SettingId::api_key_command || !is_quoted(value))
    return Failure(code, source() + ": " + what, std::move(hint));
  return Failure(code, source() + ": " + what + "; it is in quotes", "write the value without quotes");
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
    // The last flag wins, so that a user can override a flag in an alias.
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

bool is_wrong_fleet(std::string_view after_name) noexcept {
  const auto skip_blanks = [&after_name] {
    while (after_name.starts_with(' ') || after_name.starts_with('\t'))
      after_name.remove_prefix(1);
  };
  skip_blanks();
  if (!after_name.starts_with('=')) return false;  // another setting of a fleet
  after_name.remove_prefix(1);
  skip_blanks();
  return !after_name.starts_with("https://") && after_name != "off";
}

/// This and those that begin with it are the variables of a fleet.
constexpr std::string_view fleet_variable = "SASE_FLEET";

/// One pass over the environment: a search for each setting would cost as much as decrypting the token, a
/// tenth of a cached call.
std::vector<Assignment> read_variables(const Environment& environment, FleetValues fleet) {
  std::vector<Assignment> layer;
  for (const char* const* entry = environment.entries(); *entry != nullptr; ++entry) {
    if (**entry != own_prefix.front()) continue;
    std::string_view value(*entry);
    if (fleet == FleetValues::skip && value.starts_with(fleet_variable) &&
        !is_wrong_fleet(value.substr(fleet_variable.size())))
      continue;
    const std::string_view name = protocol::next_part(value, '=');
    add_variable(layer, name, value);
  }
  return layer;
}

std::vector<Assignment> read_common_variables(const Environment& environment) {
  std::vector<Assignment> layer;
  for (const CommonVariable& variable : common_variables) {
    const Setting& setting = settings[setting_index(variable.id)];
    const auto value = environment.find(variable.name);
    if (!value || is_unusable_proxy(variable.name, *value)) continue;
    if (!layer.empty() && layer.back().setting == &setting) continue;
    layer.push_back(
        {.setting = &setting, .value = *value, .layer = Layer::common_variable, .file = variable.name});
  }
  return layer;
}

std::optional<std::string_view> find_key_variable(const Environment& environment) noexcept {
  for (const std::string_view name : standard_key_variables)
    if (environment.find(name)) return name;
  return std::nullopt;
}

std::vector<Assignment> read_provider_region(const Environment& environment) {
  for (const ProviderRegion& provider : provider_regions) {
    const auto value = environment.find(provider.name);
    const std::string_view region = value ? provider.find(*value) : std::string_view();
    if (!region.empty() && find_key_variable(environment) == provider.key)
      return {{.setting = find_setting("region"),
               .value = region,
               .layer = Layer::common_variable,
               .file = provider.name}};
  }
  return {};
}

/// Names that are one typing mistake away from a known one.
void IgnoredVariables::warn_of_mistakes() const {
  const std::vector<std::string_view> known = known_variables();
  for (const char* const* entry = environment_.entries(); *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with(own_prefix)) continue;
    const std::string_view name = text.substr(0, text.find('='));
    const std::string_view near = nearest_within(1, name, known);
    if (near != name && near.size() >= shortest_name)
      diagnostics_.warning(protocol::escape(name) + " is not known; did you mean " + std::string(near) + "?");
  }
}

/// Values that other programs use.
void IgnoredVariables::warn_of_values() const {
  const auto is_set = [this](std::string_view name) { return environment_.find(name).has_value(); };
  if (read_common_variables(environment_).empty() && !is_set("SASE_PROXY"))
    for (const std::string_view name : {"all_proxy", "ALL_PROXY"})
      if (is_set(name))
        diagnostics_.warning(std::string(name) + " is ignored: only http:// proxies are supported");
  const auto key = find_key_variable(environment_);
  if ((key == "CHECKPOINT_SASE_API_KEY" || key == "PERIMETER81_API_KEY") && is_set("BASE_URL") &&
      read_provider_region(environment_).empty() && !is_set("SASE_URL") && !is_set("SASE_REGION"))
    diagnostics_.warning("BASE_URL is ignored: it selects no region; to use its service, set SASE_URL");
}

void IgnoredVariables::warn() noexcept try {
  if (std::exchange(has_warned_, true)) return;
  warn_of_mistakes();
  warn_of_values();
} catch (const std::exception&) {
  return;  // a missing warning must not fail the call
}

}  // namespace sase::config
