// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace sase::sandbox {

/// What the routes look at in an HTTP request.
struct Request {
  std::string method;
  std::string path;  ///< Decoded, without the query.
  std::vector<std::pair<std::string, std::string>> query;
  std::string content_type;
  std::string authorization;
  std::string body;  ///< At most `largest_body` bytes; a larger request never becomes one.
};

/// Bytes; a real authorize body stays below 20 KiB (CONTRACT.md: keys up to 16 KiB).
inline constexpr std::size_t largest_body = std::size_t{64} * 1024;

}  // namespace sase::sandbox
