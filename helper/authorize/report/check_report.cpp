// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/check_report.hpp"

#include "helper/authorize/report/truncated.hpp"

#include <algorithm>
#include <utility>

namespace sase::authorize {

namespace {

using protocol::Check;
using protocol::CheckId;
using protocol::CheckState;
using std::chrono::steady_clock;

/// A token must not be lost for the sake of the words beside it.
std::string in_bounds(std::string words) {
  return truncated(std::move(words), longest_check_text);
}

const Check* find(const std::vector<Check>& checks, CheckId name) noexcept {
  const auto found = std::ranges::find(checks, name, &Check::name);
  return found == checks.end() ? nullptr : &*found;
}

/// All links, in order; what is missing is as `otherwise` makes it.
template <typename Otherwise>
std::vector<Check> in_order(const std::vector<Check>& known, const Otherwise& otherwise) {
  std::vector<Check> all;
  for (std::size_t i = 0; i < protocol::check_count; ++i) {
    const auto name = static_cast<CheckId>(i);
    const Check* const check = find(known, name);
    all.push_back(check != nullptr ? *check : otherwise(name));
  }
  return all;
}

Check untried(CheckId name, const std::string& why) {
  return {.name = name, .state = CheckState::untried, .kind = {}, .took = {}, .what = why, .remedy = {}};
}

}  // namespace

void CheckReport::holds(CheckId name, std::string what) {
  add({.name = name, .state = CheckState::ok, .kind = {}, .took = {}, .what = std::move(what), .remedy = {}});
}

void CheckReport::warns(CheckId name, std::string what, std::string remedy) {
  add({.name = name,
       .state = CheckState::warning,
       .kind = {},
       .took = {},
       .what = std::move(what),
       .remedy = std::move(remedy)});
}

void CheckReport::fails(CheckId name, protocol::ErrorKind kind, std::string what, std::string remedy) {
  add({.name = name,
       .state = CheckState::broken,
       .kind = kind,
       .took = {},
       .what = std::move(what),
       .remedy = std::move(remedy)});
}

void CheckReport::add(Check check) {
  const std::lock_guard hold(mutex_);
  if (!checks_.empty() && checks_.back().name >= check.name) return;
  // The clocks are compared in no time: all that went by belongs to the answer that tells of theirs.
  if (check.name != CheckId::clock) {
    const auto now = steady_clock::now();
    check.took = std::chrono::duration_cast<std::chrono::microseconds>(now - std::exchange(since_, now));
  }
  check.what = in_bounds(std::move(check.what));
  check.remedy = in_bounds(std::move(check.remedy));
  checks_.push_back(std::move(check));
}

void CheckReport::presented(std::string facts) {
  const std::lock_guard hold(mutex_);
  presented_ = std::move(facts);
}

void CheckReport::keep(protocol::TokenResponse token_response) {
  const std::lock_guard hold(mutex_);
  token_response_ = std::move(token_response);
}

std::optional<protocol::TokenResponse> CheckReport::take_token_response() {
  const std::lock_guard hold(mutex_);
  return std::exchange(token_response_, std::nullopt);
}

void CheckReport::answered(unsigned status) {
  const std::lock_guard hold(mutex_);
  status_ = status;
}

std::optional<unsigned> CheckReport::status() const {
  const std::lock_guard hold(mutex_);
  return status_;
}

std::vector<Check> CheckReport::complete(const protocol::AuthError& auth_error, CheckId broken) const {
  const std::lock_guard hold(mutex_);
  const auto took = steady_clock::now() - since_;
  return in_order(checks_, [&](CheckId name) {
    if (name != broken) return untried(name, "not tried");
    return Check{
        .name = name,
        .state = CheckState::broken,
        .kind = auth_error.kind,
        .took = std::chrono::duration_cast<std::chrono::microseconds>(took),
        .what = in_bounds(auth_error.what + (presented_.empty() ? "" : "; presented: " + presented_)),
        .remedy = in_bounds(auth_error.hint)};
  });
}

std::vector<Check> CheckReport::complete(const std::string& why) const {
  const std::lock_guard hold(mutex_);
  return in_order(checks_, [&](CheckId name) { return untried(name, why); });
}

}  // namespace sase::authorize
