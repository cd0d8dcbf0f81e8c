// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/token/fleet_store.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::tests {

/// One record and one lock, as etcd keeps them.
struct StoreContents {
  std::optional<protocol::StoredValue> record, lock;
  std::int64_t revision = 1;
  std::chrono::sys_seconds clock{std::chrono::seconds(1'800'000'000)};

  void put(std::optional<protocol::StoredValue>& value, std::string_view bytes, bool has_lease) {
    if (!value) value = protocol::StoredValue{.bytes = {}, .create_revision = revision};
    value->bytes = bytes;
    value->mod_revision = revision;
    ++value->version;
    value->has_lease = has_lease;
  }
  [[nodiscard]] std::int64_t record_mod() const { return record ? record->mod_revision : 0; }
};

/// A host's connection to such a store.
class FakeFleet : public token::FleetStore {
 public:
  explicit FakeFleet(StoreContents& contents) : contents_(contents) {}

  /// Runs before each operation.
  std::function<void(const protocol::FleetRequest&)> before = [](const auto&) {};

  /// Set while the store is unavailable.
  std::optional<protocol::FleetUnavailable> outage;

  protocol::FleetSetup setup;
  std::vector<protocol::FleetOperation> operations;
  int opened = 0;

  void open(protocol::FleetSetup given) override {
    ++opened;
    setup = std::move(given);
  }

  [[nodiscard]] protocol::FleetReply ask(const protocol::FleetRequest& request, Deadline,
                                         const Trace&) override {
    operations.push_back(request.operation);
    before(request);
    if (outage) return *outage;
    if (request.operation == protocol::FleetOperation::acquire) return acquire(request);
    if (request.operation == protocol::FleetOperation::publish) return publish(request);
    return snapshot();
  }

  /// The lease of a lock that this host holds ends with the connection.
  void close() noexcept override {
    if (holds_lock_) contents_.lock.reset();
    holds_lock_ = false;
  }

 private:
  [[nodiscard]] protocol::StoreClock clock() const {
    return {.date = contents_.clock, .sent = BootClock::now().time_since_epoch()};
  }
  [[nodiscard]] protocol::FleetReply snapshot() const {
    return protocol::FleetSnapshot{
        .record = contents_.record, .lock = contents_.lock, .revision = contents_.revision, .clock = clock()};
  }
  [[nodiscard]] protocol::FleetReply written() const {
    return protocol::FleetWritten{.revision = contents_.revision, .clock = clock()};
  }
  [[nodiscard]] protocol::FleetReply acquire(const protocol::FleetRequest& request) {
    if (contents_.record_mod() != request.seen) return snapshot();
    ++contents_.revision;
    contents_.put(contents_.lock, request.lock, true);
    contents_.put(contents_.record, request.record, false);
    holds_lock_ = true;
    return written();
  }
  [[nodiscard]] protocol::FleetReply publish(const protocol::FleetRequest& request) {
    if (contents_.record_mod() != request.seen) return snapshot();
    ++contents_.revision;
    contents_.put(contents_.record, request.record, true);
    contents_.lock.reset();
    holds_lock_ = false;
    return written();
  }

  StoreContents& contents_;
  bool holds_lock_ = false;
};

}  // namespace sase::tests
