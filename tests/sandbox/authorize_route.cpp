// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/authorize_route.hpp"

#include "tests/sandbox/credentials.hpp"
#include "tests/sandbox/fault_effect.hpp"
#include "tests/sandbox/fault_plan.hpp"
#include "tests/sandbox/random_text.hpp"
#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"

#include <Poco/DateTimeFormatter.h>
#include <Poco/JSONString.h>
#include <Poco/Timestamp.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace sase::sandbox {

namespace {

constexpr std::size_t usual_token_size = 1100;
constexpr int deep_levels = 10'000;

std::string rfc3339(ServerTime time, const char* format) {
  const auto since_epoch = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  return Poco::DateTimeFormatter::format(Poco::Timestamp(since_epoch.count()), format);
}

std::string epoch_seconds(ServerTime time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

/// The JSON value of accessTokenExpire; empty when it is missing.
std::string expiry_value(ExpiryForm form, ServerTime now, ServerTime end) {
  using namespace std::chrono_literals;
  switch (form) {
    case ExpiryForm::seconds: return epoch_seconds(end);
    case ExpiryForm::milliseconds: return epoch_seconds(end) + "000";
    case ExpiryForm::quoted: return Poco::toJSON(epoch_seconds(end));
    case ExpiryForm::rfc3339: return Poco::toJSON(rfc3339(end, "%Y-%m-%dT%H:%M:%SZ"));
    case ExpiryForm::rfc3339_fraction: return Poco::toJSON(rfc3339(end, "%Y-%m-%dT%H:%M:%S.%iZ"));
    case ExpiryForm::missing: return {};
    case ExpiryForm::null: return "null";
    case ExpiryForm::past: return epoch_seconds(now - 1h);
    case ExpiryForm::now: return epoch_seconds(now);
    case ExpiryForm::negative: return "-1";
    case ExpiryForm::floating: return epoch_seconds(end) + ".75";
    case ExpiryForm::huge: return "99999999999999999999999999";
    case ExpiryForm::text: return "\"soon\"";
    case ExpiryForm::object: return "{\"at\":" + epoch_seconds(end) + "}";
  }
  return {};
}

/// The JSON value of accessToken; empty when it is missing.
std::string token_value(TokenForm form, const std::string& token) {
  switch (form) {
    case TokenForm::missing: return {};
    case TokenForm::null: return "null";
    case TokenForm::number: return "1234567890";
    case TokenForm::usual:
    case TokenForm::sized:
    case TokenForm::newline:
    case TokenForm::escape:
    case TokenForm::space:
    case TokenForm::empty: break;
  }
  return Poco::toJSON(token);
}

std::string token_type_value(const FaultPlan& plan) {
  if (!plan.token_type) return "\"bearer\"";
  return plan.token_type->empty() ? std::string{} : Poco::toJSON(*plan.token_type);
}

void add_member(std::string& object, const char* name, const std::string& value) {
  if (value.empty()) return;
  object += (object.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + value;
}

std::string nested(int levels) {
  std::string json;
  for (int level = 0; level < levels; ++level)
    json += "{\"data\":";
  json += "1";
  json.append(static_cast<std::size_t>(levels), '}');
  return json;
}

std::string in_envelope(EnvelopeForm form, const std::string& data) {
  switch (form) {
    case EnvelopeForm::usual: return "{\"data\":" + data + "}";
    case EnvelopeForm::missing: return R"({"status":"ok"})";
    case EnvelopeForm::array: return "{\"data\":[" + data + "]}";
    case EnvelopeForm::deep: return nested(deep_levels);
  }
  return {};
}

std::string issue_token(const FaultPlan& plan) {
  std::string token = random_jwt(plan.token == TokenForm::sized ? plan.token_size : usual_token_size);
  switch (plan.token) {
    case TokenForm::usual:
    case TokenForm::sized: return token;
    case TokenForm::newline: return token + "\nX-Injected: yes";
    case TokenForm::escape: return token + "\x1b[31mred\x1b[0m";
    case TokenForm::space: return token + " with space";
    case TokenForm::empty:
    case TokenForm::missing:
    case TokenForm::number:
    case TokenForm::null: break;
  }
  return {};
}

std::string authorize_reply(Generation generation, const std::string& token, ServerTime now,
                            std::chrono::milliseconds lifetime, const FaultPlan& plan) {
  std::string data = "{";
  if (generation == Generation::v3) {
    add_member(data, "tenantId", "\"sandbox\"");
    add_member(data, "sessionId", Poco::toJSON(random_base64url(64)));
  }
  add_member(data, "tokenType", token_type_value(plan));
  add_member(data, "accessToken", token_value(plan.token, token));
  add_member(data, "accessTokenExpire", expiry_value(plan.expiry, now, now + lifetime));
  return in_envelope(plan.envelope, data + "}");
}

bool accepts_generation(KeyGeneration keys, Generation generation) noexcept {
  return keys == KeyGeneration::both || (keys == KeyGeneration::v1) == (generation == Generation::v1);
}

}  // namespace

AuthorizeRoute::AuthorizeRoute(const ApiKeys& keys, TokenRegister& tokens, Counters& counters,
                               std::chrono::milliseconds lifetime)
    : keys_(keys), tokens_(tokens), counters_(counters), lifetime_(lifetime) {}

Response AuthorizeRoute::answer(const Request& request, Generation generation, const FaultPlan& plan,
                                ServerTime now) {
  if (!is_json_content(request.content_type)) return reject(400, request, generation, plan);
  const auto api_key = parse_authorize_body(request.body);
  if (!api_key) return reject(400, request, generation, plan);
  if (!keys_.accepts(*api_key) || !accepts_generation(plan.keys, generation))
    return reject(401, request, generation, plan);
  // Before a token is issued: a response with an error must not leave a valid token.
  if (plan.body) return fault_error(plan, authorize_error_shape(generation), request);

  const std::string token = issue_token(plan);
  const auto lifetime = plan.lifetime.value_or(lifetime_);
  const auto earlier = plan.single_session ? EarlierTokens::end : EarlierTokens::keep;
  tokens_.add(token, {generation, *api_key, lifetime, earlier}, TokenRegister::Clock::now());
  counters_.count(Event::token_response);
  return json_response(200, authorize_reply(generation, token, now, lifetime, plan));
}

Response AuthorizeRoute::reject(int status, const Request& request, Generation generation,
                                const FaultPlan& plan) {
  counters_.count(Event::rejected);
  const char* const message = status == 401 ? "Unauthorized - Invalid credentials" : "Bad Request";
  const BodyShape shape = plan.body.value_or(authorize_error_shape(generation));
  return error_response(shape, status, message, find_secret(request));
}

}  // namespace sase::sandbox
