// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/authorize_request.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/String.h>

namespace sase::sandbox {

namespace {

constexpr std::size_t deepest = 16;

std::optional<std::string> string_member(const Poco::JSON::Object& object, const std::string& name) {
  if (!object.has(name) || !object.get(name).isString()) return std::nullopt;
  return object.get(name).extract<std::string>();
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

}  // namespace sase::sandbox
