// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/fault_plan.hpp"
#include "tests/sandbox/response.hpp"
#include "tests/sandbox/token_register.hpp"

#include <chrono>
#include <string>

namespace sase::sandbox {

/// A new access token of the usual size (about 1,100 bytes), or spoiled as the plan asks.
/// Empty also for the forms that are no string.
[[nodiscard]] std::string mint_token(const FaultPlan& plan);

/// The envelope in which authorize of `generation` hands out `token`, spoiled as the plan asks.
[[nodiscard]] std::string authorize_reply(Generation generation, const std::string& token, ServerTime now,
                                          std::chrono::milliseconds lifetime, const FaultPlan& plan);

}  // namespace sase::sandbox
