// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace sase::sandbox {

/// An event that is counted.
enum class Event { authorize, token_response, rejected, faulted, resource_ok, resource_denied, connection };

/// The events since the start or the last reset. Thread-safe.
class Counters {
 public:
  void count(Event event);

  /// Counts a request of a route, such as `POST /v3/auth/authorize`.
  void count_route(const std::string& route);
  void reset();

  /// The numbers as one JSON object: a member per event, and `routes`.
  [[nodiscard]] std::string to_json() const;

 private:
  mutable std::mutex mutex_;
  std::map<Event, std::uint64_t> events_;
  std::map<std::string, std::uint64_t> routes_;
};

}  // namespace sase::sandbox
