// SPDX-License-Identifier: Apache-2.0
#include "helper/keys/key_source.hpp"

#include "helper/failure.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

namespace sase::helper {

namespace {

ApiKey key_from_variable(std::string_view name, std::string_view value) {
  try {
    return ApiKey(protocol::Secret(value));
  } catch (const protocol::ProtocolError& error) {
    throw Failure(ExitCode::settings,
                  "the API key in the variable '" + std::string(name) + "' cannot be used: " + error.what());
  }
}

ApiKey named_variable(const std::string& name, const Environment& environment) {
  const auto value = environment.find(name);
  // The name is not shown: keys have been put in its place.
  if (!value) throw Failure(ExitCode::settings, "the variable that 'api-key-env' names is not set");
  return key_from_variable(protocol::escape(name), *value);
}

}  // namespace

ApiKey read_api_key(const Profile& profile, const Environment& environment) {
  if (!profile.api_key_file.empty()) return read_key_file(profile.api_key_file);
  if (!profile.api_key_variable.empty()) return named_variable(profile.api_key_variable, environment);
  for (const std::string_view name : standard_key_variables)
    if (const auto value = environment.find(name)) return key_from_variable(name, *value);
  throw Failure(ExitCode::settings, "no API key for the profile '" + profile.name + "'",
                "set SASE_API_KEY, or 'api-key-file' in the profile");
}

}  // namespace sase::helper
