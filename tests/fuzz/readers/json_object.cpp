// SPDX-License-Identifier: Apache-2.0
#include "protocol/json_object.hpp"

#include "protocol/protocol_error.hpp"
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
  check(is_printable(error.what()) && std::string_view(error.what()).size() < 250, "an error can be shown");
  return std::nullopt;
}

/// The document as POCO reads it; null where it cannot, as with some numbers.
Object::Ptr document(std::string_view bytes) try {
  return Poco::JSON::Parser().parse(std::string(bytes)).extract<Object::Ptr>();
} catch (const Poco::Exception&) {
  return {};
}

void check_members(const JsonObject& object, const Object& other) {
  const auto names = object.names();
  check(std::set(names.begin(), names.end()).size() == names.size(), "no member stands twice");
  check(names.size() == other.size(), "another reader finds as many members");
  for (const auto& [name, value] : other) {
    if (value.isString())
      check(object.text(name) == value.toString(), "another reader finds the same string");
    if (value.type() == typeid(Object::Ptr))
      check_members(*object.object(name), *value.extract<Object::Ptr>());
  }
}

}  // namespace

/// A document of a host's, as it is read here and as POCO's own tree of it has it.
void json_object(std::string_view bytes) {
  const auto object = read(bytes);
  if (!object) return;
  // POCO takes what follows an escaped NUL for something else.
  if (bytes.find("\\u0") != std::string_view::npos) return;
  if (const Object::Ptr other = document(bytes)) check_members(*object, *other);
}

}  // namespace sase::fuzz
