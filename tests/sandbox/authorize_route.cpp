// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/authorize_route.hpp"

#include "tests/sandbox/authorize_reply.hpp"
#include "tests/sandbox/authorize_request.hpp"
#include "tests/sandbox/fault_effect.hpp"

namespace sase::sandbox {

namespace {

bool is_for(KeyGeneration keys, Generation generation) noexcept {
  return keys == KeyGeneration::both || (keys == KeyGeneration::v1) == (generation == Generation::v1);
}

}  // namespace

AuthorizeRoute::AuthorizeRoute(const ApiKeys& keys, TokenRegister& tokens, Counters& counters,
                               std::chrono::milliseconds lifetime)
    : keys_(keys), tokens_(tokens), counters_(counters), lifetime_(lifetime) {}

Response AuthorizeRoute::answer(const Request& request, Generation generation, const FaultPlan& plan,
                                ServerTime now) {
  if (!is_json_content(request.content_type)) return refuse(400, request, generation, plan);
  const auto api_key = parse_authorize_body(request.body);
  if (!api_key) return refuse(400, request, generation, plan);
  if (!keys_.accepts(*api_key) || !is_for(plan.keys, generation))
    return refuse(401, request, generation, plan);
  // Before anything is minted: an error body must not leave a live token behind.
  if (plan.body) return faulty_error(plan, authorize_error_shape(generation), request);

  const std::string token = mint_token(plan);
  const auto lifetime = plan.lifetime.value_or(lifetime_);
  const auto earlier = plan.single_session ? EarlierTokens::end : EarlierTokens::keep;
  tokens_.add(token, {generation, *api_key, lifetime, earlier}, TokenRegister::Clock::now());
  counters_.count(Event::token_response);
  return json_response(200, authorize_reply(generation, token, now, lifetime, plan));
}

Response AuthorizeRoute::refuse(int status, const Request& request, Generation generation,
                                const FaultPlan& plan) {
  counters_.count(Event::refused);
  const char* const message = status == 401 ? "Unauthorized - Invalid credentials" : "Bad Request";
  const BodyShape shape = plan.body.value_or(authorize_error_shape(generation));
  return error_response(shape, status, message, what_was_sent(request));
}

}  // namespace sase::sandbox
