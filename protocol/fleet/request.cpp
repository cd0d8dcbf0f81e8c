// SPDX-License-Identifier: Apache-2.0
#include "protocol/fleet/request.hpp"

#include "protocol/authorize/request.hpp"
#include "protocol/base64.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>

namespace sase::protocol {

namespace {

struct SetupKey {
  std::string_view name;
  std::string FleetSetup::*value;
};

constexpr std::array<SetupKey, 5> setup_keys = {{
    {"ca_file", &FleetSetup::ca_file},
    {"client_cert", &FleetSetup::client_cert},
    {"client_key", &FleetSetup::client_key},
    {"record_key", &FleetSetup::record_key},
    {"lock_key", &FleetSetup::lock_key},
}};

/// In the order of FleetOperation.
constexpr std::array<std::string_view, 5> operation_names = {"read", "wait", "acquire", "publish", "examine"};

std::chrono::milliseconds parse_duration(const Attribute& attribute) {
  return std::min(std::chrono::milliseconds(parse_number<std::int64_t>(attribute)), longest_timeout);
}

void set(FleetSetup& setup, const Attribute& attribute) {
  const auto& [key, value] = attribute;
  const auto* const text = std::ranges::find(setup_keys, key, &SetupKey::name);
  if (text != setup_keys.end())
    setup.*(text->value) = value;
  else if (key == "members[]")
    setup.members.emplace_back(value);
  else if (key == "timeout_ms")
    setup.timeout = parse_duration(attribute);
  else if (key == "budget_ms")
    setup.budget = parse_duration(attribute);
  else if (key == "trace")
    setup.trace = parse_flag(attribute);
  else
    reject_key(key);
}

FleetOperation parse_operation(std::string_view name) {
  const auto* const found = std::ranges::find(operation_names, name);
  if (found == operation_names.end()) throw ProtocolError("'operation' is unknown");
  return static_cast<FleetOperation>(found - operation_names.begin());
}

}  // namespace

Secret FleetSetup::write() const {
  Secret message;
  for (const std::string& member : members)
    append(message, "members[]", member);
  for (const SetupKey& key : setup_keys)
    append(message, key.name, this->*(key.value));
  append(message, "timeout_ms", std::to_string(timeout.count()));
  append(message, "budget_ms", std::to_string(budget.count()));
  append(message, "trace", trace ? "1" : "");
  message.append("\n");
  return message;
}

FleetSetup FleetSetup::parse(std::string_view text) {
  FleetSetup setup;
  MessageReader reader(text);
  while (const auto attribute = reader.next())
    set(setup, *attribute);
  if (setup.members.empty()) throw ProtocolError("'members[]' is missing");
  if (setup.record_key.empty() || setup.lock_key.empty()) throw ProtocolError("a key is missing");
  if (setup.timeout.count() == 0 || setup.budget.count() == 0) throw ProtocolError("a duration is missing");
  return setup;
}

Secret FleetRequest::write() const {
  Secret message = Secret::with_capacity((record.size() + lock.size()) / 3 * 4 + 128);
  append(message, "operation", operation_names[static_cast<std::size_t>(operation)]);
  append(message, "seen", std::to_string(seen));
  append(message, "record", encode_base64(record));
  append(message, "lock", encode_base64(lock));
  message.append("\n");
  return message;
}

FleetRequest FleetRequest::parse(std::string_view text) {
  FleetRequest request;
  MessageReader reader(text);
  std::string_view operation;
  while (const auto attribute = reader.next()) {
    const auto& [key, value] = *attribute;
    if (key == "operation")
      operation = value;
    else if (key == "seen")
      request.seen = parse_number<std::int64_t>(*attribute);
    else if (key == "record")
      request.record = parse_bytes(*attribute);
    else if (key == "lock")
      request.lock = parse_bytes(*attribute);
    else
      reject_key(key);
  }
  request.operation = parse_operation(operation);
  const bool acquires = request.operation == FleetOperation::acquire;
  const bool writes = acquires || request.operation == FleetOperation::publish;
  if (request.record.empty() == writes) throw ProtocolError("'record' is missing or not expected");
  if (request.lock.empty() == acquires) throw ProtocolError("'lock' is missing or not expected");
  return request;
}

std::optional<std::string> MessageSplitter::next() {
  constexpr std::string_view end_mark = "\n\n";
  const auto end = text_.find(end_mark, searched_);
  if (std::min(end, text_.size()) > max_message_size) throw ProtocolError("a message is larger than 4 MiB");
  if (end == std::string::npos) {
    searched_ = text_.empty() ? 0 : text_.size() - 1;
    return std::nullopt;
  }
  searched_ = 0;
  std::string message = text_.substr(0, end + end_mark.size());
  text_.erase(0, message.size());
  return message;
}

}  // namespace sase::protocol
