// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/git/credential.hpp"
#include "protocol/secret.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The authorizer's response: key=value lines on its stdout, each written as soon as it is known. If the
/// authorizer is killed, the front knows how far it has got and keeps what it has received.
namespace sase::protocol {

/// Why there is no token. The names are part of the response.
enum class ErrorKind {
  rejected,           ///< the service rejected the key
  invalid_response,   ///< the service's response is not a valid one
  unreachable,        ///< no connection, no response in time, no trusted certificate
  rate_limited,       ///< the service demands a pause
  misconfigured,      ///< a setting is unusable, such as a CA file that does not exist
  not_asked,          ///< only the connection was to be checked
  authorizer_failed,  ///< the authorizer did not start, or ended without a valid response
};

/// In the order of ErrorKind.
inline constexpr std::array<std::string_view, 7> error_kind_names = {
    "rejected",      "invalid-response", "unreachable",      "rate-limited",
    "misconfigured", "not-asked",        "authorizer-failed"};

[[nodiscard]] inline std::string_view to_name(ErrorKind kind) noexcept {
  return error_kind_names[static_cast<std::size_t>(kind)];
}

/// The kind with this name, or nothing.
[[nodiscard]] inline std::optional<ErrorKind> find_error_kind(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(error_kind_names, name);
  if (found == error_kind_names.end()) return std::nullopt;
  return static_cast<ErrorKind>(found - error_kind_names.begin());
}

/// Why an authorization failed, from the response to the message. `what` and `hint` contain no secret and
/// only printable ASCII. Only the program that sent the request decides by `transient`, so it is not part of
/// the response.
struct AuthError {
  ErrorKind kind{};
  bool transient = false;  ///< the same request may succeed later
  std::string what = {};
  std::string hint = {};                                 ///< may be empty
  std::optional<std::chrono::seconds> retry_after = {};  ///< as the service demands
};

/// What is checked on the connection to the service, in the order of the checks.
enum class CheckId { name, tcp, proxy, tls, clock, authorize, read };
inline constexpr std::size_t check_count = 7;

enum class CheckState {
  ok,
  warning,  ///< passed, with something that needs attention
  broken,
  untried,  ///< an earlier check failed, or the check was not requested
};

/// The result of one check. The texts contain no secret and only printable ASCII.
struct Check {
  CheckId name{};
  CheckState state = CheckState::untried;
  std::optional<ErrorKind> kind = {};  ///< of a failed check only
  std::chrono::microseconds took{};    ///< the duration of the check
  std::string what = {};
  std::string remedy = {};  ///< of a failed check or a warning; may be empty

  /// One line without the remedy: name, state, microseconds, text, such as `tls ok 1830 TLSv1.3, ...`. A
  /// failed check has the name of its ErrorKind in place of the state.
  [[nodiscard]] std::string write() const;
  /// Throws ProtocolError.
  [[nodiscard]] static Check parse(std::string_view line);
};

[[nodiscard]] std::string_view to_name(CheckId name) noexcept;
[[nodiscard]] std::string_view to_name(CheckState state) noexcept;

/// What the authorizer is doing.
enum class Step {
  starting,
  preparing,
  resolving,
  connecting,
  asking_proxy,
  handshaking,
  waiting,
  reading,
  pausing,
};

[[nodiscard]] std::string_view to_name(Step step) noexcept;

/// For a message: `while connecting`.
[[nodiscard]] std::string_view describe(Step step) noexcept;

/// The check that fails if the work ends in this step, after these checks.
[[nodiscard]] CheckId failing_check(Step step, const std::vector<Check>& finished) noexcept;

/// A token and its lifetime from the moment the request was sent.
struct TokenResponse {
  BearerToken token;
  std::chrono::seconds lifetime{};
};

/// What an authorization results in.
using Outcome = std::variant<TokenResponse, AuthError>;

/// One event for `--trace`: no secret, and only printable ASCII.
struct TraceLine {
  std::chrono::microseconds at{};  ///< since the epoch of the steady clock, which all processes share
  std::string what;
};

/// A complete response.
struct AuthorizeReply {
  std::uint32_t requests = 0;  ///< how many authorize requests were sent, retries included
  Outcome outcome;
  std::vector<Check> checks = {};       ///< of a probe: in the order of CheckId, each at most once
  std::optional<unsigned> status = {};  ///< of a probe: the HTTP status of the service's response
};

/// One line of a response. These functions throw ProtocolError for a text that contains a line end.
[[nodiscard]] Secret write_line(std::string_view key, std::string_view value);
[[nodiscard]] Secret write_line(const TraceLine& line);
[[nodiscard]] Secret write_lines(const Check& check);
[[nodiscard]] Secret write_lines(const TokenResponse& token_response);

/// Parses the value of `trace[]`, `MICROSECONDS TEXT`. Throws ProtocolError.
[[nodiscard]] TraceLine parse_trace_line(const Attribute& attribute);

/// The end of a response without a token, and of one with a token.
[[nodiscard]] Secret write_end(const AuthError& auth_error);
inline constexpr std::string_view end_with_token = "outcome=granted\n\n";

/// Parses a response while it arrives.
class ResponseReader {
 public:
  using TraceSink = std::function<void(const TraceLine&)>;

  /// `trace` receives each trace line at once; it may be empty.
  explicit ResponseReader(TraceSink trace = {}) : trace_(std::move(trace)) {}

  /// Parses the new complete lines of `output`, which contains everything that has arrived so far. Throws
  /// ProtocolError for a line that is invalid or follows the end of the response.
  void read(std::string_view output);

  /// How far the authorizer has got.
  [[nodiscard]] Step step() const noexcept { return step_; }
  [[nodiscard]] std::uint32_t requests() const noexcept { return reply_.requests; }
  [[nodiscard]] const std::vector<Check>& checks() const noexcept { return reply_.checks; }

  /// The response, once the authorizer has ended. Throws ProtocolError if it is incomplete.
  [[nodiscard]] AuthorizeReply finish() &&;

  /// The response of an authorizer that was killed: the token if it has arrived, otherwise `auth_error`.
  [[nodiscard]] AuthorizeReply interrupt(AuthError auth_error) &&;

 private:
  void parse(const Attribute& attribute);
  void parse_outcome(const Attribute& attribute);
  void parse_check(const Attribute& attribute);
  void parse_remedy(const Attribute& attribute);
  [[nodiscard]] TokenResponse take_token();

  TraceSink trace_;
  std::size_t parsed_ = 0;  ///< bytes of the output
  std::size_t lines_ = 0;
  Step step_ = Step::starting;
  std::string outcome_;
  bool is_complete_ = false;
  Secret token_;
  std::optional<std::chrono::seconds> lifetime_;
  AuthError auth_error_;
  AuthorizeReply reply_{.requests = 0, .outcome = AuthError{}};
};

}  // namespace sase::protocol
