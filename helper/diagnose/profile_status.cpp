// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/profile_status.hpp"

#include "helper/api_key/key_place.hpp"
#include "helper/api_key/reader.hpp"
#include "helper/config/state_directory.hpp"
#include "helper/diagnose/effective_setting.hpp"
#include "helper/rate_limit/request_log_file.hpp"
#include "protocol/escape.hpp"

#include <chrono>
#include <system_error>
#include <utility>

namespace sase::diagnose {

namespace {

/// What the profile's token is bound to; a command is not run for it. Throws Failure.
token::ApiKeyHandle api_key_handle(const config::Profile& profile, const api_key::ApiKeyLocation& place,
                                   const Environment& environment) {
  // Nothing that is read here takes time.
  if (place.kind != api_key::ApiKeySourceKind::command)
    return {profile, read_key(place, environment, std::chrono::steady_clock::now())};
  const auto never = [](std::chrono::steady_clock::time_point) -> api_key::ApiKey {
    throw Failure(ExitCode::internal_error, "a command was to be run for a report");
  };
  return {profile,
          {.read = never,
           .deadline = {},
           .command =
               token::CommandIdentity{.command = place.name,
                                      .wrapping_key = cache::WrappingKey(
                                          rate_limit::make_command_key_id(profile.authorize_url, place.name),
                                          config::memory_directory(environment))}}};
}

void look_at_key(ProfileStatus& status, const config::Profile& profile, const Environment& environment) {
  try {
    const auto place = api_key::find_api_key(profile, environment);
    if (!place) throw api_key::no_key(profile);
    status.key = place->describe();
    token::ApiKeyHandle key = api_key_handle(profile, *place, environment);
    status.kept = read_local_state(profile, key, config::state_directory(environment));
  } catch (const Failure& failure) {
    // It is what this command is there to tell, and stops none of the other profiles.
    status.key_failure = failure;
  } catch (const std::system_error& error) {
    status.state_trouble = protocol::escape(error.what());
  }
}

}  // namespace

ProfileStatus status_of(const config::ProfileSelector& choice, std::string_view name,
                        const Environment& environment) {
  ProfileStatus status;
  status.name = name;
  try {
    const config::ProfileSettings given = choice.settings_of(name);
    const config::Profile profile = make_profile(name, given.values, environment);
    status.region = region_name(given.values);
    status.api = profile.api == config::Api::v1 ? "v1" : "v3";
    status.host = profile.hosts.front().text();
    look_at_key(status, profile, environment);
  } catch (const Failure& failure) {
    // As above.
    status.failure = failure;
  }
  return status;
}

}  // namespace sase::diagnose
