// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/control_routes.hpp"

#include "tests/sandbox/fault_grammar.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace sase::sandbox {

namespace {

std::vector<std::string> split_lines(const std::string& body) {
  std::vector<std::string> lines;
  std::istringstream stream(body);
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

ControlRoutes::ControlRoutes(FaultSwitch& faults, Counters& counters)
    : faults_(faults), counters_(counters) {}

Response ControlRoutes::answer(const Request& request) {
  const std::string action = request.method + " " + request.path;
  if (action == "GET /sandbox/stats") return json_response(200, counters_.to_json() + "\n");
  if (action == "GET /sandbox/faults") return list_faults();
  if (action == "POST /sandbox/faults") return replace_faults(request.body);
  if (action == "DELETE /sandbox/faults") {
    faults_.clear();
    return list_faults();
  }
  if (action == "POST /sandbox/reset") {
    faults_.clear();
    counters_.reset();
    return json_response(200, counters_.to_json() + "\n");
  }
  return text_response(404, "Cannot " + action + "\n");
}

Response ControlRoutes::replace_faults(const std::string& body) {
  try {
    faults_.replace(split_lines(body));
    return list_faults();
  } catch (const BadFault& bad) {
    return text_response(400, std::string(bad.what()) + "\n");
  }
}

Response ControlRoutes::list_faults() const {
  std::string text;
  for (const std::string& setting : faults_.settings())
    text += setting + "\n";
  return text_response(200, text);
}

}  // namespace sase::sandbox
