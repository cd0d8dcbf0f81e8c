// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/request.hpp"

#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>

namespace sase::protocol {

namespace {

/// In the order of Probe.
constexpr std::array<std::string_view, 3> probe_names = {"", "connection", "all"};

unsigned parse_tries(const Attribute& attribute) {
  const auto tries = parse_number<unsigned>(attribute);
  if (tries < 1 || tries > most_tries)
    throw ProtocolError("'tries' is not between 1 and " + std::to_string(most_tries));
  return tries;
}

Probe parse_probe(std::string_view name) {
  const auto* const found = std::ranges::find(probe_names, name);
  if (found == probe_names.end()) throw ProtocolError("'probe' is unknown");
  return static_cast<Probe>(found - probe_names.begin());
}

struct TextKey {
  std::string_view name;
  std::string AuthorizeRequest::*value;
};

constexpr std::array<TextKey, 8> text_keys = {{
    {"url", &AuthorizeRequest::url},
    {"ca_file", &AuthorizeRequest::ca_file},
    {"ca_directories", &AuthorizeRequest::ca_directories},
    {"client_cert", &AuthorizeRequest::client_cert},
    {"client_key", &AuthorizeRequest::client_key},
    {"proxy", &AuthorizeRequest::proxy},
    {"no_proxy", &AuthorizeRequest::no_proxy},
    {"read_url", &AuthorizeRequest::read_url},
}};

void set(AuthorizeRequest& request, const Attribute& attribute) {
  const auto& [key, value] = attribute;
  const auto* const text = std::ranges::find(text_keys, key, &TextKey::name);
  if (text != text_keys.end())
    request.*(text->value) = value;
  else if (key == "api_key")
    request.api_key = Secret(value);
  else if (key == "timeout_ms")
    request.timeout =
        std::min(std::chrono::milliseconds(parse_number<std::int64_t>(attribute)), longest_timeout);
  else if (key == "tries")
    request.tries = parse_tries(attribute);
  else if (key == "trace")
    request.trace = parse_flag(attribute);
  else if (key == "probe")
    request.probe = parse_probe(value);
  else
    reject_key(key);
}

}  // namespace

Secret AuthorizeRequest::write() const {
  Secret message = Secret::with_capacity(api_key.size() + 1024);
  append(message, "api_key", api_key.reveal());
  append(message, "timeout_ms", std::to_string(timeout.count()));
  append(message, "tries", std::to_string(tries));
  for (const TextKey& key : text_keys)
    append(message, key.name, this->*(key.value));
  append(message, "trace", trace ? "1" : "");
  append(message, "probe", probe_names[static_cast<std::size_t>(probe)]);
  message.append("\n");
  return message;
}

AuthorizeRequest AuthorizeRequest::parse(std::string_view text) {
  AuthorizeRequest request;
  MessageReader reader(text);
  while (const auto attribute = reader.next())
    set(request, *attribute);
  if (request.url.empty()) throw ProtocolError("'url' is missing");
  if (request.api_key.empty() && request.probe != Probe::connection)
    throw ProtocolError("'api_key' is missing");
  if (request.timeout.count() == 0) throw ProtocolError("'timeout_ms' is missing");
  return request;
}

}  // namespace sase::protocol
