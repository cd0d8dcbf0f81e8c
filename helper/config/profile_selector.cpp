// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_selector.hpp"

#include "helper/config/profile_name.hpp"
#include "helper/nearest_name.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sase::config {

namespace {

/// A provider may have a thousand; a line has room for a few.
std::string join(const std::vector<std::string>& words) {
  constexpr std::size_t most_shown = 10;
  if (words.size() > most_shown)
    return join({words.begin(), words.begin() + most_shown}) + " and " +
           std::to_string(words.size() - most_shown) + " more";
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

Failure unknown_profile(const NamedProfile& named, const ProfileFiles& files) {
  const std::vector<std::string> names = files.names();
  const std::vector<std::string_view> known(names.begin(), names.end());
  return Failure(
      named.code, std::string(named.place) + ": there is no profile '" + named.name + "'",
      suggest(named.name, known, names.empty() ? "none has been made yet" : "there are: " + join(names)));
}

}  // namespace

std::optional<NamedProfile> named_profile(const Environment& environment,
                                          const std::optional<std::string>& flag) {
  if (flag) return NamedProfile{.name = *flag, .place = "--profile", .code = ExitCode::usage_error};
  if (const auto variable = environment.find("SASE_PROFILE"))
    return NamedProfile{
        .name = std::string(*variable), .place = "SASE_PROFILE", .code = ExitCode::invalid_settings};
  return std::nullopt;
}

Failure not_a_profile_name(const NamedProfile& named) {
  // A very long one may be a key that was put in the wrong place.
  constexpr std::size_t longest_shown = 80;
  return Failure(named.code,
                 std::string(named.place) + ": " +
                     (named.name.size() > longest_shown ? "this" : "'" + protocol::escape(named.name) + "'") +
                     " cannot name a profile",
                 "names have small letters, digits, '.', '_' and '-', and begin with a letter or digit");
}

ProfileSelector::ProfileSelector(const Environment& environment, std::span<const Assignment> flags,
                                 const std::optional<std::string>& named)
    : environment_(environment),
      flags_(flags),
      files_(environment),
      named_(named_profile(environment, named)) {}

ProfileSelector::ProfileSelector(const Environment& environment, std::span<const Assignment> flags,
                                 NamedProfile named)
    : environment_(environment), flags_(flags), files_(environment), named_(std::move(named)) {}

std::optional<Profile> ProfileSelector::for_host(const protocol::Host& host,
                                                 std::string_view username) const {
  const auto if_owner = [&host](Profile profile) {
    return profile.owns(host) ? std::optional(std::move(profile)) : std::nullopt;
  };
  const auto load_named = [this] {
    must_exist(*named_);
    return load(named_->name, files_.read(named_->name));
  };
  const bool by_flag = named_ && named_->code == ExitCode::usage_error;
  if (by_flag) return if_owner(load_named());
  if (!username.empty()) {
    if (!is_profile_name(username) || !is_known(username)) return std::nullopt;
    return if_owner(load(username, files_.read(username)));
  }
  if (named_) return if_owner(load_named());

  const ProfileText text = files_.read(default_profile);
  // Where no profile can have a file the default is the only one, and its settings need be read but once.
  if (text.files.empty() && !files_.has_directory()) return default_owner(text, host);
  if (!text.files.empty())
    if (auto profile = default_owner(text, host)) return profile;
  return only_owner(host, text.files.empty() ? DefaultIs::without_file : DefaultIs::no_owner);
}

std::string ProfileSelector::name_without_host() const {
  if (named_) {
    must_exist(*named_);
    return named_->name;
  }
  if (files_.exists(default_profile)) return std::string(default_profile);
  std::vector<std::string> known = names();
  if (known.size() > 1)
    throw Failure(ExitCode::invalid_settings, "no profile is named and none of several is the default",
                  "choose with --profile or SASE_PROFILE one of: " + join(known));
  return std::move(known.front());
}

Profile ProfileSelector::without_host() const {
  const std::string name = name_without_host();
  return load(name, files_.read(name));
}

std::vector<std::string> ProfileSelector::names() const {
  std::vector<std::string> all = files_.names();
  if (all.empty()) all.emplace_back(default_profile);
  return all;
}

ProfileSettings ProfileSelector::settings_of(std::string_view name) const {
  ProfileSettings given{.text = files_.read(name), .values = {}};
  given.values.add(flags_);
  given.values.add(config::settings_of(environment_));
  for (const ProfileText::File& file : given.text.files)
    given.values.add(ProfileText::assignments(file));
  return given;
}

std::vector<std::string> ProfileSelector::key_variables() const {
  std::vector<std::string> variables;
  const auto add = [&variables](std::span<const Assignment> layer) {
    for (const Assignment& given : layer)
      if (given.setting->id == SettingId::api_key_env) variables.emplace_back(given.value);
  };
  add(flags_);
  add(config::settings_of(environment_));
  for (const std::string& name : files_.names())
    for (const ProfileText::File& file : readable(name).files)
      add(ProfileText::good_assignments(file));
  return variables;
}

Profile ProfileSelector::load(std::string_view name, const ProfileText& text) const {
  Settings values;
  values.add(flags_);
  values.add(config::settings_of(environment_));
  for (const ProfileText::File& file : text.files)
    values.add(ProfileText::assignments(file));
  return make_profile(name, values, environment_);
}

void ProfileSelector::must_exist(const NamedProfile& named) const {
  if (!is_profile_name(named.name)) throw not_a_profile_name(named);
  if (!is_known(named.name)) throw unknown_profile(named, files_);
}

bool ProfileSelector::is_known(std::string_view name) const {
  return files_.exists(name) || (name == default_profile && files_.names().empty());
}

/// A neighbour's file that cannot be read is the neighbour's concern.
ProfileText ProfileSelector::readable(std::string_view name) const try {
  return files_.read(name);
} catch (const Failure&) {
  return {};
}

/// Only what says whose the hosts are is looked at, so that a mistake elsewhere in a profile is the concern
/// of those alone who need it. One that does not even say that owns nothing.
std::vector<protocol::Host> ProfileSelector::hosts_of(std::string_view name) const try {
  Settings values;
  values.add(flags_);
  values.add(config::settings_of(environment_));
  const ProfileText text = files_.read(name);
  for (const ProfileText::File& file : text.files)
    values.add(ProfileText::good_assignments(file));
  return config::hosts_of(values);
} catch (const Failure&) {
  return {};
}

bool ProfileSelector::owns(std::string_view name, const protocol::Host& host) const {
  const std::vector<protocol::Host> hosts = hosts_of(name);
  return std::ranges::find(hosts, host) != hosts.end();
}

std::optional<Profile> ProfileSelector::default_owner(const ProfileText& text,
                                                      const protocol::Host& host) const {
  try {
    Profile profile = load(default_profile, text);
    return profile.owns(host) ? std::optional(std::move(profile)) : std::nullopt;
  } catch (const Failure&) {
    if (owns(default_profile, host)) throw;
    return std::nullopt;
  }
}

/// Reads every profile, so that a second owner is always noticed.
std::vector<std::string> ProfileSelector::find_owners(const protocol::Host& host) const {
  std::vector<std::string> owners = names();
  std::erase_if(owners, [&](const std::string& name) { return !owns(name, host); });
  return owners;
}

std::optional<Profile> ProfileSelector::only_owner(const protocol::Host& host, DefaultIs default_is) const {
  std::vector<std::string> owners = find_owners(host);
  if (default_is == DefaultIs::no_owner)
    owners.erase(std::remove(owners.begin(), owners.end(), default_profile), owners.end());
  if (owners.empty()) return std::nullopt;
  if (owners.size() > 1)
    throw Failure(
        ExitCode::invalid_settings, "several profiles own '" + host.text() + "': " + join(owners),
        "name one with --profile or SASE_PROFILE, in git's dialect also with the URL's user name, or call "
        "one 'default'");
  return load(owners.front(), files_.read(owners.front()));
}

}  // namespace sase::config
