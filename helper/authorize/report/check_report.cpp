// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/check_report.hpp"

#include "helper/authorize/report/truncated.hpp"

#include <algorithm>
#include <utility>

namespace sase::helper::authorize {

namespace {

using protocol::Link;
using protocol::LinkName;
using protocol::LinkState;
using std::chrono::steady_clock;

/// A token must not be lost for the sake of the words beside it.
std::string in_bounds(std::string words) {
  return bounded_words(std::move(words), longest_link_words);
}

const Link* find(const std::vector<Link>& links, LinkName name) noexcept {
  const auto found = std::ranges::find(links, name, &Link::name);
  return found == links.end() ? nullptr : &*found;
}

/// All links, in order; what is missing is as `otherwise` makes it.
template <typename Otherwise>
std::vector<Link> in_order(const std::vector<Link>& known, const Otherwise& otherwise) {
  std::vector<Link> all;
  for (std::size_t i = 0; i < protocol::link_count; ++i) {
    const auto name = static_cast<LinkName>(i);
    const Link* const link = find(known, name);
    all.push_back(link != nullptr ? *link : otherwise(name));
  }
  return all;
}

Link untried(LinkName name, const std::string& why) {
  return {.name = name, .state = LinkState::untried, .denial = {}, .took = {}, .what = why, .remedy = {}};
}

}  // namespace

void LinkReport::holds(LinkName name, std::string what) {
  add({.name = name,
       .state = LinkState::ok,
       .denial = {},
       .took = {},
       .what = std::move(what),
       .remedy = {}});
}

void LinkReport::warns(LinkName name, std::string what, std::string remedy) {
  add({.name = name,
       .state = LinkState::warning,
       .denial = {},
       .took = {},
       .what = std::move(what),
       .remedy = std::move(remedy)});
}

void LinkReport::fails(LinkName name, protocol::Denial denial, std::string what, std::string remedy) {
  add({.name = name,
       .state = LinkState::broken,
       .denial = denial,
       .took = {},
       .what = std::move(what),
       .remedy = std::move(remedy)});
}

void LinkReport::add(Link link) {
  const std::lock_guard hold(mutex_);
  if (!links_.empty() && links_.back().name >= link.name) return;
  // The clocks are compared in no time: all that went by belongs to the answer that tells of theirs.
  if (link.name != LinkName::clock) {
    const auto now = steady_clock::now();
    link.took = std::chrono::duration_cast<std::chrono::microseconds>(now - std::exchange(since_, now));
  }
  link.what = in_bounds(std::move(link.what));
  link.remedy = in_bounds(std::move(link.remedy));
  links_.push_back(std::move(link));
}

void LinkReport::presented(std::string facts) {
  const std::lock_guard hold(mutex_);
  presented_ = std::move(facts);
}

void LinkReport::keep(protocol::Granted granted) {
  const std::lock_guard hold(mutex_);
  granted_ = std::move(granted);
}

std::optional<protocol::Granted> LinkReport::take_granted() {
  const std::lock_guard hold(mutex_);
  return std::exchange(granted_, std::nullopt);
}

void LinkReport::answered(unsigned status) {
  const std::lock_guard hold(mutex_);
  status_ = status;
}

std::optional<unsigned> LinkReport::status() const {
  const std::lock_guard hold(mutex_);
  return status_;
}

std::vector<Link> LinkReport::complete(const protocol::Denied& denied, LinkName broken) const {
  const std::lock_guard hold(mutex_);
  const auto took = steady_clock::now() - since_;
  return in_order(links_, [&](LinkName name) {
    if (name != broken) return untried(name, "not tried");
    return Link{.name = name,
                .state = LinkState::broken,
                .denial = denied.denial,
                .took = std::chrono::duration_cast<std::chrono::microseconds>(took),
                .what = in_bounds(denied.what + (presented_.empty() ? "" : "; presented: " + presented_)),
                .remedy = in_bounds(denied.hint)};
  });
}

std::vector<Link> LinkReport::complete(const std::string& why) const {
  const std::lock_guard hold(mutex_);
  return in_order(links_, [&](LinkName name) { return untried(name, why); });
}

}  // namespace sase::helper::authorize
