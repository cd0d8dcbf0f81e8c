// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/fault_switch.hpp"

#include "tests/sandbox/fault_grammar.hpp"

#include <utility>

namespace sase::sandbox {

namespace {

bool applies(FaultRoute route, RouteKind kind) {
  switch (route) {
    case FaultRoute::all: return true;
    case FaultRoute::authorize: return kind == RouteKind::authorize;
    case FaultRoute::resource: return kind == RouteKind::resource;
  }
  return false;
}

}  // namespace

void FaultSwitch::replace(std::vector<std::string> settings) {
  FaultPlan plan = parse_faults(settings);
  const std::lock_guard lock(mutex_);
  plan_ = std::move(plan);
  settings_ = std::move(settings);
}

void FaultSwitch::clear() {
  const std::lock_guard lock(mutex_);
  plan_ = FaultPlan{};
  settings_.clear();
}

std::vector<std::string> FaultSwitch::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

std::optional<FaultPlan> FaultSwitch::next(RouteKind kind) {
  const std::lock_guard lock(mutex_);
  if (settings_.empty() || !applies(plan_.route, kind)) return std::nullopt;
  FaultPlan plan = plan_;
  decrement_times();
  return plan;
}

bool FaultSwitch::next_accept_reset() {
  const std::lock_guard lock(mutex_);
  if (plan_.reset != ResetStage::accept) return false;
  decrement_times();
  return true;
}

FaultPlan FaultSwitch::current() const {
  const std::lock_guard lock(mutex_);
  return plan_;
}

void FaultSwitch::decrement_times() {
  if (!plan_.times || --*plan_.times > 0) return;
  plan_ = FaultPlan{};
  settings_.clear();
}

}  // namespace sase::sandbox
