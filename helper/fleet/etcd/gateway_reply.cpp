// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd/gateway_reply.hpp"

#include "protocol/base64.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>

namespace sase::fleet {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;
using protocol::FleetSnapshot;
using protocol::StoredValue;

/// A reply has about ten levels.
constexpr std::size_t deepest = 16;

/// And a hundred elements. Each may take a kilobyte of memory.
constexpr std::ptrdiff_t most_elements = 2000;

[[noreturn]] void reject(const std::string& why) {
  throw AttemptFailed(Trouble::rejected, "sent an invalid reply: " + why,
                      "check that fleet names members of etcd 3.4 or later");
}

Object::Ptr parse_object(const std::string& text) try {
  const auto begins_element = [](char c) { return c == ',' || c == '{' || c == '['; };
  if (std::ranges::count_if(text, begins_element) > most_elements) reject("too many elements");
  Poco::JSON::Parser parser;
  parser.setDepth(deepest);
  const Var parsed = parser.parse(text);
  if (parsed.type() != typeid(Object::Ptr)) reject("no JSON object");
  return parsed.extract<Object::Ptr>();
} catch (const Poco::Exception&) {
  reject("no JSON");
}

// An absent member has its type's zero value: the gateway leaves those out.

Object::Ptr get_object(const Object::Ptr& parent, const char* name) {
  const Var member = parent->get(name);
  if (member.isEmpty()) return new Object;
  if (member.type() != typeid(Object::Ptr)) reject(std::string(name) + " is not an object");
  return member.extract<Object::Ptr>();
}

Array::Ptr get_array(const Object::Ptr& parent, const char* name) {
  const Var member = parent->get(name);
  if (member.isEmpty()) return new Array;
  if (member.type() != typeid(Array::Ptr)) reject(std::string(name) + " is not an array");
  return member.extract<Array::Ptr>();
}

Object::Ptr get_object(const Array::Ptr& parent, std::size_t index) {
  const Var element = parent->get(static_cast<unsigned>(index));
  if (element.type() != typeid(Object::Ptr)) reject("an element is not an object");
  return element.extract<Object::Ptr>();
}

std::string get_text(const Object::Ptr& parent, const char* name) {
  const Var member = parent->get(name);
  if (member.isEmpty()) return {};
  if (!member.isString()) reject(std::string(name) + " is not a text");
  return member.extract<std::string>();
}

bool get_flag(const Object::Ptr& parent, const char* name) {
  const Var member = parent->get(name);
  if (!member.isEmpty() && !member.isBoolean()) reject(std::string(name) + " is neither true nor false");
  return !member.isEmpty() && member.extract<bool>();
}

/// 64-bit numbers are texts in JSON, 32-bit ones are not. None that is read here is negative.
std::int64_t get_number(const Object::Ptr& parent, const char* name) try {
  const Var member = parent->get(name);
  if (member.isEmpty()) return 0;
  if (!member.isString() && !member.isInteger()) reject(std::string(name) + " is not a number");
  const std::string text = member.convert<std::string>();
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size() || number < 0)
    reject(std::string(name) + " is not a number");
  return number;
} catch (const Poco::Exception&) {
  reject(std::string(name) + " is not a number");
}

std::string get_bytes(const Object::Ptr& parent, const char* name) {
  auto bytes = protocol::decode_base64(get_text(parent, name));
  if (!bytes) reject(std::string(name) + " is not base64");
  return std::move(*bytes);
}

/// What an error of the gateway means: the first row that matches. `code` is google.rpc.Code of gRPC.
struct ErrorRow {
  std::string_view text;  ///< a part of the message; empty: none
  std::int64_t code;      ///< 0: none
  int status;             ///< of HTTP; 0: none
  Trouble trouble;
  std::string_view what;  ///< empty: the message
  const char* hint;
};

constexpr auto needs_user = "requires a user name, which hosts do not have";
constexpr auto disable_users = "disable user authentication in etcd";

constexpr std::array<ErrorRow, 10> error_rows = {{
    {"no leader", 0, 0, Trouble::unready, "has no leader",
     "start more members: most of them must run and reach each other"},
    // etcd never identifies a user by a certificate through the gateway (etcd#10366).
    {"CommonName", 0, 0, Trouble::rejected, needs_user, disable_users},
    {"user name is empty", 0, 0, Trouble::rejected, needs_user, disable_users},
    {"permission denied", 7, 0, Trouble::rejected, needs_user, disable_users},
    {"", 8, 429, Trouble::rejected, {}, "free space with etcdctl: compact, defrag, alarm disarm"},
    {"", 14, 503, Trouble::unready, {}, "check the health of the store"},
    {"", 4, 504, Trouble::unready, {}, "check the health of the store"},
    {"", 0, 500, Trouble::unready, {}, "check the health of the store"},
    {"", 5, 404, Trouble::rejected, "does not serve /v3/", "etcd 3.4 or later with its gateway is required"},
    {"", 0, 0, Trouble::rejected, {}, "check fleet, and the logs of the store"},
}};

[[noreturn]] void throw_error(std::int64_t code, int status, const std::string& message) {
  if (message.find("requested lease not found") != std::string::npos) throw LeaseEnded();
  const auto matches = [&](const ErrorRow& row) {
    return (!row.text.empty() && message.find(row.text) != std::string::npos) ||
           (row.code != 0 && row.code == code) || (row.status != 0 && row.status == status) ||
           &row == &error_rows.back();
  };
  const ErrorRow& matched = *std::ranges::find_if(error_rows, matches);
  std::string sentence =
      matched.what.empty() ? "answers '" + protocol::escape(message) + '\'' : std::string(matched.what);
  if (status != 200) sentence += " (HTTP " + std::to_string(status) + ')';
  throw AttemptFailed(matched.trouble, std::move(sentence), matched.hint);
}

/// `error` of a stream is an object. Some proxies and old members answer with plain text.
void check_error(const Object::Ptr& reply, int status) {
  const Var error = reply->get("error");
  const bool is_nested = error.type() == typeid(Object::Ptr);
  if (status == 200 && error.isEmpty()) return;
  const Object::Ptr details = is_nested ? error.extract<Object::Ptr>() : reply;
  const char* const code = details->has("grpc_code") ? "grpc_code" : "code";
  throw_error(get_number(details, code), status, get_text(details, "message"));
}

Object::Ptr parse_success(const GatewayReply& reply) {
  if (reply.status != 200 && !reply.body.starts_with('{'))
    throw_error(0, reply.status, reply.body.substr(0, 200));
  Object::Ptr object = parse_object(reply.body);
  check_error(object, reply.status);
  return object;
}

bool is_revision(std::int64_t number) noexcept { return number > 0 && number <= protocol::largest_revision; }

std::int64_t get_revision(const Object::Ptr& parent) {
  const std::int64_t revision = get_number(get_object(parent, "header"), "revision");
  if (!is_revision(revision)) reject("no revision");
  return revision;
}

protocol::StoreClock parse_clock(const GatewayReply& reply) {
  const auto date = protocol::parse_http_date(reply.date);
  if (!date || date->time_since_epoch().count() <= 0) reject("no valid Date");
  return {.date = *date, .sent = reply.sent};
}

FleetSnapshot begin_snapshot(const Object::Ptr& parent, const GatewayReply& reply) {
  return {.revision = get_revision(parent), .clock = parse_clock(reply)};
}

std::optional<StoredValue>* find_value(const Object::Ptr& stored, const StoreKeys& keys,
                                       FleetSnapshot& snapshot) {
  const std::string key = get_bytes(stored, "key");
  if (key == keys.record) return &snapshot.record;
  return key == keys.lock ? &snapshot.lock : nullptr;
}

StoredValue parse_value(const Object::Ptr& stored) {
  StoredValue value{.bytes = get_bytes(stored, "value"),
                    .mod_revision = get_number(stored, "mod_revision"),
                    .create_revision = get_number(stored, "create_revision"),
                    .version = get_number(stored, "version"),
                    .has_lease = get_number(stored, "lease") != 0};
  if (!is_revision(value.mod_revision) || !is_revision(value.create_revision) || !is_revision(value.version))
    reject("a value has no revision");
  if (value.bytes.size() > largest_value) value.bytes.clear();
  return value;
}

void read_values(const Object::Ptr& range, const StoreKeys& keys, FleetSnapshot& snapshot) {
  const Array::Ptr list = get_array(range, "kvs");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Object::Ptr stored = get_object(list, i);
    if (auto* const value = find_value(stored, keys, snapshot)) *value = parse_value(stored);
  }
}

/// Streams have their messages in `result`, and their errors beside it.
Object::Ptr parse_result(const std::string& line) {
  const Object::Ptr message = parse_object(line);
  check_error(message, 200);
  return get_object(message, "result");
}

}  // namespace

FleetSnapshot parse_range(const GatewayReply& reply, const StoreKeys& keys) {
  const Object::Ptr range = parse_success(reply);
  FleetSnapshot snapshot = begin_snapshot(range, reply);
  read_values(range, keys, snapshot);
  return snapshot;
}

TransactionReply parse_transaction(const GatewayReply& reply, const StoreKeys& keys) {
  const Object::Ptr object = parse_success(reply);
  TransactionReply transaction{.succeeded = get_flag(object, "succeeded"),
                               .snapshot = begin_snapshot(object, reply)};
  const Array::Ptr responses = get_array(object, "responses");
  for (std::size_t i = 0; !transaction.succeeded && i < responses->size(); ++i)
    read_values(get_object(get_object(responses, i), "response_range"), keys, transaction.snapshot);
  return transaction;
}

std::int64_t parse_lease(const GatewayReply& reply) {
  const std::int64_t id = get_number(parse_success(reply), "ID");
  if (id == 0) reject("no lease");
  return id;
}

bool parse_keepalive(const GatewayReply& reply) {
  if (reply.status != 200) (void)parse_success(reply);
  return get_number(parse_result(reply.body), "TTL") != 0;
}

std::string parse_version(const GatewayReply& reply) {
  return protocol::escape(get_text(parse_success(reply), "etcdserver"));
}

protocol::StoreClock parse_success_clock(const GatewayReply& reply) {
  if (reply.status != 200) (void)parse_success(reply);
  return parse_clock(reply);
}

bool apply_watch_line(std::string_view line, const StoreKeys& keys, FleetSnapshot& snapshot) {
  if (line.empty()) return false;
  const Object::Ptr result = parse_result(std::string(line));
  if (get_flag(result, "canceled"))
    throw AttemptFailed(Trouble::unready,
                        "ended the watch: '" + protocol::escape(get_text(result, "cancel_reason")) + '\'');
  const Array::Ptr events = get_array(result, "events");
  bool has_changed = false;
  for (std::size_t i = 0; i < events->size(); ++i) {
    const Object::Ptr event = get_object(events, i);
    const Object::Ptr stored = get_object(event, "kv");
    auto* const value = find_value(stored, keys, snapshot);
    if (value == nullptr) continue;
    has_changed = true;
    if (get_text(event, "type") == "DELETE")
      value->reset();
    else
      *value = parse_value(stored);
  }
  if (has_changed) snapshot.revision = get_revision(result);
  return has_changed;
}

}  // namespace sase::fleet
