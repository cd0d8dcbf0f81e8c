// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/counters.hpp"

#include <Poco/JSONString.h>

#include <array>
#include <utility>

namespace sase::sandbox {

namespace {

constexpr std::array<std::pair<Event, const char*>, 7> names{{{Event::authorize, "authorize"},
                                                              {Event::token_response, "granted"},
                                                              {Event::rejected, "rejected"},
                                                              {Event::faulted, "faulted"},
                                                              {Event::resource_ok, "resource_ok"},
                                                              {Event::resource_denied, "resource_denied"},
                                                              {Event::connection, "connections"}}};

}  // namespace

void Counters::count(Event event) {
  const std::lock_guard lock(mutex_);
  ++events_[event];
}

void Counters::count_route(const std::string& route) {
  const std::lock_guard lock(mutex_);
  ++routes_[route];
}

void Counters::reset() {
  const std::lock_guard lock(mutex_);
  events_.clear();
  routes_.clear();
}

std::string Counters::to_json() const {
  const std::lock_guard lock(mutex_);
  std::string json = "{";
  for (const auto& [event, name] : names) {
    const auto found = events_.find(event);
    json += Poco::toJSON(name) + ":" + std::to_string(found == events_.end() ? 0 : found->second) + ",";
  }
  json += "\"routes\":{";
  for (auto route = routes_.begin(); route != routes_.end(); ++route) {
    if (route != routes_.begin()) json += ",";
    json += Poco::toJSON(route->first) + ":" + std::to_string(route->second);
  }
  return json + "}}";
}

}  // namespace sase::sandbox
