// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/request.hpp"

#include "protocol/authorize/attribute.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sase::protocol {

namespace {

constexpr std::array<std::pair<Probe, std::string_view>, 2> probe_names = {{
    {Probe::way, "way"},
    {Probe::all, "all"},
}};

unsigned parse_tries(const Attribute& attribute) {
  const auto tries = parse_number<unsigned>(attribute);
  if (tries < 1 || tries > most_tries)
    throw ProtocolError("'tries' is not between 1 and " + std::to_string(most_tries));
  return tries;
}

bool parse_flag(const Attribute& attribute) {
  if (attribute.value != "0" && attribute.value != "1")
    throw ProtocolError("'" + std::string(attribute.key) + "' is neither 0 nor 1");
  return attribute.value == "1";
}

std::string_view to_name(Probe probe) noexcept {
  const auto* const found = std::ranges::find(probe_names, probe, &std::pair<Probe, std::string_view>::first);
  return found == probe_names.end() ? std::string_view() : found->second;
}

Probe parse_probe(std::string_view name) {
  const auto* const found = std::ranges::find(probe_names, name, &std::pair<Probe, std::string_view>::second);
  if (found == probe_names.end()) throw ProtocolError("'probe' is unknown");
  return found->first;
}

void set(AuthorizeRequest& request, const Attribute& attribute) {
  const auto& [key, value] = attribute;
  if (key == "url")
    request.url = value;
  else if (key == "api_key")
    request.api_key = Secret(value);
  else if (key == "timeout_ms")
    request.timeout = std::chrono::milliseconds(parse_number<std::int64_t>(attribute));
  else if (key == "tries")
    request.tries = parse_tries(attribute);
  else if (key == "ca_file")
    request.ca_file = value;
  else if (key == "client_cert")
    request.client_cert = value;
  else if (key == "client_key")
    request.client_key = value;
  else if (key == "proxy")
    request.proxy = value;
  else if (key == "no_proxy")
    request.no_proxy = value;
  else if (key == "trace")
    request.trace = parse_flag(attribute);
  else if (key == "probe")
    request.probe = parse_probe(value);
  else if (key == "read_url")
    request.read_url = value;
  else
    reject_key(key);
}

}  // namespace

Secret AuthorizeRequest::write() const {
  Secret message = Secret::with_capacity(api_key.size() + 1024);
  append(message, "url", url);
  append(message, "api_key", api_key.reveal());
  append(message, "timeout_ms", std::to_string(timeout.count()));
  append(message, "tries", std::to_string(tries));
  append(message, "ca_file", ca_file);
  append(message, "client_cert", client_cert);
  append(message, "client_key", client_key);
  append(message, "proxy", proxy);
  append(message, "no_proxy", no_proxy);
  append(message, "trace", trace ? "1" : "");
  append(message, "probe", to_name(probe));
  append(message, "read_url", read_url);
  message.append("\n");
  return message;
}

AuthorizeRequest AuthorizeRequest::parse(std::string_view text) {
  AuthorizeRequest request;
  MessageReader reader(text);
  while (const auto attribute = reader.next())
    set(request, *attribute);
  if (request.url.empty()) throw ProtocolError("'url' is missing");
  if (request.api_key.empty() && request.probe != Probe::way) throw ProtocolError("'api_key' is missing");
  if (request.timeout.count() == 0) throw ProtocolError("'timeout_ms' is missing");
  return request;
}

}  // namespace sase::protocol
