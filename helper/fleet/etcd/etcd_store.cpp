// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd/etcd_store.hpp"

#include "protocol/base64.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <utility>
#include <variant>

namespace sase::fleet {

namespace {

using namespace std::chrono_literals;
using Poco::JSON::Array;
using Poco::JSON::Object;
using protocol::encode_base64;
using protocol::FleetMember;
using protocol::FleetReply;
using protocol::FleetSnapshot;
using protocol::FleetWritten;
using std::chrono::steady_clock;
using Until = Inbox::Until;

/// Long enough for a holder that is slow, short enough for the waiters of one that has died.
constexpr std::chrono::seconds lock_lifetime{4};
constexpr std::chrono::milliseconds renewal_period{1300};

/// A token lives an hour at most, and the request log of a record is needed for an hour.
constexpr std::chrono::minutes record_lifetime{75};

/// In case that the examining process is killed.
constexpr std::chrono::seconds probe_lifetime{60};

/// With jitter. A watch does not end if its member is cut off. After this time another member is asked in any
/// case: one that is malicious may report another lock again and again.
constexpr std::chrono::milliseconds longest_silence{5000};

Object make(const char* name, const Poco::Dynamic::Var& value) {
  Object object;
  object.set(name, value);
  return object;
}

std::string to_text(const Object& object) {
  std::ostringstream text;
  object.stringify(text);
  return text.str();
}

/// Both keys, and what is between them.
Object make_range(const StoreKeys& keys) {
  const auto [first, last] = std::minmax(keys.record, keys.lock);
  Object range = make("key", encode_base64(first));
  range.set("range_end", encode_base64(last + '\0'));
  return range;
}

Object make_put(const std::string& key, const std::string& value, std::int64_t lease) {
  Object put = make("key", encode_base64(key));
  put.set("value", encode_base64(value));
  if (lease != 0) put.set("lease", lease);
  return make("request_put", put);
}

/// Carries out `changes` if the record's mod_revision is `seen`.
GatewayRequest make_transaction(const StoreKeys& keys, std::int64_t seen,
                                std::initializer_list<Object> changes) {
  Object comparison = make("key", encode_base64(keys.record));
  comparison.set("target", "MOD");
  comparison.set("mod_revision", seen);
  Array comparisons;
  comparisons.add(comparison);
  Array success;
  for (const Object& change : changes)
    success.add(change);
  Array failure;
  failure.add(make("request_range", make_range(keys)));
  Object transaction = make("compare", comparisons);
  transaction.set("success", success);
  transaction.set("failure", failure);
  return {.path = "/v3/kv/txn", .body = to_text(transaction), .needs_leader = true};
}

/// Rejects a failed comparison with the revision that the record has.
TransactionReply parse_consistent(const GatewayReply& reply, const StoreKeys& keys, std::int64_t seen) {
  TransactionReply transaction = parse_transaction(reply, keys);
  const auto& found = transaction.snapshot.record;
  if (!transaction.succeeded && (found ? found->mod_revision : 0) == seen)
    throw AttemptFailed(Trouble::rejected, "denies that the record has the revision that it shows");
  return transaction;
}

GatewayRequest make_read(const StoreKeys& keys, bool is_serializable) {
  Object range = make_range(keys);
  if (is_serializable) range.set("serializable", true);
  // A serializable read with this header fails where it should succeed: at a member without a leader.
  return {.path = "/v3/kv/range", .body = to_text(range), .needs_leader = !is_serializable};
}

GatewayRequest make_lease(const char* operation, const char* name, std::int64_t value) {
  return {.path = std::string("/v3/lease/") + operation,
          .body = to_text(make(name, value)),
          .needs_leader = true};
}

/// Sorts before the keys of record and lock, so that no waiter's watch reports it.
std::string probe_key(const StoreKeys& keys) {
  return keys.lock.substr(0, keys.lock.rfind('/') + 1) + "examine";
}

}  // namespace

EtcdStore::EtcdStore(const std::shared_ptr<const CallContext>& context)
    : context_(context),
      keys_{.record = context->setup.record_key, .lock = context->setup.lock_key},
      members_(context) {}

void EtcdStore::close_watch() {
  if (std::exchange(is_watching_, false)) members_.disconnect();
}

FleetSnapshot EtcdStore::remember(FleetSnapshot snapshot) {
  last_ = std::move(snapshot);
  return last_;
}

FleetSnapshot EtcdStore::fetch(const GatewayRequest& request) try {
  close_watch();
  return remember(members_.call(request, Until::done_or_end,
                                [&](const GatewayReply& reply) { return parse_range(reply, keys_); }));
} catch (const LeaseEnded& denied) {
  // A read has no lease.
  throw Unavailable({.what = members_.name() + ": " + denied.what()});
}

FleetSnapshot EtcdStore::read() { return fetch(make_read(keys_, true)); }

FleetSnapshot EtcdStore::confirm() { return fetch(make_read(keys_, false)); }

FleetSnapshot EtcdStore::wait(std::int64_t seen) {
  if (last_.revision != seen || seen == 0) return confirm();
  try {
    if (auto snapshot = watch()) {
      broken_watches_ = 0;
      return std::move(*snapshot);
    }
  } catch (const AttemptFailed& failed) {
    context_->progress->trace("fleet: " + members_.name() + ": " + failed.what());
    members_.advance();
    members_.pause(with_jitter(100ms * (1 << std::min(broken_watches_++, 3))));
  }
  return confirm();
}

std::optional<FleetSnapshot> EtcdStore::watch() {
  const auto now = steady_clock::now();
  if (!is_watching_) {
    start_watch();
    watch_end_ = now + longest_silence;
  }
  is_watching_ = true;
  const auto deadline =
      std::min(watch_end_, now + longest_silence * 3 / 5 + with_jitter(longest_silence * 2 / 5));
  while (const auto line = members_.next_line(deadline))
    if (apply_watch_line(*line, keys_, last_)) return last_;
  members_.advance();
  return std::nullopt;
}

void EtcdStore::start_watch() {
  Object watch = make_range(keys_);
  watch.set("start_revision", last_.revision + 1);
  const GatewayRequest request{.path = "/v3/watch",
                               .body = to_text(make("create_request", watch)),
                               .needs_leader = true,
                               .is_stream = true};
  last_.clock = parse_success_clock(members_.attempt(request, Until::done_or_end));
}

std::int64_t EtcdStore::grant(std::chrono::seconds lifetime, Until until) {
  return members_.call(make_lease("grant", "TTL", lifetime.count()), until, parse_lease);
}

FleetReply EtcdStore::write(const std::function<GatewayRequest()>& make_transaction, std::int64_t seen,
                            const std::string& record, Until until) {
  const auto parse = [&](const GatewayReply& reply) { return parse_consistent(reply, keys_, seen); };
  close_watch();
  for (int tries = 1;; ++tries) {
    try {
      auto [succeeded, snapshot] = members_.call(make_transaction(), until, parse);
      if (succeeded) return FleetWritten{.revision = snapshot.revision, .clock = snapshot.clock};
      // The reply to the first attempt may have been lost.
      if (snapshot.record && snapshot.record->bytes == record)
        return FleetWritten{.revision = snapshot.record->mod_revision, .clock = snapshot.clock};
      return remember(std::move(snapshot));
    } catch (const LeaseEnded&) {
      lock_lease_ = 0;
      if (tries == 2) throw Unavailable({.what = "the store ends each lease at once"});
    }
  }
}

FleetReply EtcdStore::acquire(std::int64_t seen, const std::string& record, const std::string& lock) {
  const auto transaction = [&] {
    lock_lease_ = grant(lock_lifetime, Until::done_or_end);
    return make_transaction(keys_, seen,
                            {make_put(keys_.lock, lock, lock_lease_), make_put(keys_.record, record, 0)});
  };
  FleetReply reply = write(transaction, seen, record, Until::done_or_end);
  next_renewal_ = steady_clock::now() + renewal_period;
  const bool is_held = std::holds_alternative<FleetWritten>(reply);
  if (!is_held) lock_lease_ = 0;
  context_->progress->trace(is_held ? "fleet: lock acquired, lease 4s" : "fleet: another host was faster");
  return reply;
}

FleetReply EtcdStore::publish(std::int64_t seen, const std::string& record) {
  const auto transaction = [&] {
    return make_transaction(keys_, seen,
                            {make_put(keys_.record, record, grant(record_lifetime, Until::done)),
                             make("request_delete_range", make("key", encode_base64(keys_.lock)))});
  };
  FleetReply reply = write(transaction, seen, record, Until::done);
  lock_lease_ = 0;
  const bool is_published = std::holds_alternative<FleetWritten>(reply);
  context_->progress->trace(is_published ? "fleet: published" : "fleet: another host has acquired the lock");
  return reply;
}

steady_clock::time_point EtcdStore::next_renewal() const {
  return lock_lease_ == 0 ? steady_clock::time_point::max() : next_renewal_;
}

void EtcdStore::renew() try {
  next_renewal_ = steady_clock::now() + renewal_period;
  if (parse_keepalive(members_.attempt(make_lease("keepalive", "ID", lock_lease_), Until::done_or_message)))
    return;
  context_->progress->trace("fleet: the lock's lease has ended");
  lock_lease_ = 0;
} catch (const AttemptFailed& failed) {
  context_->progress->trace("fleet: " + members_.name() + ": " + failed.what());
  members_.advance();
  next_renewal_ = steady_clock::now() + renewal_period / 4;
} catch (const std::exception&) {
  // The front has sent a message.
}

void EtcdStore::release() try {
  const auto lease = std::exchange(lock_lease_, 0);
  if (lease != 0) (void)members_.attempt(make_lease("revoke", "ID", lease), Until::done, longest_release);
} catch (const std::exception&) {
  // The lease ends by itself.
}

void EtcdStore::examine(const std::function<void(const FleetMember&)>& report) {
  for (std::size_t i = 0; i < context_->hosts.size(); ++i) {
    members_.select(i);
    FleetMember member{.name = context_->hosts[i].authority()};
    try {
      examine_member(member);
    } catch (const AttemptFailed& failed) {
      member.what = failed.what();
      member.hint = failed.hint();
    }
    report(member);
  }
}

void EtcdStore::examine_member(FleetMember& member) {
  const auto send = [&](const GatewayRequest& request) {
    GatewayReply reply = members_.attempt(request, Until::done_or_end);
    (void)parse_success_clock(reply);
    return reply;
  };
  member.version = parse_version(send({.path = "/version", .body = {}}));
  member.certificate = members_.connection()->describe_certificate();
  member.clock = parse_range(send(make_read(keys_, false)), keys_).clock;
  const std::string key = probe_key(keys_);
  const auto lease = parse_lease(send(make_lease("grant", "TTL", probe_lifetime.count())));
  Object put = make("key", encode_base64(key));
  put.set("value", encode_base64("probe"));
  put.set("lease", lease);
  (void)send({.path = "/v3/kv/put", .body = to_text(put), .needs_leader = true});
  (void)send(make_lease("revoke", "ID", lease));
  member.hint = members_.connection()->find_renewal();
}

}  // namespace sase::fleet
