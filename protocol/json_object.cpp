// SPDX-License-Identifier: Apache-2.0
#include "protocol/json_object.hpp"

#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

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

}  // namespace

/// Collects the members from the events of the library's parser. The parser does not recurse, so that deep
/// nesting is rejected here before it can exhaust the stack.
class JsonCollector final : public nlohmann::json_sax<Json> {
 public:
  [[nodiscard]] JsonObject result() noexcept { return std::move(result_); }

  bool null() override { return add(JsonKind::null); }
  bool boolean(bool /*value*/) override { return add(JsonKind::other); }
  bool number_integer(number_integer_t value) override {
    return add(JsonKind::number, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add(JsonKind::number, std::to_string(value));
  }
  bool number_float(number_float_t value, const string_t& digits) override {
    const bool is_exact = std::fabs(value) < largest_whole;
    return add(JsonKind::number, is_exact ? std::to_string(static_cast<std::int64_t>(value)) : digits);
  }
  bool binary(binary_t& /*value*/) override { return add(JsonKind::other); }
  bool string(string_t& value) override { return add(JsonKind::text, std::move(value)); }

  bool start_object(std::size_t /*size*/) override { return open(Level::Kind::object); }
  bool start_array(std::size_t /*size*/) override { return open(Level::Kind::array); }
  bool key(string_t& name) override {
    if (!levels_.back().names.insert(name).second) throw ProtocolError(quote_name(name) + " is repeated");
    levels_.back().name = std::move(name);
    return true;
  }
  bool end_object() override {
    JsonObject object = std::move(levels_.back().object);
    levels_.pop_back();
    if (levels_.empty())
      result_ = std::move(object);
    else
      add(JsonKind::object, {}, std::move(object));
    return true;
  }
  bool end_array() override {
    levels_.pop_back();
    return add(JsonKind::other);
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    throw ProtocolError("it is not valid JSON at byte " + std::to_string(position));
  }

 private:
  struct Level {
    enum class Kind { object, array };
    Kind kind;
    JsonObject object;
    std::set<std::string, std::less<>> names;
    std::string name;  ///< of the member whose value is next
  };

  bool open(Level::Kind kind) {
    if (levels_.empty() && kind != Level::Kind::object) reject_other_document();
    if (levels_.size() == JsonObject::deepest_nesting)
      throw ProtocolError("it is nested deeper than " + std::to_string(JsonObject::deepest_nesting) +
                          " levels");
    levels_.push_back({.kind = kind, .object = {}, .names = {}, .name = {}});
    return true;
  }
  bool add(JsonKind kind, std::string text = {}, JsonObject object = {}) {
    if (levels_.empty()) reject_other_document();
    Level& level = levels_.back();
    if (level.kind == Level::Kind::array) return true;
    level.object.members_.push_back({std::move(level.name), kind, std::move(text), std::move(object)});
    return true;
  }
  [[noreturn]] static void reject_other_document() { throw ProtocolError("it is not a JSON object"); }

  std::vector<Level> levels_;
  JsonObject result_;
};

JsonObject JsonObject::parse(std::string_view text, std::size_t limit) {
  if (text.size() > limit) throw ProtocolError("it is longer than " + std::to_string(limit) + " bytes");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) throw ProtocolError("it is empty");
  // The library skips a byte order mark and treats NUL as the end.
  if (text.starts_with("\xef\xbb\xbf")) throw ProtocolError("it begins with a byte order mark");
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    throw ProtocolError("it is not valid JSON at byte " + std::to_string(nul + 1));
  JsonCollector collector;
  Json::sax_parse(text.begin(), text.end(), &collector);
  return collector.result();
}

std::vector<std::string_view> JsonObject::names() const {
  std::vector<std::string_view> all;
  all.reserve(members_.size());
  for (const Member& member : members_)
    all.push_back(member.name);
  return all;
}

std::optional<std::string_view> JsonObject::text(std::string_view name) const {
  const Member* const member = find(name);
  if (member == nullptr || member->kind == JsonKind::null) return std::nullopt;
  if (member->kind != JsonKind::text) throw ProtocolError(quote_name(name) + " is not a string");
  return member->text;
}

const JsonObject* JsonObject::object(std::string_view name) const {
  const Member* const member = find(name);
  if (member == nullptr || member->kind == JsonKind::null) return nullptr;
  if (member->kind != JsonKind::object) throw ProtocolError(quote_name(name) + " is not an object");
  return &member->object;
}

std::string_view JsonObject::characters(std::string_view name) const noexcept {
  const Member* const member = find(name);
  return member == nullptr ? std::string_view() : member->text;
}

const JsonObject::Member* JsonObject::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(members_, name, &Member::name);
  return found == members_.end() ? nullptr : &*found;
}

}  // namespace sase::protocol
