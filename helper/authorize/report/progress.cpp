// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/progress.hpp"

#include "helper/authorize/report/truncated.hpp"

#include <utility>

namespace sase::authorize {

namespace {

using std::chrono::steady_clock;

protocol::TraceLine line(steady_clock::time_point at, std::string what) {
  return {.at = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()),
          .what = truncated(std::move(what), longest_trace_line)};
}

}  // namespace

std::string_view describe(Phase phase) noexcept {
  switch (phase) {
    case Phase::starting: return "while starting";
    case Phase::preparing: return "while reading the certificates to trust";
    case Phase::resolving: return "while looking up the name";
    case Phase::connecting: return "while connecting";
    case Phase::asking_proxy: return "while waiting for the proxy";
    case Phase::handshaking: return "during the TLS handshake";
    case Phase::waiting: return "while waiting for the answer";
    case Phase::reading: return "while reading the answer";
    case Phase::pausing: return "between two tries";
  }
  return "in an unknown phase";
}

protocol::CheckId Progress::check() const noexcept {
  using protocol::CheckId;
  if (is_reading_) return CheckId::read;
  switch (phase()) {
    // All that can be wrong before is the proxy's URL.
    case Phase::starting:
    case Phase::asking_proxy: return CheckId::proxy;
    case Phase::resolving: return CheckId::name;
    case Phase::connecting: return CheckId::tcp;
    case Phase::preparing:
    case Phase::handshaking: return CheckId::tls;
    case Phase::waiting:
    case Phase::reading:
    case Phase::pausing: break;
  }
  return CheckId::authorize;
}

std::vector<protocol::TraceLine> Progress::trace() const {
  const std::lock_guard hold(mutex_);
  return lines_;
}

void Progress::keep(steady_clock::time_point at, std::string what) {
  const std::lock_guard hold(mutex_);
  if (lines_.size() >= most_trace_lines) return;
  const bool is_last = lines_.size() + 1 == most_trace_lines;
  lines_.push_back(line(at, is_last ? "what follows is left out: the trace is full" : std::move(what)));
}

}  // namespace sase::authorize
