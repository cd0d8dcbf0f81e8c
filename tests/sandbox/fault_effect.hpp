// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/fault_plan.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"

#include <optional>
#include <string>

namespace sase::sandbox {

/// The answer that the plan puts in place of the route's: an error status, a redirect, a rate limit.
/// Otherwise nothing.
[[nodiscard]] std::optional<Response> answer_instead(const FaultPlan& plan, BodyShape usual,
                                                     const Request& request);

/// The error with which the plan replaces a success: `status` or 500, in the plan's shape or the usual one.
[[nodiscard]] Response faulty_error(const FaultPlan& plan, BodyShape usual, const Request& request);

/// Changes what any answer gets from the plan: a 2xx status, Retry-After, padding, more headers.
void spoil(Response& response, const FaultPlan& plan, ServerTime now);

/// The secret in the request that an echoing service would repeat: the API key, else the whole body, else the
/// Authorization header.
[[nodiscard]] std::string what_was_sent(const Request& request);

}  // namespace sase::sandbox
