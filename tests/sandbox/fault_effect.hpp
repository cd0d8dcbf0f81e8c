// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/fault_plan.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"

#include <optional>
#include <string>

namespace sase::sandbox {

/// The response that replaces that of the route (an error status, a redirect, a rate limit), or nothing.
[[nodiscard]] std::optional<Response> replacement_response(const FaultPlan& plan, BodyShape usual,
                                                           const Request& request);

/// The error that replaces a success: `status` or 500, in the shape of the plan or the usual one.
[[nodiscard]] Response fault_error(const FaultPlan& plan, BodyShape usual, const Request& request);

/// Applies the faults that change any response: a 2xx status, Retry-After, padding, more headers.
void apply_faults(Response& response, const FaultPlan& plan, ServerTime now);

/// The secret in a request, for errors that echo it: the API key, else the whole body, else the Authorization
/// header.
[[nodiscard]] std::string find_secret(const Request& request);

}  // namespace sase::sandbox
