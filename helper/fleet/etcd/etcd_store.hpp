// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/fleet/etcd/members.hpp"
#include "helper/fleet/store/store.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sase::fleet {

/// etcd 3.4 and later, through its JSON gateway.
class EtcdStore : public Store {
 public:
  explicit EtcdStore(const std::shared_ptr<const CallContext>& context);

  [[nodiscard]] protocol::FleetSnapshot read() override;
  [[nodiscard]] protocol::FleetSnapshot confirm() override;
  [[nodiscard]] protocol::FleetSnapshot wait(std::int64_t seen) override;
  [[nodiscard]] protocol::FleetReply acquire(std::int64_t seen, const std::string& record,
                                             const std::string& lock) override;
  [[nodiscard]] protocol::FleetReply publish(std::int64_t seen, const std::string& record) override;
  [[nodiscard]] std::chrono::steady_clock::time_point next_renewal() const override;
  void renew() override;
  void release() override;
  void examine(const std::function<void(const protocol::FleetMember&)>& report) override;

 private:
  [[nodiscard]] protocol::FleetSnapshot fetch(const GatewayRequest& request);
  /// Nothing if the watch has ended, or nothing has changed for some seconds.
  [[nodiscard]] std::optional<protocol::FleetSnapshot> watch();
  void start_watch();
  [[nodiscard]] std::int64_t grant(std::chrono::seconds lifetime, Inbox::Until until);
  /// Carries out a transaction that writes `record`, again if its lease has ended.
  [[nodiscard]] protocol::FleetReply write(const std::function<GatewayRequest()>& make_transaction,
                                           std::int64_t seen, const std::string& record, Inbox::Until until);
  void close_watch();
  [[nodiscard]] protocol::FleetSnapshot remember(protocol::FleetSnapshot snapshot);
  void examine_member(protocol::FleetMember& member);

  std::shared_ptr<const CallContext> context_;
  StoreKeys keys_;
  Members members_;
  protocol::FleetSnapshot last_;                       ///< revision 0 without one
  bool is_watching_ = false;                           ///< the open stream continues `last_`
  std::chrono::steady_clock::time_point watch_end_{};  ///< of an open stream
  int broken_watches_ = 0;                             ///< since the last change
  std::int64_t lock_lease_ = 0;
  std::chrono::steady_clock::time_point next_renewal_;
};

}  // namespace sase::fleet
