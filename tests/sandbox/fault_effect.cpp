// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/fault_effect.hpp"

#include "tests/sandbox/request.hpp"

#include <Poco/Net/HTTPResponse.h>

#include <string_view>

namespace sase::sandbox {

namespace {

int forced_status(const FaultPlan& plan) {
  if (plan.status) return *plan.status;
  if (plan.redirect) return 302;
  if (plan.retry_after) return 429;
  return 0;
}

std::string retry_after_value(const std::string& fault, ServerTime now) {
  constexpr std::string_view dated = "date+";
  if (!fault.starts_with(dated)) return fault == "invalid" ? "soon" : fault;
  return http_date(now + std::chrono::seconds(std::stoll(fault.substr(dated.size()))));
}

/// Pads within a JSON object, so that the size limit of the client is tested and not its parser.
void pad(std::string& body, std::size_t size) {
  constexpr std::string_view opening = R"({"padding":")";
  constexpr std::string_view closing = "\",";
  const std::size_t frame = opening.size() + closing.size() - 1;
  const bool is_object = body.starts_with("{\"");
  if (body.size() + (is_object ? frame : 0) >= size) return;
  if (!is_object) {
    body.append(size - body.size(), 'x');
    return;
  }
  const std::string filling(size - body.size() - frame, 'x');
  body.replace(0, 1, std::string(opening) + filling + std::string(closing));
}

}  // namespace

std::optional<Response> replacement_response(const FaultPlan& plan, BodyShape usual, const Request& request) {
  const int status = forced_status(plan);
  if (plan.redirect) return Response{status, {{"Location", *plan.redirect}}, {}};
  if (status < 300) return std::nullopt;
  return fault_error(plan, usual, request);
}

Response fault_error(const FaultPlan& plan, BodyShape usual, const Request& request) {
  const int forced = forced_status(plan);
  const int status = forced != 0 ? forced : 500;
  const std::string message =
      Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
  return error_response(plan.body.value_or(usual), status, message, find_secret(request));
}

void apply_faults(Response& response, const FaultPlan& plan, ServerTime now) {
  if (plan.status && *plan.status < 300 && response.status < 300) response.status = *plan.status;
  if (plan.retry_after)
    response.headers.emplace_back("Retry-After", retry_after_value(*plan.retry_after, now));
  if (plan.big_body > 0) pad(response.body, plan.big_body);
  for (std::size_t i = 0; i < plan.many_headers; ++i) {
    response.headers.emplace_back("X-Sandbox-" + std::to_string(i), "one of many");
  }
}

std::string find_secret(const Request& request) {
  if (auto api_key = parse_authorize_body(request.body)) return *api_key;
  return request.body.empty() ? request.authorization : request.body;
}

}  // namespace sase::sandbox
