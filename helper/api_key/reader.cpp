// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/reader.hpp"

#include "helper/api_key/command.hpp"
#include "helper/api_key/file.hpp"
#include "helper/api_key/keyring.hpp"
#include "helper/api_key/systemd_credential.hpp"
#include "helper/failure.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <stdexcept>

namespace sase::api_key {

namespace {

ApiKey read_variable(const std::string& name, const Environment& environment) {
  const auto value = environment.find(name);
  // The name is not shown: keys have been put in its place.
  if (!value)
    throw Failure(ExitCode::invalid_settings, "the variable that 'api-key-env' names is not set",
                  "set it to the key, or name the one that holds it");
  try {
    return ApiKey(protocol::Secret(*value));
  } catch (const protocol::ProtocolError& error) {
    throw Failure(
        ExitCode::invalid_settings,
        "the API key in the variable '" + protocol::escape(name) + "' cannot be used: " + error.what(),
        "set it to the key alone, in one line");
  }
}

}  // namespace

ApiKey read_key(const ApiKeyLocation& place, const Environment& environment,
                std::chrono::steady_clock::time_point deadline) {
  switch (place.kind) {
    case ApiKeySourceKind::variable: return read_variable(place.name, environment);
    case ApiKeySourceKind::file: return read_api_key_file(place.name);
    case ApiKeySourceKind::command: return run_api_key_command(place.name, environment, deadline);
    case ApiKeySourceKind::credential: return read_systemd_credential(place.name);
    case ApiKeySourceKind::keyring: return read_keyring_api_key(place.name);
    case ApiKeySourceKind::standard: break;
  }
  throw std::logic_error("a key's place is one of a kind");
}

}  // namespace sase::api_key
