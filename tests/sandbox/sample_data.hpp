// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"

namespace sase::sandbox {

/// A page of the invented users, in the service's paging envelope. Query: `page` from 1, `limit` 1 to 1000
/// (25 unless given); other values get the service's 422.
[[nodiscard]] Response users(const Request& request);

/// The invented networks: a bare array, without paging, as the service answers.
[[nodiscard]] Response networks(const Request& request);

}  // namespace sase::sandbox
