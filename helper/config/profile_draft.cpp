// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_draft.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <utility>

namespace sase::config {

namespace {

constexpr std::string_view first_line = "# Made by 'sase-credential login'.\n";

/// Whether a value becomes part of the profile.
bool is_written(const Assignment& given) noexcept {
  if (given.setting->id == SettingId::trace) return false;
  const Role role = given.setting->role;
  return given.layer == Layer::flag ||
         (given.layer == Layer::variable && (role == Role::service || role == Role::service_address));
}

void write_setting(std::string& text, const Setting& setting, std::span<const Assignment> given) {
  std::vector<std::string> lines;
  for (const Assignment& assignment : given) {
    std::string value(assignment.value);
    // The value of `no-proxy` may contain line ends.
    std::ranges::replace_if(
        value, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    // A file contains no empty values; an empty flag removes the setting.
    if (!value.empty()) lines.push_back(std::move(value));
  }
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  text = with_setting(text, setting, views);
}

/// Whether a line of a profile gives the setting.
bool gives(std::string_view line, std::string_view name) noexcept {
  const auto equals = line.find('=');
  return equals != std::string_view::npos && protocol::trim(line.substr(0, equals)) == name;
}

void append_lines(std::string& text, std::string_view name, std::span<const std::string_view> values) {
  for (const std::string_view value : values)
    text.append(name).append(" = ").append(value).append("\n");
}

/// A service address of the file would contradict the new one.
void remove_other_address(std::string& text, SettingId written) {
  if (written == SettingId::region) text = with_setting(text, *find_setting("url"), {});
  if (written == SettingId::url) text = with_setting(text, *find_setting("region"), {});
}

}  // namespace

std::string with_setting(std::string_view text, const Setting& setting,
                         std::span<const std::string_view> values) {
  std::string changed;
  bool has_values = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!gives(line, setting.name)) {
      changed.append(line).append("\n");
      continue;
    }
    if (!std::exchange(has_values, true)) append_lines(changed, setting.name, values);
  }
  if (!has_values) append_lines(changed, setting.name, values);
  return changed;
}

ProfileDraft::ProfileDraft(const Environment& environment, std::span<const Assignment> flags,
                           std::string name)
    : environment_(environment),
      flags_(flags),
      name_(std::move(name)),
      files_(ProfileFiles(environment).read(name_)) {
  reject_other_key_sources();
}

bool ProfileDraft::lacks_service() const {
  const Settings given = merge();
  return given.find(SettingId::region) == nullptr && given.find(SettingId::url) == nullptr;
}

void ProfileDraft::set_region(const Region& region) {
  answers_.push_back(
      {.setting = find_setting("region"), .value = region.name, .layer = Layer::flag, .file = {}});
}

Profile ProfileDraft::profile() const {
  return make_profile(name_, merge(), environment_);
}

std::string ProfileDraft::text() const {
  const auto own = std::ranges::find(files_.files, Layer::user_file, &ProfileText::File::layer);
  std::string text(own != files_.files.end() ? std::string_view(own->text) : first_line);
  const Settings given = merge();
  for (const Setting& setting : settings) {
    if (setting.id == SettingId::host) {
      if (!given.hosts().empty() && is_written(given.hosts().front()))
        write_setting(text, setting, given.hosts());
    } else if (const Assignment* const value = given.find(setting.id);
               value != nullptr && is_written(*value)) {
      remove_other_address(text, setting.id);
      write_setting(text, setting, {value, 1});
    }
  }
  return text;
}

Settings ProfileDraft::merge() const {
  Settings values;
  std::vector<Assignment> flags(flags_.begin(), flags_.end());
  flags.insert(flags.end(), answers_.begin(), answers_.end());
  values.add(flags);
  values.add(read_variables(environment_));
  for (const ProfileText::File& file : files_.files)
    values.add(ProfileText::parse(file));
  return values;
}

void ProfileDraft::reject_other_key_sources() const {
  const Settings given = merge();
  for (const Setting& setting : settings) {
    const Assignment* const source = setting.role == Role::key_source ? given.find(setting.id) : nullptr;
    if (source == nullptr) continue;
    throw source->failure("the profile '" + name_ + "' reads its key from '" + std::string(setting.name) +
                              "', and 'login' would store another one",
                          "leave that setting out, or log in to another profile with --profile");
  }
}

}  // namespace sase::config
