// SPDX-License-Identifier: Apache-2.0
#include "helper/config/settings.hpp"

#include "protocol/escape.hpp"

#include <algorithm>

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

std::string_view trim_blanks(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// `SASE_HOST` is a comma-separated list.
void add_hosts(std::vector<Assignment>& layer, const Setting& setting, std::string_view list) {
  while (true) {
    const auto comma = list.find(',');
    layer.push_back({.setting = &setting,
                     .value = trim_blanks(list.substr(0, comma)),
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
    if (before) throw assignment.failure("'" + std::string(assignment.setting->name) + "' stands twice");
    before = true;
  }
}

}  // namespace

const Setting* find_setting(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(settings, name, &Setting::name);
  return found == settings.end() ? nullptr : found;
}

std::span<const NamedValue> cache_kind_names() noexcept {
  static constexpr auto kinds = [] {
    std::array<NamedValue, cache_kinds.size()> all;
    std::ranges::transform(cache_kinds, all.begin(), [](const CacheKindName& kind) {
      return NamedValue{kind.name, kind.meaning};
    });
    return all;
  }();
  return kinds;
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
  add_key_source(layer);
  const bool hosts_given = !hosts_.empty();
  for (const Assignment& assignment : layer) {
    const SettingId id = assignment.setting->id;
    auto& value = values_[setting_index(id)];
    if (assignment.setting->role == Role::key_source) continue;
    if (id == SettingId::host && !hosts_given) hosts_.push_back(assignment);
    // The last flag wins: users append one to a command line that an alias begins.
    else if (!value || assignment.layer == Layer::flag)
      value = assignment;
  }
}

void Settings::add_key_source(std::span<const Assignment> layer) {
  const Assignment* source = nullptr;
  for (const Assignment& assignment : layer) {
    if (assignment.setting->role != Role::key_source) continue;
    if (source != nullptr && (source->setting != assignment.setting || assignment.layer != Layer::flag))
      throw assignment.failure(
          "a second source of the API key beside '" + std::string(source->setting->name) + "'",
          "keep one of the two");
    source = &assignment;
  }
  if (source == nullptr || has_key_source_) return;
  has_key_source_ = true;
  values_[setting_index(source->setting->id)] = *source;
}

const Assignment* Settings::find(SettingId id) const noexcept {
  const auto& value = values_[setting_index(id)];
  return value ? &*value : nullptr;
}

std::vector<Assignment> read_variables(const Environment& environment) {
  std::vector<Assignment> layer;
  for (const Setting& setting : settings) {
    const auto value = environment.find(setting.variable);
    if (!value) continue;
    if (setting.id == SettingId::host)
      add_hosts(layer, setting, *value);
    else
      layer.push_back({.setting = &setting, .value = *value, .layer = Layer::variable, .file = {}});
  }
  return layer;
}

}  // namespace sase::config
