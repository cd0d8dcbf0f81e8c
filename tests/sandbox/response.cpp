// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/response.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/JSONString.h>
#include <Poco/Net/HTTPResponse.h>

namespace sase::sandbox {

namespace {

std::string format_code(int status) {
  std::string code =
      Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
  for (char& c : code) {
    if (c == ' ' || c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return code;
}

std::string html_page(int status) {
  const std::string title = std::to_string(status) + " " + format_code(status);
  return "<html>\n<head><title>" + title + "</title></head>\n<body><center><h1>" + title +
         "</h1></center><hr></body>\n</html>\n";
}

}  // namespace

Response json_response(int status, std::string json) {
  return {status, {{"Content-Type", "application/json; charset=utf-8"}}, std::move(json)};
}

Response text_response(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

Response error_response(BodyShape shape, int status, const std::string& message, const std::string& echo) {
  const std::string quoted = Poco::toJSON(message);
  const std::string number = std::to_string(status);
  const std::string code = Poco::toJSON(format_code(status));
  switch (shape) {
    case BodyShape::message:
      return json_response(
          status, "{\"message\":" + quoted + ",\"messageCode\":" + code + ",\"status\":" + number + "}");
    case BodyShape::id_message:
      return json_response(status, "{\"id\":" + code + ",\"message\":" + quoted + "}");
    case BodyShape::gum:
      return json_response(status, "{\"body\":" + quoted + ",\"statusCode\":" + number + "}");
    case BodyShape::html: return {status, {{"Content-Type", "text/html"}}, html_page(status)};
    case BodyShape::empty: return {status, {}, {}};
    case BodyShape::not_json: return json_response(status, "{\"data\": this is not JSON");
    case BodyShape::echo_key:
      return json_response(status, "{\"message\":" + Poco::toJSON("invalid value: " + echo) + ",\"value\":" +
                                       Poco::toJSON(echo) + ",\"statusCode\":" + number + "}");
  }
  return {};
}

BodyShape authorize_error_shape(Generation generation) noexcept {
  return generation == Generation::v3 ? BodyShape::gum : BodyShape::id_message;
}

Response unknown_route(const std::string& method, const std::string& path) {
  if (path.starts_with("/v3/") || path == "/v3") return json_response(403, R"({"message":"Forbidden"})");
  return text_response(404, "Cannot " + method + " " + path);
}

std::string http_date(ServerTime time) {
  const Poco::Timestamp stamp = Poco::Timestamp::fromEpochTime(std::chrono::system_clock::to_time_t(time));
  return Poco::DateTimeFormatter::format(stamp, Poco::DateTimeFormat::HTTP_FORMAT);
}

}  // namespace sase::sandbox
