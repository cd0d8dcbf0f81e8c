// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"

namespace sase::sandbox {

/// A page of sample users, in the paging envelope of the service. Query: `page` from 1, `limit` 1 to 1000
/// (default: 25); other values yield 422, as in the service.
[[nodiscard]] Response users(const Request& request);

/// The sample networks: a bare array, without paging, as in the service.
[[nodiscard]] Response networks(const Request& request);

}  // namespace sase::sandbox
