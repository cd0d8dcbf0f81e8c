// SPDX-License-Identifier: Apache-2.0
#include "protocol/fleet/reply.hpp"

#include "protocol/base64.hpp"
#include "protocol/escape.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>

namespace sase::protocol {

namespace {

void append_number(Secret& message, const std::string& key, std::int64_t number) {
  append(message, key, std::to_string(number));
}

void append(Secret& message, const StoreClock& clock) {
  append_number(message, "date", clock.date.time_since_epoch().count());
  append_number(message, "sent_ms", clock.sent.count());
}

void append(Secret& message, const std::string& name, const std::optional<StoredValue>& value) {
  if (!value) return;
  append(message, name, encode_base64(value->bytes));
  append_number(message, name + "_mod", value->mod_revision);
  append_number(message, name + "_create", value->create_revision);
  append_number(message, name + "_version", value->version);
  append(message, name + "_leased", value->has_lease ? "1" : "");
}

class ReplyWriter {
 public:
  Secret operator()(const FleetSnapshot& snapshot) {
    append(message_, "kind", "snapshot");
    append(message_, "record", snapshot.record);
    append(message_, "lock", snapshot.lock);
    return end(snapshot.revision, snapshot.clock);
  }

  Secret operator()(const FleetWritten& written) {
    append(message_, "kind", "written");
    return end(written.revision, written.clock);
  }

  Secret operator()(const FleetUnavailable& unavailable) {
    append(message_, "kind", "unavailable");
    append(message_, "what", unavailable.what);
    append(message_, "hint", unavailable.hint);
    return end();
  }

  Secret operator()(const FleetMember& member) {
    append(message_, "kind", "member");
    append(message_, "name", member.name);
    append(message_, "version", member.version);
    append(message_, "certificate", member.certificate);
    if (member.clock) append(message_, *member.clock);
    append(message_, "what", member.what);
    append(message_, "hint", member.hint);
    return end();
  }

  Secret operator()(const TraceLine& line) {
    message_ = write_line(line);
    return end();
  }

 private:
  Secret end(std::int64_t revision, const StoreClock& clock) {
    append_number(message_, "revision", revision);
    append(message_, clock);
    return end();
  }

  Secret end() {
    message_.append("\n");
    return std::move(message_);
  }

  Secret message_;
};

/// The attributes of all kinds of replies.
struct ReplyAttributes {
  std::string_view kind;
  FleetSnapshot snapshot;
  FleetMember member;
  std::optional<TraceLine> trace;
};

std::int64_t parse_revision(const Attribute& attribute) {
  const auto revision = parse_number<std::int64_t>(attribute);
  if (revision > largest_revision) throw ProtocolError("a revision is too large");
  return revision;
}

void set(std::optional<StoredValue>& value, std::string_view key, const Attribute& attribute) {
  if (!value) value.emplace();
  if (key.empty())
    value->bytes = parse_bytes(attribute);
  else if (key == "_mod")
    value->mod_revision = parse_revision(attribute);
  else if (key == "_create")
    value->create_revision = parse_revision(attribute);
  else if (key == "_version")
    value->version = parse_revision(attribute);
  else if (key == "_leased")
    value->has_lease = parse_flag(attribute);
  else
    reject_key(attribute.key);
}

/// Beyond the year 9999, no time can be written.
constexpr std::chrono::seconds latest{253402300799};

std::chrono::sys_seconds parse_date(const Attribute& attribute) {
  return std::chrono::sys_seconds(
      std::chrono::seconds(std::min(parse_number<std::int64_t>(attribute), latest.count())));
}

/// As of a check (network/report/progress.hpp). Part of a command would be no hint.
constexpr std::size_t longest_message = 1000;

void set_text(FleetMember& member, const Attribute& attribute) {
  require_printable(attribute);
  const auto& key = attribute.key;
  const std::string_view value = cut(attribute.value, longest_message);
  if (key == "name")
    member.name = value;
  else if (key == "version")
    member.version = value;
  else if (key == "certificate")
    member.certificate = value;
  else if (key == "what")
    member.what = value;
  else if (key == "hint")
    member.hint = value.size() < attribute.value.size() ? "" : value;
  else
    reject_key(key);
}

void set(ReplyAttributes& attributes, const Attribute& attribute) {
  constexpr std::string_view record = "record";
  constexpr std::string_view lock = "lock";
  const auto& [key, value] = attribute;
  StoreClock& clock = attributes.snapshot.clock;
  if (key == "kind")
    attributes.kind = value;
  else if (key == "trace[]")
    attributes.trace = parse_trace_line(attribute);
  else if (key.starts_with(record))
    set(attributes.snapshot.record, key.substr(record.size()), attribute);
  else if (key.starts_with(lock))
    set(attributes.snapshot.lock, key.substr(lock.size()), attribute);
  else if (key == "revision")
    attributes.snapshot.revision = parse_revision(attribute);
  else if (key == "date")
    clock.date = parse_date(attribute);
  else if (key == "sent_ms")
    clock.sent = std::min(std::chrono::milliseconds(parse_number<std::int64_t>(attribute)),
                          std::chrono::milliseconds(latest));
  else
    set_text(attributes.member, attribute);
}

FleetReply to_reply(ReplyAttributes&& attributes) {
  auto& [kind, snapshot, member, trace] = attributes;
  if (trace) return std::move(*trace);
  const bool has_clock = snapshot.clock.date.time_since_epoch().count() != 0;
  if (kind == "unavailable")
    return FleetUnavailable{.what = std::move(member.what), .hint = std::move(member.hint)};
  if (kind == "member") {
    if (has_clock) member.clock = snapshot.clock;
    return std::move(member);
  }
  if (snapshot.revision == 0 || !has_clock) throw ProtocolError("'revision' or 'date' is missing");
  if (kind == "snapshot") return std::move(snapshot);
  if (kind == "written") return FleetWritten{.revision = snapshot.revision, .clock = snapshot.clock};
  throw ProtocolError("'kind' is unknown");
}

}  // namespace

Secret write_message(const FleetReply& reply) { return std::visit(ReplyWriter(), reply); }

FleetReply parse_fleet_reply(std::string_view text) {
  ReplyAttributes attributes;
  MessageReader reader(text);
  while (const auto attribute = reader.next())
    set(attributes, *attribute);
  return to_reply(std::move(attributes));
}

}  // namespace sase::protocol
