// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_draft.hpp"

#include "helper/config/profile_edit.hpp"

#include <algorithm>
#include <utility>

namespace sase::config {

namespace {

constexpr std::string_view first_line = "# Made by 'sase-credential login'.\n";

bool is_from_file(const Assignment& given) noexcept {
  return given.layer == Layer::user_file || given.layer == Layer::system_file;
}

/// Whether a value goes into the profile.
bool is_kept(const Assignment& given) noexcept {
  if (given.setting->id == SettingId::trace) return false;
  return given.layer == Layer::flag || (given.layer == Layer::variable && decides_hosts(given.setting->id));
}

void keep(std::string& text, const Setting& setting, std::span<const Assignment> given) {
  std::vector<std::string> lines;
  for (const Assignment& value : given) {
    lines.emplace_back(value.value);
    // A list of hosts may be divided by line ends (profile.cpp).
    std::ranges::replace_if(
        lines.back(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    // In a file, that nothing is said is said by no line.
    if (lines.back().empty()) lines.pop_back();
  }
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  text = with_setting(text, setting, views);
}

}  // namespace

ProfileDraft::ProfileDraft(const Environment& environment, std::span<const Assignment> flags,
                           std::string name)
    : environment_(environment),
      flags_(flags),
      name_(std::move(name)),
      files_(ProfileFiles(environment).read(name_)) {
  reject_other_key_sources();
  reject_redundant_region();
}

bool ProfileDraft::lacks_service() const {
  const Settings given = values();
  return given.find(SettingId::region) == nullptr && given.find(SettingId::url) == nullptr;
}

void ProfileDraft::set_region(const Region& region) {
  answers_.push_back(
      {.setting = find_setting("region"), .value = region.name, .layer = Layer::flag, .file = {}});
}

Profile ProfileDraft::profile() const {
  return make_profile(name_, values(), environment_);
}

std::string ProfileDraft::text() const {
  const auto own = std::ranges::find(files_.files, Layer::user_file, &ProfileText::File::layer);
  std::string text(own != files_.files.end() ? std::string_view(own->text) : first_line);
  const Settings given = values();
  for (const Setting& setting : settings) {
    if (setting.id == SettingId::host) {
      if (!given.hosts().empty() && is_kept(given.hosts().front())) keep(text, setting, given.hosts());
    } else if (const Assignment* const value = given.find(setting.id); value != nullptr && is_kept(*value)) {
      keep(text, setting, {value, 1});
    }
  }
  return text;
}

Settings ProfileDraft::values() const {
  Settings values;
  std::vector<Assignment> flags(flags_.begin(), flags_.end());
  flags.insert(flags.end(), answers_.begin(), answers_.end());
  values.add(flags);
  values.add(settings_of(environment_));
  for (const ProfileText::File& file : files_.files)
    values.add(ProfileText::assignments(file));
  return values;
}

void ProfileDraft::reject_other_key_sources() const {
  const Settings given = values();
  for (const Setting& setting : settings) {
    const Assignment* const source = is_key_source(setting.id) ? given.find(setting.id) : nullptr;
    if (source == nullptr) continue;
    throw source->failure("the key of the profile '" + name_ + "' is to come from '" +
                              std::string(setting.name) + "', and login would keep one in another place",
                          "leave that setting out, or log in to another profile with --profile");
  }
}

/// A region says where the service is only as long as no `url` does.
void ProfileDraft::reject_redundant_region() const {
  const Settings given = values();
  const Assignment* const region = given.find(SettingId::region);
  const Assignment* const url = given.find(SettingId::url);
  if (region == nullptr || url == nullptr || region->layer != Layer::flag || !is_from_file(*url)) return;
  throw url->failure("this url goes before --region", "remove the line, or log in with --url");
}

}  // namespace sase::config
