// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/json_members.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <string>

namespace sase::fuzz {

namespace {

using authorize::JsonMembers;
using Poco::JSON::Object;

/// The document as POCO parses it; null if it is not an object.
Object::Ptr document(std::string_view bytes) try {
  Poco::JSON::Parser parser;
  parser.setDepth(16);
  const auto root = parser.parse(std::string(bytes));
  return root.type() == typeid(Object::Ptr) ? root.extract<Object::Ptr>() : Object::Ptr();
} catch (const Poco::Exception&) {
  return {};
}

void check_members(const authorize::JsonMembers& members, const Object& object, const std::string& parent) {
  for (const auto& [name, value] : object) {
    if (value.isString())
      check(members.text(parent, name) == value.toString(), "a string is found, unchanged");
    else
      check(members.text(parent, name).empty(), "a value of another type is not a string");
    if (parent.empty() && value.type() == typeid(Object::Ptr) && !name.empty())
      check_members(members, *value.extract<Object::Ptr>(), name);
  }
}

}  // namespace

/// A document, compared with what POCO makes of it.
void json(std::string_view bytes) {
  const auto members = authorize::JsonMembers::parse(bytes);
  // Members beyond a limit are ignored.
  if (std::ranges::count(bytes, ',') > 200) return;
  const Object::Ptr object = document(bytes);
  if (object.isNull()) return;
  check(members.has_value(), "a document is parsed");
  check_members(*members, *object, {});
}

}  // namespace sase::fuzz
