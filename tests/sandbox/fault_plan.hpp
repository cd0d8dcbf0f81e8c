// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace sase::sandbox {

/// The shape of an error body. The service is known to use the first three..
enum class BodyShape { message, id_message, gum, html, empty, not_json, echo_key };

/// The stage at which the connection is closed with a TCP reset.
enum class ResetStage { never, accept, headers, body };

/// How `accessTokenExpire` is written.
enum class ExpiryForm {
  seconds,
  milliseconds,
  quoted,
  rfc3339,
  rfc3339_fraction,
  missing,
  null,
  past,
  now,
  negative,
  floating,
  huge,
  text,
  object
};

/// The value of the member accessToken.
enum class TokenForm { usual, sized, newline, escape, space, empty, missing, number, null };

/// The form of the member `data`.
enum class EnvelopeForm { usual, missing, array, deep };

/// The form of the header `Date`. With clock_shift it is well formed and wrong.
enum class DateForm { usual, missing, invalid };

/// The API generation that accepts keys.
enum class KeyGeneration { both, v1, v3 };

/// Which requests a plan applies to.
enum class FaultRoute { authorize, resource, all };

/// The faults in effect; by default none. The members are named like the faults in fault_grammar.cpp, which
/// describes each.
struct FaultPlan {
  std::optional<int> status;
  std::optional<BodyShape> body;
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds drip{0};
  ResetStage reset = ResetStage::never;
  bool hang = false;
  bool truncate = false;
  ExpiryForm expiry = ExpiryForm::seconds;
  std::optional<std::string> retry_after;
  std::optional<std::string> redirect;
  TokenForm token = TokenForm::usual;
  std::size_t token_size = 0;             ///< Bytes; only with TokenForm::sized.
  std::optional<std::string> token_type;  ///< Empty: the member is missing.
  DateForm date = DateForm::usual;
  std::chrono::seconds clock_shift{0};
  std::size_t big_body = 0;      ///< Bytes the body is padded to.
  std::size_t many_headers = 0;  ///< Headers added.
  bool reject_tokens = false;
  std::optional<std::size_t> times;  ///< Remaining requests; unset: no limit.
  FaultRoute route = FaultRoute::authorize;
  KeyGeneration keys = KeyGeneration::both;
  std::optional<std::chrono::milliseconds> lifetime;
  bool single_session = false;
  EnvelopeForm envelope = EnvelopeForm::usual;
};

}  // namespace sase::sandbox
