// SPDX-License-Identifier: Apache-2.0
#include "helper/network/report/progress.hpp"

#include "protocol/escape.hpp"

namespace sase::network {

namespace {

using protocol::AuthError;
using protocol::Check;
using protocol::CheckId;
using protocol::CheckState;
using protocol::TokenResponse;
using std::chrono::microseconds;
using std::chrono::steady_clock;

/// A text that the front accepts, which rejects a response that is not printable.
std::string acceptable(std::string text, std::size_t limit) {
  if (!protocol::is_printable_text(text)) text = protocol::escape(text);
  return protocol::truncated(text, limit);
}

}  // namespace

void Progress::enter(protocol::Step step) {
  step_ = step;
  write(protocol::write_line("step", to_name(step)));
}

void Progress::count_request() {
  ++requests_;
  write(protocol::write_line("requests", std::to_string(requests_)));
}

void Progress::passed(CheckId check, std::string what) {
  write_check({.name = check, .state = CheckState::ok, .what = std::move(what)});
}

void Progress::warned(CheckId check, std::string what, std::string remedy) {
  write_check({check, CheckState::warning, {}, {}, std::move(what), std::move(remedy)});
}

void Progress::failed(CheckId check, protocol::ErrorKind kind, std::string what, std::string remedy) {
  write_check({check, CheckState::broken, kind, {}, std::move(what), std::move(remedy)});
}

void Progress::failed(const AuthError& auth_error) {
  failed(protocol::failing_check(step_, checks_), auth_error.kind,
         auth_error.what + (presented_.empty() ? "" : "; presented: " + presented_), auth_error.hint);
}

void Progress::granted(const TokenResponse& token_response) {
  write(protocol::write_lines(token_response));
  has_written_token_ = true;
}

void Progress::finish(const protocol::Outcome& outcome) {
  const auto* const token_response = std::get_if<TokenResponse>(&outcome);
  if (token_response != nullptr && !has_written_token_) granted(*token_response);
  // The front has the token, whatever failed after it.
  if (has_written_token_)
    sink_(protocol::end_with_token);
  else
    write(protocol::write_end(std::get<AuthError>(outcome)));
}

void Progress::trace_at(steady_clock::time_point at, std::string text) {
  if (tracing_ == Tracing::off) return;
  write(protocol::write_line({.at = std::chrono::duration_cast<microseconds>(at.time_since_epoch()),
                              .what = acceptable(std::move(text), longest_trace_line)}));
}

void Progress::write_check(Check check) {
  if (!is_probing() || (!checks_.empty() && checks_.back().name >= check.name)) return;
  // Comparing the clocks takes no time: the time until then belongs to the response that is read next.
  if (check.name != CheckId::clock) {
    const auto now = steady_clock::now();
    check.took = std::chrono::duration_cast<microseconds>(now - std::exchange(since_, now));
  }
  check.what = acceptable(std::move(check.what), longest_check_text);
  check.remedy = acceptable(std::move(check.remedy), longest_check_text);
  write(protocol::write_lines(check));
  checks_.push_back(std::move(check));
}

}  // namespace sase::network
