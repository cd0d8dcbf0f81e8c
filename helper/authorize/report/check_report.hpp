// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/exchange.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sase::authorize {

/// The longest words of a link, so that a report fits into a reply beside the longest token.
inline constexpr std::size_t longest_check_text = 1000;

/// What a probe finds out, link by link. Shared by the thread that works and the one that watches the
/// deadline.
class CheckReport {
 public:
  CheckReport() : since_(std::chrono::steady_clock::now()) {}

  /// Takes down a link that holds, and how long it took since the link before it. What comes out of order is
  /// a later try of what has been tried, and is left out. `what` holds no secret, and what comes from outside
  /// only escaped.
  void holds(protocol::CheckId name, std::string what);
  /// The same with a word of warning.
  void warns(protocol::CheckId name, std::string what, std::string remedy);
  /// The same of a link that is broken although those behind it can be tried.
  void fails(protocol::CheckId name, protocol::ErrorKind kind, std::string what, std::string remedy);

  /// Takes down what the other end has shown of itself before the link broke.
  void presented(std::string facts);

  /// Keeps a token, so that it is not lost when what comes after it takes too long.
  void keep(protocol::TokenResponse token_response);
  [[nodiscard]] std::optional<protocol::TokenResponse> take_token_response();

  /// Takes down the HTTP status of the service's answer.
  void answered(unsigned status);
  [[nodiscard]] std::optional<unsigned> status() const;

  /// All links in their order: those that were taken down, `denied` as the reason why `broken` is broken, and
  /// the others as untried.
  [[nodiscard]] std::vector<protocol::Check> complete(const protocol::AuthError& auth_error,
                                                      protocol::CheckId broken) const;
  /// The same where nothing but what was taken down is broken. `why` says why the others were not tried.
  [[nodiscard]] std::vector<protocol::Check> complete(const std::string& why) const;

 private:
  void add(protocol::Check check);

  mutable std::mutex mutex_;
  std::chrono::steady_clock::time_point since_;
  std::vector<protocol::Check> checks_;
  std::string presented_;
  std::optional<protocol::TokenResponse> token_response_;
  std::optional<unsigned> status_;
};

}  // namespace sase::authorize
