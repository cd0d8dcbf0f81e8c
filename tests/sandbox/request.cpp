// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/request.hpp"

#include <Poco/Base64Decoder.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/String.h>

#include <istream>
#include <iterator>
#include <sstream>

namespace sase::sandbox {

namespace {

constexpr std::size_t deepest = 16;

std::optional<std::string> string_member(const Poco::JSON::Object& object, const std::string& name) {
  if (!object.has(name) || !object.get(name).isString()) return std::nullopt;
  return object.get(name).extract<std::string>();
}

/// The text after the name of the scheme, which is case-insensitive (RFC 9110 section 11.1).
std::optional<std::string> after_scheme(const std::string& authorization, const std::string& scheme) {
  const std::size_t space = authorization.find(' ');
  if (space == std::string::npos) return std::nullopt;
  if (Poco::icompare(authorization.substr(0, space), scheme) != 0) return std::nullopt;
  return Poco::trim(authorization.substr(space));
}

std::string decoded(const std::string& base64) {
  try {
    std::istringstream source(base64);
    Poco::Base64Decoder decoder(source);
    return std::string(std::istreambuf_iterator<char>(decoder), {});
  } catch (const Poco::Exception&) {
    return {};
  }
}

}  // namespace

std::optional<std::string> parse_authorize_body(const std::string& body) {
  try {
    Poco::JSON::Parser parser;
    parser.setDepth(deepest);
    const Poco::Dynamic::Var document = parser.parse(body);
    if (document.type() != typeid(Poco::JSON::Object::Ptr)) return std::nullopt;
    const auto& object = document.extract<Poco::JSON::Object::Ptr>();
    if (string_member(*object, "grantType") != "api_key") return std::nullopt;
    return string_member(*object, "apiKey");
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
}

bool is_json_content(const std::string& content_type) {
  const std::string type = content_type.substr(0, content_type.find(';'));
  return Poco::icompare(Poco::trim(type), "application/json") == 0;
}

std::optional<std::string> bearer_token(const std::string& authorization) {
  return after_scheme(authorization, "Bearer");
}

std::optional<std::string> basic_password(const std::string& authorization) {
  const auto base64 = after_scheme(authorization, "Basic");
  if (!base64) return std::nullopt;
  const std::string pair = decoded(*base64);
  const std::size_t colon = pair.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return pair.substr(colon + 1);
}

}  // namespace sase::sandbox
