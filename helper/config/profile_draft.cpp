// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_draft.hpp"

#include "protocol/parsing.hpp"

#include <algorithm>
#include <utility>

namespace sase::config {

namespace {

constexpr std::string_view first_line = "# Made by 'sase-credential login'.\n";

/// Whether a value becomes part of the profile.
bool is_written(const Assignment& given) noexcept {
  const SettingId id = given.setting->id;
  const bool selects_service =
      given.setting->role == Role::service_address || id == SettingId::api || id == SettingId::host;
  return id != SettingId::trace &&
         (given.layer == Layer::flag || (given.layer == Layer::variable && selects_service));
}

void write_setting(std::string& text, std::span<const Assignment> given) {
  if (given.empty() || !is_written(given.front())) return;
  const Setting& setting = *given.front().setting;
  // A service address of the file would contradict the new one.
  if (setting.id == SettingId::region) text = with_setting(text, *find_setting("url"), {});
  if (setting.id == SettingId::url) text = with_setting(text, *find_setting("region"), {});
  std::vector<std::string> values;
  for (const Assignment& assignment : given) {
    std::string& value = values.emplace_back(assignment.value);
    // The value of `no-proxy` may contain line ends.
    std::ranges::replace_if(
        value, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }
  // A file contains no empty values; an empty flag removes the setting.
  std::erase(values, "");
  text = with_setting(text, setting, values);
}

/// Removes the certificates of the profile if another service than its 'url' is selected. Whether it is.
bool drop_certificates(ProfileSettings& draft) {
  const auto own = std::ranges::find(draft.text.files, Layer::user_file, &ProfileText::File::layer);
  const Assignment* const url = draft.values.find(SettingId::url);
  if (own == draft.text.files.end() || (url != nullptr && own->text.find(url->value) != std::string::npos))
    return false;
  const bool had_url = with_setting(own->text, *find_setting("url"), {}) != own->text;
  for (const std::string_view name : {"ca-file", "client-cert", "client-key"})
    if (had_url) own->text = with_setting(own->text, *find_setting(name), {});
  return had_url;
}

}  // namespace

std::string with_setting(std::string_view text, const Setting& setting, std::span<const std::string> values) {
  std::string lines;
  for (const std::string& value : values)
    lines.append(setting.name).append(" = ").append(value).append("\n");
  std::string changed;
  while (!text.empty()) {
    const std::string_view line = protocol::next_part(text, '\n');
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || protocol::trim(line.substr(0, equals)) != setting.name)
      changed.append(line).append("\n");
    else
      changed += std::exchange(lines, {});
  }
  return changed + lines;
}

ProfileSettings read_draft(const Environment& environment, std::span<const Assignment> flags,
                           const std::string& profile) {
  ProfileSelector selector(environment, flags, NamedProfile{.name = profile, .source = {}});
  selector.ignore_provider_region();  // it belongs to another key
  ProfileSettings draft = selector.read_settings(profile);
  if (drop_certificates(draft)) draft.values = selector.merge(draft.text);
  for (const Setting& setting : settings) {
    const Assignment* const source =
        setting.role == Role::key_source ? draft.values.find(setting.id) : nullptr;
    if (source == nullptr) continue;
    throw source->failure("the profile '" + profile + "' reads its key from '" + std::string(setting.name) +
                              "', and 'login' would store another one",
                          "leave that setting out, or log in to another profile with --profile");
  }
  return draft;
}

void set_region(Settings& values, const Region& region) {
  values.add({{Assignment{.setting = find_setting("region"), .value = region.name, .layer = Layer::flag}}});
}

std::string format_profile(const ProfileSettings& draft) {
  const auto own = std::ranges::find(draft.text.files, Layer::user_file, &ProfileText::File::layer);
  std::string text(own != draft.text.files.end() ? std::string_view(own->text) : first_line);
  for (const Setting& setting : settings) {
    if (setting.id == SettingId::host)
      write_setting(text, draft.values.hosts());
    else if (const Assignment* const value = draft.values.find(setting.id))
      write_setting(text, {value, 1});
  }
  return text;
}

}  // namespace sase::config
