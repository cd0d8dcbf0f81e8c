// SPDX-License-Identifier: Apache-2.0
#include "protocol/json_object.hpp"

#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <optional>
#include <set>
#include <string>

namespace sase::fuzz {

namespace {

using Poco::JSON::Object;
using protocol::JsonObject;

std::optional<JsonObject> read(std::string_view bytes) try {
  return JsonObject::parse(bytes);
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()) && std::string_view(error.what()).size() < 250, "an error is printable");
  return std::nullopt;
}

/// The document as POCO parses it; null if POCO fails, for example for some numbers.
Object::Ptr document(std::string_view bytes) try {
  return Poco::JSON::Parser().parse(std::string(bytes)).extract<Object::Ptr>();
} catch (const Poco::Exception&) {
  return {};
}

void check_members(const JsonObject& object, const Object& other) {
  const auto names = object.names();
  check(std::set(names.begin(), names.end()).size() == names.size(), "no member is repeated");
  check(names.size() == other.size(), "another parser finds as many members");
  for (const auto& [name, value] : other) {
    if (value.isString())
      check(object.text(name) == value.toString(), "another parser finds the same string");
    if (value.type() == typeid(Object::Ptr))
      check_members(*object.object(name), *value.extract<Object::Ptr>());
  }
}

}  // namespace

/// A document of a host tool, compared with what POCO makes of it.
void json_object(std::string_view bytes) {
  const auto object = read(bytes);
  if (!object) return;
  // POCO reads the text after an escaped NUL differently.
  if (bytes.find("\\u0") != std::string_view::npos) return;
  if (const Object::Ptr other = document(bytes)) check_members(*object, *other);
}

}  // namespace sase::fuzz
