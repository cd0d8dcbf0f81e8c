// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/response.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sase::network {

/// Limits of the texts, so that a response fits into what the front accepts. A longer text is truncated.
inline constexpr std::size_t longest_trace_line = 400;
inline constexpr std::size_t longest_check_text = 1000;

/// Ends a try; carries the error to report.
class FailedAttempt : public std::exception {
 public:
  explicit FailedAttempt(protocol::AuthError auth_error) noexcept : auth_error_(std::move(auth_error)) {}
  /// An error for which the same request will not succeed later.
  FailedAttempt(protocol::ErrorKind kind, std::string what, std::string hint)
      : auth_error_{.kind = kind, .what = std::move(what), .hint = std::move(hint)} {}

  [[nodiscard]] const protocol::AuthError& auth_error() const noexcept { return auth_error_; }
  [[nodiscard]] const char* what() const noexcept override { return auth_error_.what.c_str(); }

 private:
  protocol::AuthError auth_error_;
};

enum class Tracing { off, on };
enum class Probing { off, on };

/// Writes the response while the authorizer works: each event becomes a line at once. No text contains a
/// secret. Texts from outside are escaped. Throws what the sink throws.
class Progress {
 public:
  /// Receives whole lines.
  using Sink = std::function<void(std::string_view)>;

  /// Trace lines and checks are written only if they are requested.
  explicit Progress(Sink sink, Tracing tracing = Tracing::off, Probing probing = Probing::off)
      : sink_(std::move(sink)),
        tracing_(tracing),
        probing_(probing),
        since_(std::chrono::steady_clock::now()) {}

  void enter(protocol::Step step);
  [[nodiscard]] protocol::Step step() const noexcept { return step_; }

  /// Counts an authorize request. To be called directly before its first byte is sent: a request is never
  /// sent without being counted, and a failed connection is not a request.
  void count_request();
  [[nodiscard]] std::uint32_t requests() const noexcept { return requests_; }

  void trace(std::string text) { trace_at(std::chrono::steady_clock::now(), std::move(text)); }
  void trace_at(std::chrono::steady_clock::time_point at, std::string text);

  [[nodiscard]] bool is_probing() const noexcept { return probing_ == Probing::on; }

  /// Writes a check. One that has been written before, or precedes one that has, is ignored: a second
  /// connection repeats the first checks.
  void passed(protocol::CheckId check, std::string what);
  void warned(protocol::CheckId check, std::string what, std::string remedy);
  void failed(protocol::CheckId check, protocol::ErrorKind kind, std::string what, std::string remedy);
  /// Writes that the check of the current step failed.
  void failed(const protocol::AuthError& auth_error);

  /// Records what the server presented, for the text of a check that fails.
  void presented(std::string facts) { presented_ = std::move(facts); }

  /// Writes the HTTP status of the service's response.
  void answered(unsigned status) { write(protocol::write_line("status", std::to_string(status))); }

  /// Writes the token, which is then part of the response whatever happens next.
  void granted(const protocol::TokenResponse& token_response);

  /// Ends the response.
  void finish(const protocol::Outcome& outcome);

 private:
  void write(const protocol::Secret& lines) { sink_(lines.reveal()); }
  void write_check(protocol::Check check);

  Sink sink_;
  Tracing tracing_;
  Probing probing_;
  protocol::Step step_ = protocol::Step::starting;
  std::uint32_t requests_ = 0;
  std::chrono::steady_clock::time_point since_;  ///< the end of the last check
  std::vector<protocol::Check> checks_;
  std::string presented_;
  bool has_written_token_ = false;
};

}  // namespace sase::network
