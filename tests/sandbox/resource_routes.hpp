// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/counters.hpp"
#include "tests/sandbox/credentials.hpp"
#include "tests/sandbox/fault_plan.hpp"
#include "tests/sandbox/git_repository.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"

#include <string>

namespace sase::sandbox {

/// The routes that require a valid access token: the read routes of the API and the git repository.
class ResourceRoutes {
 public:
  /// The arguments must outlive this.
  ResourceRoutes(const TokenRegister& tokens, Counters& counters, const GitRepository& repository);

  /// 200, 401 without a live token of the route's generation, 404 or 403 for a path that does not exist. The
  /// API's routes are also files for WebDAV clients, unlike in the service: 207 for PROPFIND.
  [[nodiscard]] Response answer(const Request& request, const FaultPlan& plan);

 private:
  [[nodiscard]] Response api_answer(const Request& request, const FaultPlan& plan);
  [[nodiscard]] Response git_answer(const Request& request, const FaultPlan& plan);
  [[nodiscard]] bool admits(const Request& request, Generation generation) const;

  const TokenRegister& tokens_;
  Counters& counters_;
  const GitRepository& repository_;
};

/// The shape in which the route at `path` reports its errors.
[[nodiscard]] BodyShape resource_error_shape(const std::string& path) noexcept;

}  // namespace sase::sandbox
