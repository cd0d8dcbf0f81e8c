// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_selector.hpp"

#include "helper/names.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <utility>

namespace sase::config {

namespace {

/// The first names: a service provider may have a thousand profiles.
std::string list_first(std::vector<std::string> names) {
  constexpr std::size_t most_shown = 10;
  if (names.size() <= most_shown) return join(names);
  const std::string more = " and " + std::to_string(names.size() - most_shown) + " more";
  names.resize(most_shown);
  return join(names) + more;
}

Failure unknown_profile(const NamedProfile& named, const ProfileFiles& files) {
  const std::vector<std::string> names = files.names();
  const std::vector<std::string_view> known(names.begin(), names.end());
  return Failure(named.code, std::string(named.source) + ": there is no profile '" + named.name + "'",
                 suggest(named.name, known,
                         names.empty() ? "none has been made yet" : "there are: " + list_first(names)));
}

}  // namespace

std::optional<NamedProfile> named_profile(const Environment& environment,
                                          const std::optional<std::string>& flag) {
  if (flag) return NamedProfile{.name = *flag, .source = "--profile", .code = ExitCode::usage_error};
  if (const auto variable = environment.find("SASE_PROFILE"))
    return NamedProfile{
        .name = std::string(*variable), .source = "SASE_PROFILE", .code = ExitCode::invalid_settings};
  return std::nullopt;
}

Failure not_a_profile_name(const NamedProfile& named) {
  // A long text may be a key that was put in the wrong place.
  constexpr std::size_t longest_shown = 80;
  return Failure(named.code,
                 std::string(named.source) + ": " +
                     (named.name.size() > longest_shown ? "this" : "'" + protocol::escape(named.name) + "'") +
                     " cannot name a profile",
                 "names have small letters, digits, '.', '_' and '-', and begin with a letter or digit");
}

ProfileSelector::ProfileSelector(const Environment& environment, std::span<const Assignment> flags,
                                 std::optional<NamedProfile> named, const Diagnostics* diagnostics)
    : environment_(environment),
      flags_(flags),
      variables_(read_variables(environment, FleetValues::skip)),
      common_variables_(read_common_variables(environment)),
      provider_region_(read_provider_region(environment)),
      files_(environment),
      named_(std::move(named)),
      diagnostics_(diagnostics) {
  if (diagnostics_ == nullptr || files_.has_user_directory()) return;
  if (const auto ignored = foreign_config_directory(environment))
    diagnostics_->warning("'" + protocol::escape(*ignored) +
                          "' is ignored, because its directory belongs to another user");
}

std::optional<Profile> ProfileSelector::for_host(const protocol::Host& host,
                                                 std::string_view username) const {
  const auto load_if_owner = [&](std::string_view name) {
    Profile profile = load(name);
    return profile.owns(host) ? std::optional(std::move(profile)) : std::nullopt;
  };
  const bool by_flag = named_ && named_->code == ExitCode::usage_error;
  if (by_flag || (named_ && username.empty())) {
    must_exist(*named_);
    return load_if_owner(named_->name);
  }
  if (!username.empty())
    return is_profile_name(username) && is_known(username) ? load_if_owner(username) : std::nullopt;

  const ProfileText text = read_unnamed(default_profile);
  const bool default_has_file = !text.files.empty();
  // If no profile can have a file, the default is the only one, and its settings are read only once.
  if (default_has_file || !files_.has_directory())
    if (auto profile = default_owner(text, host); profile || !default_has_file) return profile;
  return only_owner(host, default_has_file);
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
                  "choose with --profile or SASE_PROFILE one of: " + list_first(known));
  return std::move(known.front());
}

Profile ProfileSelector::without_host() const {
  const std::string name = name_without_host();
  if (named_) return load(name);
  return make_profile(name, merge(read_unnamed(name)));
}

std::vector<std::string> ProfileSelector::names() const {
  std::vector<std::string> all = files_.names();
  if (all.empty()) all.emplace_back(default_profile);
  return all;
}

ProfileSettings ProfileSelector::read_settings(std::string_view name) const {
  const bool is_unnamed = !named_ && name == default_profile;
  ProfileSettings read{.text = is_unnamed ? read_unnamed(name) : files_.read(name), .values = {}};
  read.values = merge(read.text, InvalidLines::reject, FleetValues::read);
  return read;
}

std::vector<std::string> ProfileSelector::key_variables() const {
  std::vector<std::string> variables;
  const auto add = [&variables](std::span<const Assignment> layer) {
    for (const Assignment& given : layer)
      if (given.setting->id == SettingId::api_key_env) variables.emplace_back(given.value);
  };
  add(flags_);
  add(variables_);
  for (const std::string& name : files_.names())
    try {
      for (const ProfileText text = files_.read(name); const ProfileText::File& file : text.files)
        add(ProfileText::parse(file, InvalidLines::ignore));
    } catch (const Failure&) {
      continue;  // an unreadable file matters only to a call that needs its profile
    }
  return variables;
}

Settings ProfileSelector::merge(const ProfileText& text, InvalidLines invalid_lines,
                                FleetValues fleet) const {
  Settings values;
  values.add(flags_);
  if (fleet == FleetValues::read)
    values.add(read_variables(environment_));
  else
    values.add(variables_);
  for (const ProfileText::File& file : text.files)
    values.add(ProfileText::parse(file, invalid_lines, fleet));
  // A wrong value, unless one with precedence replaces it.
  if (fleet == FleetValues::skip && values.find(SettingId::fleet) != nullptr)
    return merge(text, invalid_lines, FleetValues::read);
  values.add(common_variables_);
  if (!values.has(Role::key_source)) values.add(provider_region_);
  return values;
}

ProfileText ProfileSelector::read_unnamed(std::string_view name) const {
  std::vector<std::string> warnings;
  ProfileText text = files_.read(name, &warnings);
  for (const std::string& warning : warnings)
    if (diagnostics_ != nullptr) diagnostics_->warning(warning + "; continuing without it");
  return text;
}

Profile ProfileSelector::load(std::string_view name) const {
  return make_profile(name, merge(files_.read(name)));
}

void ProfileSelector::must_exist(const NamedProfile& named) const {
  if (!is_profile_name(named.name)) throw not_a_profile_name(named);
  if (!is_known(named.name)) throw unknown_profile(named, files_);
}

bool ProfileSelector::is_known(std::string_view name) const {
  return files_.exists(name) || (name == default_profile && files_.names().empty());
}

/// Reads only the settings that decide the hosts, and ignores invalid lines: an error in a profile matters
/// only to a call that needs this profile. If its hosts cannot be determined, it owns none.
bool ProfileSelector::owns(std::string_view name, const protocol::Host& host) const try {
  const std::vector<protocol::Host> hosts = parse_hosts(merge(files_.read(name), InvalidLines::ignore));
  return std::ranges::find(hosts, host) != hosts.end();
} catch (const Failure&) {
  return false;
}

std::optional<Profile> ProfileSelector::default_owner(const ProfileText& text,
                                                      const protocol::Host& host) const {
  try {
    Profile profile = make_profile(default_profile, merge(text));
    return profile.owns(host) ? std::optional(std::move(profile)) : std::nullopt;
  } catch (const Failure&) {
    if (owns(default_profile, host)) throw;
    return std::nullopt;
  }
}

/// Reads every profile, so that a second owner is always noticed. A default profile with a file has been
/// found not to own the host.
std::optional<Profile> ProfileSelector::only_owner(const protocol::Host& host, bool default_has_file) const {
  std::vector<std::string> owners = names();
  std::erase_if(owners, [&](const std::string& name) {
    return (default_has_file && name == default_profile) || !owns(name, host);
  });
  if (owners.empty()) return std::nullopt;
  if (owners.size() > 1)
    throw Failure(
        ExitCode::invalid_settings, "several profiles own '" + host.text() + "': " + list_first(owners),
        "name one with --profile or SASE_PROFILE, in git's dialect also with the URL's user name, or call "
        "one 'default'");
  return load(owners.front());
}

std::optional<FleetSettings> read_fleet(const Environment& environment, std::span<const Assignment> flags,
                                        const std::string& profile) {
  std::optional<NamedProfile> named;
  if (profile != default_profile) named = NamedProfile{.name = profile, .source = {}};
  const ProfileSettings given = ProfileSelector(environment, flags, named).read_settings(profile);
  return make_profile(profile, given.values).fleet;
}

}  // namespace sase::config
