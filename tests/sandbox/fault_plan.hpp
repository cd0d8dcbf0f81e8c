// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace sase::sandbox {

/// The shape of an error body (SERVICE.md section 3 lists the three the service is known to use).
enum class BodyShape { message, id_message, gum, html, empty, not_json, echo_key };

/// How far an exchange gets before the connection is cut with a TCP reset.
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

/// What stands where the access token belongs.
enum class TokenForm { usual, sized, newline, escape, space, empty, missing, number, null };

/// What stands where the `data` member belongs.
enum class EnvelopeForm { usual, missing, array, deep };

/// What stands in the `Date` header; a shifted clock still writes an honest one.
enum class DateForm { usual, missing, invalid };

/// Which generation of the service accepts keys.
enum class KeyGeneration { both, v1, v3 };

/// Which requests a plan applies to.
enum class FaultRoute { authorize, resource, all };

/// Everything that shall go wrong, as one value; the default goes wrong nowhere.
/// Members are named like the faults of `fault_grammar`, which says what each does.
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
  std::optional<std::size_t> times;  ///< Requests left; nothing: no limit.
  FaultRoute network_fingerprint = FaultRoute::authorize;
  KeyGeneration keys = KeyGeneration::both;
  std::optional<std::chrono::milliseconds> lifetime;
  bool single_session = false;
  EnvelopeForm envelope = EnvelopeForm::usual;
};

}  // namespace sase::sandbox
