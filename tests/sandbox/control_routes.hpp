// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/counters.hpp"
#include "tests/sandbox/fault_switch.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"

namespace sase::sandbox {

/// The routes below `/sandbox/`, which tests use to observe and control the sandbox: `GET stats`, `POST
/// reset`, and `GET`, `POST` (one `name=value` a line, replaces all), `DELETE faults`. No token is needed, no
/// fault applies.
class ControlRoutes {
 public:
  /// The arguments must outlive this.
  ControlRoutes(FaultSwitch& faults, Counters& counters);

  [[nodiscard]] Response answer(const Request& request);

 private:
  [[nodiscard]] Response replace_faults(const std::string& body);
  [[nodiscard]] Response list_faults() const;

  FaultSwitch& faults_;
  Counters& counters_;
};

}  // namespace sase::sandbox
