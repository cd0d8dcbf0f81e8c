// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/fault_switch.hpp"

#include "tests/sandbox/fault_grammar.hpp"

#include <utility>

namespace sase::sandbox {

namespace {

bool applies(FaultRoute network_fingerprint, RouteKind kind) {
  switch (network_fingerprint) {
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

std::optional<FaultPlan> FaultSwitch::take(RouteKind kind) {
  const std::lock_guard lock(mutex_);
  if (settings_.empty() || !applies(plan_.network_fingerprint, kind)) return std::nullopt;
  FaultPlan plan = plan_;
  use_up();
  return plan;
}

bool FaultSwitch::take_accept_reset() {
  const std::lock_guard lock(mutex_);
  if (plan_.reset != ResetStage::accept) return false;
  use_up();
  return true;
}

FaultPlan FaultSwitch::standing() const {
  const std::lock_guard lock(mutex_);
  return plan_;
}

void FaultSwitch::use_up() {
  if (!plan_.times || --*plan_.times > 0) return;
  plan_ = FaultPlan{};
  settings_.clear();
}

}  // namespace sase::sandbox
