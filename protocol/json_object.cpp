// SPDX-License-Identifier: Apache-2.0
#include "protocol/json_object.hpp"

#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <set>

namespace sase::protocol {

namespace {

/// A wider type than double: a number such as 1e400 does not fail the document.
using Json =
    nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, long double>;

/// Above this, JSON numbers differ between programs (RFC 8259 section 6).
constexpr long double largest_whole = 9007199254740992.0L;  // 2^53

/// A member name for a message; without the name if it is too long to help.
std::string quote_name(std::string_view name) {
  constexpr std::size_t longest_quoted = 40;
  return name.size() > longest_quoted ? "a member" : "'" + escape(name) + "'";
}

[[noreturn]] void reject_syntax(std::size_t position) {
  throw ProtocolError("it is not valid JSON at byte " + std::to_string(position));
}

/// The rules that the library does not know. It calls this while it parses, without recursion, so that deep
/// nesting is rejected before it can exhaust the stack.
class StrictRules {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (depth == 0 && event == Event::array_start) reject_other_document();
      if (depth >= JsonObject::deepest_nesting)
        throw ProtocolError("it is nested deeper than " + std::to_string(JsonObject::deepest_nesting) +
                            " levels");
      names_.emplace_back();
    }
    if (event == Event::object_end || event == Event::array_end) names_.pop_back();
    if (event == Event::value && depth == 0) reject_other_document();
    if (event == Event::key && !names_.back().insert(parsed.get_ref<const std::string&>()).second)
      throw ProtocolError(quote_name(parsed.get_ref<const std::string&>()) + " is repeated");
    return true;
  }

 private:
  [[noreturn]] static void reject_other_document() { throw ProtocolError("it is not a JSON object"); }

  std::vector<std::set<std::string>> names_;  ///< of the members so far, for each level
};

/// A member of an object; null if it is absent or null.
const Json* find(const std::shared_ptr<const void>& object, std::string_view name) {
  const auto& members = *static_cast<const Json*>(object.get());
  const auto found = members.find(std::string(name));
  return found == members.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

JsonObject JsonObject::parse(std::string_view text, std::size_t limit) try {
  if (text.size() > limit) throw ProtocolError("it is longer than " + std::to_string(limit) + " bytes");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) throw ProtocolError("it is empty");
  // The library skips a byte order mark and treats NUL as the end.
  if (text.starts_with("\xef\xbb\xbf")) throw ProtocolError("it begins with a byte order mark");
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) reject_syntax(nul + 1);
  return JsonObject(std::make_shared<const Json>(Json::parse(text.begin(), text.end(), StrictRules())));
} catch (const Json::parse_error& error) {
  reject_syntax(error.byte);
} catch (const Json::out_of_range&) {
  throw ProtocolError("it is not valid JSON: a number is too large");
}

std::vector<std::string_view> JsonObject::names() const {
  std::vector<std::string_view> all;
  for (const auto& member : static_cast<const Json*>(json_.get())->items())
    all.emplace_back(member.key());
  return all;
}

std::optional<std::string_view> JsonObject::text(std::string_view name) const {
  const Json* const member = find(json_, name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) throw ProtocolError(quote_name(name) + " is not a string");
  return member->get_ref<const std::string&>();
}

std::optional<JsonObject> JsonObject::object(std::string_view name) const {
  const Json* const member = find(json_, name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_object()) throw ProtocolError(quote_name(name) + " is not an object");
  return JsonObject(std::shared_ptr<const void>(json_, member));
}

std::string JsonObject::characters(std::string_view name) const {
  const Json* const member = find(json_, name);
  if (member == nullptr) return {};
  if (member->is_string()) return member->get<std::string>();
  if (member->is_number_integer()) return member->dump();
  const auto value = member->is_number_float() ? member->get<long double>() : largest_whole;
  return std::fabs(value) < largest_whole ? std::to_string(static_cast<std::int64_t>(value)) : std::string();
}

}  // namespace sase::protocol
