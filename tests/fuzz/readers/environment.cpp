// SPDX-License-Identifier: Apache-2.0
#include "helper/environment.hpp"

#include "helper/api_key/api_key.hpp"
#include "protocol/parsing.hpp"
#include "protocol/secret.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::fuzz {

namespace {

/// The error message for an environment, or empty.
std::string error_message(const std::vector<std::string>& variables) try {
  std::vector<const char*> entries;
  entries.reserve(variables.size() + 1);
  for (const std::string& variable : variables)
    entries.push_back(variable.c_str());
  entries.push_back(nullptr);
  const Environment environment(entries.data());

  config::Settings values;
  values.add(config::read_variables(environment));
  values.add(config::read_common_variables(environment));
  const config::Profile profile = config::make_profile("default", values);
  check_profile(profile);
  const auto place = api_key::find_source(profile, environment);
  if (!place) throw api_key::no_key(profile, environment);
  check(is_printable(api_key::describe(*place)), "the description of a key source is printable");
  // The fuzzer must not read files or run commands of this machine.
  if (place->kind != config::ApiKeySource::Kind::variable) return api_key::describe(*place);
  const auto now = std::chrono::steady_clock::now();
  check(is_printable(api_key::read_key(*place, environment, now).reveal()), "a key is one printable line");
  return {};
} catch (const Failure& failure) {
  check_failure(failure, ExitCode::invalid_settings);
  return failure.what() + ('\n' + failure.hint);
}

/// Whether it is not recognized as another text than a key, which a message may say.
bool may_be_key(std::string_view text) try {
  return !api_key::ApiKey(protocol::Secret(text)).reveal().empty();
} catch (const protocol::ProtocolError&) {
  return false;
}

/// Another key of the same length, or the same text if one of the two is recognized as another text than a
/// key.
std::string disguise_key(std::string_view text) {
  std::string other = disguise(text);
  return may_be_key(text) && may_be_key(other) ? other : std::string(text);
}

}  // namespace

/// One variable per line.
void environment(std::string_view bytes) {
  std::vector<std::string> variables;
  std::vector<std::string> others;
  while (!bytes.empty()) {
    const std::string_view variable = take_line(bytes);
    const auto value = std::min(variable.find('='), variable.size());
    const bool is_key = variable.substr(0, value).ends_with("_API_KEY");
    variables.emplace_back(variable);
    const auto text = std::min(value + 1, variable.size());
    others.push_back(is_key ? std::string(variable.substr(0, text)) + disguise_key(variable.substr(text))
                            : variables.back());
  }
  const std::string message = error_message(variables);
  check(others == variables || message == error_message(others), "the message does not depend on the key");
}

}  // namespace sase::fuzz
