// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "helper/os/processes/conversation.hpp"
#include "protocol/fleet/reply.hpp"
#include "protocol/fleet/request.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace sase::token {

/// The store that the hosts of a fleet share: one record and one lock. The values are encrypted here.
class FleetStore {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  FleetStore() = default;
  FleetStore(const FleetStore&) = delete;
  FleetStore& operator=(const FleetStore&) = delete;
  virtual ~FleetStore() = default;

  /// Before the first operation of a call.
  virtual void open(protocol::FleetSetup setup) = 0;

  /// Carries out one operation. The reply is a snapshot, `written` or `unavailable`; after `unavailable`,
  /// each further one is as well. Its trace lines go to `trace` at once.
  [[nodiscard]] virtual protocol::FleetReply ask(const protocol::FleetRequest& request, Deadline deadline,
                                                 const Trace& trace) = 0;

  /// Ends the connection. Releases the lock if this call holds it.
  virtual void close() noexcept = 0;

  /// The members that `examine` has reported.
  [[nodiscard]] const std::vector<protocol::FleetMember>& members() const noexcept { return members_; }

 protected:
  std::vector<protocol::FleetMember> members_;
};

/// Runs the program `fleet`, which connects to the store, at the first operation.
class FleetProcess : public FleetStore {
 public:
  /// The environment must outlive this object.
  explicit FleetProcess(const Environment& environment) noexcept : environment_(environment) {}

  void open(protocol::FleetSetup setup) override;
  [[nodiscard]] protocol::FleetReply ask(const protocol::FleetRequest& request, Deadline deadline,
                                         const Trace& trace) override;
  void close() noexcept override {
    if (program_) program_->end();
  }

  /// Waits for the end of the program, at most a moment.
  void wait_for_end() noexcept { program_.reset(); }

 private:
  void start(const std::string& path, Deadline deadline);
  [[nodiscard]] protocol::FleetReply receive(Deadline deadline, const Trace& trace);
  [[nodiscard]] protocol::FleetReply fail(protocol::FleetUnavailable why);

  const Environment& environment_;
  std::optional<protocol::FleetSetup> setup_;
  std::optional<os::Conversation> program_;
  protocol::MessageSplitter splitter_;
  std::optional<protocol::FleetUnavailable> failure_;
};

}  // namespace sase::token
