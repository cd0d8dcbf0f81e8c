// SPDX-License-Identifier: Apache-2.0
#include "helper/profiles/profile_choice.hpp"

#include "helper/nearest_name.hpp"
#include "helper/profiles/profile_name.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sase::helper {

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

Failure unknown_profile(std::string_view name, std::string_view place, ExitCode code,
                        const ProfileFiles& files) {
  const std::string shown = std::string(place) + ": ";
  if (!is_profile_name(name))
    return Failure(
        code,
        shown + (name.size() > 80 ? "this" : "'" + protocol::escape(name) + "'") + " cannot name a profile",
        "names have small letters, digits, '.', '_' and '-', and begin with a letter or digit");
  const std::vector<std::string> names = files.names();
  const std::vector<std::string_view> known(names.begin(), names.end());
  return Failure(
      code, shown + "there is no profile '" + std::string(name) + "'",
      suggest(name, known, names.empty() ? "none has been made yet" : "there are: " + join(names)));
}

}  // namespace

ProfileChoice::ProfileChoice(const Environment& environment, std::span<const Assignment> flags,
                             std::optional<std::string> named)
    : environment_(environment), flags_(flags), files_(environment) {
  if (named) {
    named_ = std::move(*named);
    named_by_ = "--profile";
    by_flag_ = true;
  } else if (const auto variable = environment.find("SASE_PROFILE")) {
    named_ = *variable;
    named_by_ = "SASE_PROFILE";
  }
}

std::optional<Profile> ProfileChoice::for_host(const protocol::Host& host, std::string_view username) const {
  const auto if_owner = [&host](Profile profile) {
    return profile.owns(host) ? std::optional(std::move(profile)) : std::nullopt;
  };
  if (by_flag_) return if_owner(load_named(named_, named_by_));
  if (!username.empty()) {
    if (!is_profile_name(username) || !is_known(username)) return std::nullopt;
    return if_owner(load(username, files_.read(username)));
  }
  if (!named_by_.empty()) return if_owner(load_named(named_, named_by_));

  if (auto profile = default_owner(host)) return profile;
  return only_owner(host);
}

Profile ProfileChoice::without_host() const {
  if (!named_by_.empty()) return load_named(named_, named_by_);
  const ProfileText text = files_.read(default_profile);
  if (!text.files.empty()) return load(default_profile, text);
  const std::vector<std::string> names = files_.names();
  if (names.size() > 1)
    throw Failure(ExitCode::settings, "no profile is named and none of several is the default",
                  "choose with --profile or SASE_PROFILE one of: " + join(names));
  const std::string_view name = names.empty() ? default_profile : std::string_view(names.front());
  return load(name, files_.read(name));
}

Profile ProfileChoice::load(std::string_view name, const ProfileText& text) const {
  Settings values;
  values.add(flags_);
  values.add(settings_of(environment_));
  for (const ProfileText::File& file : text.files)
    values.add(ProfileText::assignments(file));
  return make_profile(name, values, environment_);
}

Profile ProfileChoice::load_named(std::string_view name, std::string_view place) const {
  if (!is_profile_name(name) || !is_known(name))
    throw unknown_profile(name, place, by_flag_ ? ExitCode::usage : ExitCode::settings, files_);
  return load(name, files_.read(name));
}

bool ProfileChoice::is_known(std::string_view name) const {
  return files_.exists(name) || (name == default_profile && files_.names().empty());
}

/// Only what says whose the hosts are is looked at, so that a mistake elsewhere in a profile is the concern
/// of those alone who need it. One that does not even say that owns nothing.
bool ProfileChoice::owns(std::string_view name, const protocol::Host& host) const {
  Settings values;
  values.add(flags_);
  values.add(settings_of(environment_));
  try {
    const ProfileText text = files_.read(name);
    for (const ProfileText::File& file : text.files)
      values.add(ProfileText::good_assignments(file));
    const std::vector<protocol::Host> hosts = hosts_of(values);
    return std::ranges::find(hosts, host) != hosts.end();
  } catch (const Failure&) {
    return false;
  }
}

std::optional<Profile> ProfileChoice::default_owner(const protocol::Host& host) const {
  const ProfileText text = files_.read(default_profile);
  if (text.files.empty() && !files_.names().empty()) return std::nullopt;
  try {
    Profile profile = load(default_profile, text);
    return profile.owns(host) ? std::optional(std::move(profile)) : std::nullopt;
  } catch (const Failure&) {
    if (owns(default_profile, host)) throw;
    return std::nullopt;
  }
}

std::optional<Profile> ProfileChoice::only_owner(const protocol::Host& host) const {
  std::vector<std::string> owners;
  for (std::string& name : files_.names())
    if (name != default_profile && owns(name, host)) owners.push_back(std::move(name));
  if (owners.empty()) return std::nullopt;
  if (owners.size() > 1)
    throw Failure(ExitCode::settings, "several profiles own '" + host.text() + "': " + join(owners),
                  "name one with --profile, SASE_PROFILE or the URL's user name, or call one 'default'");
  return load(owners.front(), files_.read(owners.front()));
}

}  // namespace sase::helper
