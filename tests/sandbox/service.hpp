// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/authorize_route.hpp"
#include "tests/sandbox/control_routes.hpp"
#include "tests/sandbox/counters.hpp"
#include "tests/sandbox/credentials.hpp"
#include "tests/sandbox/fault_switch.hpp"
#include "tests/sandbox/git_repository.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/resource_routes.hpp"
#include "tests/sandbox/response.hpp"

#include <chrono>

namespace sase::sandbox {

/// An answer and what shall go wrong with its delivery.
struct Answer {
  Response response;
  FaultPlan plan;
};

/// The stand-in for the service, without its sockets: a request in, an answer out.
/// Any number of threads may ask at once.
class Service {
 public:
  /// `directory` must outlive this; `lifetime` is that of new tokens.
  Service(const StateDirectory& directory, std::chrono::milliseconds lifetime);

  [[nodiscard]] Answer answer(const Request& request);

  [[nodiscard]] FaultSwitch& faults() noexcept { return faults_; }
  [[nodiscard]] Counters& counters() noexcept { return counters_; }

 private:
  [[nodiscard]] Answer faultable_answer(const Request& request, RouteKind kind);
  [[nodiscard]] Response route_answer(const Request& request, RouteKind kind, const FaultPlan& plan,
                                      ServerTime now);

  ApiKeys keys_;
  TokenRegister tokens_;
  FaultSwitch faults_;
  Counters counters_;
  GitRepository repository_;
  AuthorizeRoute authorize_;
  ResourceRoutes resources_;
  ControlRoutes control_;
};

}  // namespace sase::sandbox
