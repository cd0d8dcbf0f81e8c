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
    std::string& value = values.emplace_back(protocol::trim(assignment.value));
    // The value of `no-proxy` may contain line ends.
    std::ranges::replace_if(
        value, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }
  // A file contains no empty values. Only that of 'no-proxy' may be empty, which removes the setting.
  std::erase(values, "");
  text = with_setting(text, setting, values);
}

/// Replaces each line of a setting; or appends `first`.
std::string replace_lines(std::string_view text, const Setting& setting, std::string first,
                          std::string_view further) {
  std::string changed;
  while (!text.empty()) {
    const std::string_view line = protocol::next_part(text, '\n');
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || protocol::trim(line.substr(0, equals)) != setting.name)
      changed.append(line).append("\n");
    else
      changed.append(std::exchange(first, std::string(further)));
  }
  return first == further ? changed : changed + first;
}

/// The base URL that an address selects, the same for each spelling of it; empty if it is unusable.
std::string find_service(const Assignment& address) try {
  Settings only;
  only.add({&address, 1});
  return make_profile({}, only).url;
} catch (const Failure&) {
  return {};
}

const Assignment* find_address(const Settings& values) noexcept {
  const Assignment* const url = values.find(SettingId::url);
  return url != nullptr ? url : values.find(SettingId::region);
}

/// Removes what belongs to the service of the user's file if another one is selected. Its lines become empty,
/// so that messages about the others still have the right number.
bool drop_former_service(ProfileDraft& draft) {
  const auto own = std::ranges::find(draft.text.files, Layer::user_file, &ProfileText::File::layer);
  if (own == draft.text.files.end()) return false;
  const std::vector<Assignment> lines = ProfileText::parse(*own);
  const auto former = std::ranges::find(lines, Role::service_address,
                                        [](const Assignment& line) { return line.setting->role; });
  const Assignment* const address = find_address(draft.values);
  if (former == lines.end() || address == nullptr) return false;
  const bool had_url = former->setting->id == SettingId::url;
  draft.former_service = find_service(*former);
  if (draft.former_service == find_service(*address)) return false;
  draft.new_text = own->text;
  std::string remaining = own->text;
  for (const SettingId id :
       {SettingId::host, SettingId::ca_file, SettingId::client_cert, SettingId::client_key}) {
    const Setting& setting = settings[static_cast<std::size_t>(id)];
    const Assignment* const value = draft.values.find(id);
    const bool is_there = std::ranges::find(lines, &setting, &Assignment::setting) != lines.end();
    // Behind a proxy that inspects, a region may have certificates of its own.
    if (!is_there || (value != nullptr && is_written(*value)) || (id != SettingId::host && !had_url))
      continue;
    draft.new_text = with_setting(draft.new_text, setting, {});
    remaining = replace_lines(remaining, setting, "\n", "\n");
    draft.removed.push_back(setting.name);
  }
  own->text = std::move(remaining);
  return true;
}

}  // namespace

std::string with_setting(std::string_view text, const Setting& setting, std::span<const std::string> values) {
  std::string lines;
  for (const std::string& value : values)
    lines.append(setting.name).append(" = ").append(value).append("\n");
  return replace_lines(text, setting, std::move(lines), {});
}

ProfileDraft read_draft(const Environment& environment, std::span<const Assignment> flags,
                        const std::string& profile) {
  ProfileSelector selector(environment, flags, NamedProfile{.name = profile, .source = {}});
  selector.ignore_provider_region();  // it belongs to another key
  ProfileDraft draft;
  static_cast<ProfileSettings&>(draft) = selector.read_settings(profile);
  if (drop_former_service(draft)) draft.values = selector.merge(draft.text);
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

std::string format_profile(const ProfileDraft& draft) {
  const auto own = std::ranges::find(draft.text.files, Layer::user_file, &ProfileText::File::layer);
  std::string text(own != draft.text.files.end() ? std::string_view(own->text) : first_line);
  if (!draft.new_text.empty()) text = draft.new_text;
  for (const Setting& setting : settings) {
    if (setting.id == SettingId::host)
      write_setting(text, draft.values.hosts());
    else if (const Assignment* const value = draft.values.find(setting.id))
      write_setting(text, {value, 1});
  }
  return text;
}

}  // namespace sase::config
