// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/service.hpp"

#include "tests/sandbox/fault_effect.hpp"

#include <optional>

namespace sase::sandbox {

namespace {

std::optional<Generation> authorize_generation(const Request& request) {
  if (request.method != "POST") return std::nullopt;
  if (request.path == "/api/v1/auth/authorize") return Generation::v1;
  if (request.path == "/v3/auth/authorize") return Generation::v3;
  return std::nullopt;
}

BodyShape usual_error_shape(const Request& request) {
  if (const auto generation = authorize_generation(request)) return authorize_error_shape(*generation);
  return resource_error_shape(request.path);
}

}  // namespace

Service::Service(const StateDirectory& directory, std::chrono::milliseconds lifetime)
    : keys_(directory),
      repository_(directory),
      authorize_(keys_, tokens_, counters_, lifetime),
      resources_(tokens_, counters_, repository_),
      control_(faults_, counters_) {}

Answer Service::answer(const Request& request) {
  if (request.path.starts_with("/sandbox/")) return {control_.answer(request), FaultPlan{}};
  return faultable_answer(request,
                          authorize_generation(request) ? RouteKind::authorize : RouteKind::resource);
}

Answer Service::faultable_answer(const Request& request, RouteKind kind) {
  // What holds on every route is read first: taking the plan may clear it.
  const FaultPlan standing = faults_.current();
  const std::optional<FaultPlan> taken = faults_.next(kind);
  if (taken) counters_.count(Event::faulted);
  FaultPlan plan = taken.value_or(FaultPlan{});
  plan.date = standing.date;
  plan.clock_shift = standing.clock_shift;
  plan.reject_tokens = standing.reject_tokens;

  const ServerTime now = std::chrono::system_clock::now() + plan.clock_shift;
  Response response = route_answer(request, kind, plan, now);
  apply_faults(response, plan, now);
  return {std::move(response), std::move(plan)};
}

Response Service::route_answer(const Request& request, RouteKind kind, const FaultPlan& plan,
                               ServerTime now) {
  if (kind == RouteKind::authorize) {
    counters_.count(Event::authorize);
    counters_.count_route(request.method + " " + request.path);
  }
  if (auto instead = replacement_response(plan, usual_error_shape(request), request)) return *instead;
  const auto generation = authorize_generation(request);
  if (generation) return authorize_.answer(request, *generation, plan, now);
  return resources_.answer(request, plan);
}

}  // namespace sase::sandbox
