// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/token/fleet_decision.hpp"
#include "helper/token/fleet_store.hpp"
#include "helper/token/rate_limited_authorizer.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace sase::token {

/// What a call gets from the fleet: a token, or nothing.
struct FleetResult {
  std::optional<NewToken> token = {};
  bool is_from_store = false;  ///< and not new
  bool falls_back = false;     ///< the call is to request a token without the fleet
};

/// What `doctor` finds.
struct FleetReport {
  std::vector<protocol::FleetMember> members;
  std::optional<FleetView> view;                          ///< what a majority of the members has
  std::optional<protocol::FleetUnavailable> unavailable;  ///< why there is no majority
};

/// The setup of the store for one call.
[[nodiscard]] protocol::FleetSetup make_fleet_setup(const TokenProviderParts& parts,
                                                    const cache::FleetIdentity& identity,
                                                    std::chrono::steady_clock::time_point deadline);

/// Gets a profile's token through the store. One host at a time requests it: the one that holds the lock of
/// the store. Each write compares the record's revision, so a host that was stopped while it held the lock
/// cannot overwrite the result of a later one. The caller holds the refresh lock of this host.
class FleetCall {
 public:
  /// Everything must outlive this object. `keep` stores a token in the cache, before other hosts get it: a
  /// new one unless the cached one lives longer, the fleet's in any case.
  FleetCall(const TokenProviderParts& parts, RateLimitedAuthorizer& requests,
            std::function<void(const Token&, bool is_of_fleet)> keep);
  FleetCall(const FleetCall&) = delete;
  FleetCall& operator=(const FleetCall&) = delete;
  ~FleetCall() { store_.close(); }

  /// Throws Failure.
  [[nodiscard]] FleetResult get();

  /// A newer token than the cached one, which is still good for `left`. Nothing while another host refreshes
  /// it, and in the first minute of an outage of the store, or without a state directory during all of it.
  /// Throws Failure and std::system_error.
  [[nodiscard]] FleetResult refresh(std::chrono::seconds left);

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  /// The revisions that the next write of the record depends on.
  struct Place {
    std::int64_t mod_revision = 0, create_revision = 0, version = 0;
  };

  [[nodiscard]] FleetResult run();
  /// A refresh does not wait: the old token is still good.
  [[nodiscard]] bool is_end(FleetStep step) const noexcept {
    return step == FleetStep::use || step == FleetStep::fail ||
           (step == FleetStep::wait && needs_.cached_left.has_value());
  }
  [[nodiscard]] FleetResult end(const FleetDecision& decision, FleetView view);
  [[nodiscard]] FleetResult without_store() const;
  [[nodiscard]] FleetResult record_unavailable(const protocol::FleetUnavailable& why);
  void record_available();
  [[nodiscard]] protocol::FleetReply ask(const protocol::FleetRequest& request);
  [[nodiscard]] FleetView read_view(const protocol::FleetSnapshot& snapshot);
  void report_damage();
  [[nodiscard]] FleetResult use(FleetView view, rate_limit::FleetUse use);
  void record_use(rate_limit::FleetUse use);
  [[nodiscard]] protocol::FleetReply wait(const FleetView& view, std::int64_t revision);
  [[nodiscard]] bool may_acquire();
  [[nodiscard]] protocol::FleetReply acquire(FleetView& view);
  [[nodiscard]] FleetResult authorize(FleetView view, std::int64_t revision);
  void record_outcome(FleetView& view, ProbeReport& report, std::chrono::sys_seconds issued_at);
  [[nodiscard]] protocol::FleetReply publish(const FleetView& view);
  [[nodiscard]] FleetResult release(const protocol::FleetReply& published);
  [[nodiscard]] FleetResult finish(NewToken token, protocol::FleetReply published);

  const TokenProviderParts& parts_;
  RateLimitedAuthorizer& requests_;
  FleetStore& store_;
  std::function<void(const Token&, bool)> keep_;
  std::optional<cache::FleetIdentity> identity_;  ///< once the store is contacted: a command may give the key
  std::chrono::milliseconds budget_{};            ///< for a failing store, and for connecting to the service
  FleetNeeds needs_;
  protocol::StoreClock clock_{};  ///< of the last reply
  Place place_;
  int acquires_ = 0;
  Deadline acquire_by_ = Deadline::max();  ///< the budget after the first acquire since the last wait
  bool has_waited_ = false;
  bool is_first_ = true;  ///< no snapshot has been read
};

}  // namespace sase::token
