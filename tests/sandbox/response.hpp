// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/credentials.hpp"
#include "tests/sandbox/fault_plan.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace sase::sandbox {

/// The wall clock of the sandbox: that of the machine, shifted by the fault `date`.
using ServerTime = std::chrono::system_clock::time_point;

/// An HTTP response. The exchange adds the headers for length, date and connection.
struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

[[nodiscard]] Response json_response(int status, std::string json);
[[nodiscard]] Response text_response(int status, std::string text);

/// An error in one of the service's shapes. `echo` is what BodyShape::echo_key repeats.
[[nodiscard]] Response error_response(BodyShape shape, int status, const std::string& message,
                                      const std::string& echo);

/// The shape in which authorize of this generation reports its errors.
[[nodiscard]] BodyShape authorize_error_shape(Generation generation) noexcept;

/// The response for an unknown path or method: the gateway of v3 returns 403, v1 returns 404.
[[nodiscard]] Response unknown_route(const std::string& method, const std::string& path);

/// A time as HTTP writes it, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
[[nodiscard]] std::string http_date(ServerTime time);

}  // namespace sase::sandbox
