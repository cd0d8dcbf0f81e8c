// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/json_members.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Handler.h>
#include <Poco/JSON/Parser.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace sase::authorize {

namespace {

using Kind = JsonMembers::Kind;

/// Deeper than any known document of the service, and far from the end of the stack.
constexpr std::size_t deepest_nesting = 16;

/// Further members are ignored; the service writes fewer than ten.
constexpr std::size_t most_members = 256;

/// Above this, a double is not exact.
constexpr double largest_whole = 9007199254740992.0;  // 2^53

/// Collects members from the events of POCO's parser. Without a document tree there are fewer copies of the
/// token: one in the parser's buffer and one in the string that it passes, both freed without being wiped.
class Collector : public Poco::JSON::Handler {
 public:
  [[nodiscard]] bool saw_object() const noexcept { return saw_object_; }
  [[nodiscard]] std::vector<JsonMembers::Member> take() noexcept { return std::move(members_); }

  void reset() override {}
  void startObject() override {
    saw_object_ = saw_object_ || levels_.empty();
    open(true);
  }
  void endObject() override { levels_.pop_back(); }
  void startArray() override { open(false); }
  void endArray() override { levels_.pop_back(); }
  void key(const std::string& name) override { levels_.back().key = name; }
  void null() override { add(Kind::null, {}); }
  void value(int number) override { add_whole(number); }
  void value(unsigned number) override { add_whole(number); }
  void value(Poco::Int64 number) override { add_whole(number); }
  void value(Poco::UInt64 number) override { add_whole(number); }
  void value(const std::string& text) override { add(Kind::text, text); }
  void value(double number) override {
    if (std::isfinite(number) && std::fabs(number) < largest_whole)
      add_whole(static_cast<std::int64_t>(number));
    else
      null();
  }
  void value(bool /*truth*/) override { add(Kind::other, {}); }

 private:
  struct Level {
    bool is_object;
    std::string key;
  };

  void open(bool is_object) {
    add(Kind::other, {});
    levels_.push_back({.is_object = is_object, .key = {}});
  }

  template <typename Whole>
  void add_whole(Whole number) {
    add(Kind::number, std::to_string(number));
  }

  [[nodiscard]] bool is_wanted() const noexcept {
    if (levels_.empty() || levels_.size() > 2) return false;
    // An object with an empty name would be taken for the outermost one.
    if (levels_.size() == 2 && levels_.front().key.empty()) return false;
    return std::ranges::all_of(levels_, &Level::is_object);
  }

  void add(Kind kind, std::string_view text) {
    if (!is_wanted() || members_.size() == most_members) return;
    members_.push_back({.parent = levels_.size() == 2 ? levels_.front().key : std::string(),
                        .name = levels_.back().key,
                        .kind = kind,
                        .text = protocol::Secret(text)});
  }

  std::vector<Level> levels_;
  std::vector<JsonMembers::Member> members_;
  bool saw_object_ = false;
};

bool may_be_in_number(char c) noexcept {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// Whether POCO's parser throws for this number, or the number overflows.
bool is_out_of_range(std::string_view number) noexcept {
  constexpr std::size_t always_fits = 18;
  if (number.size() <= always_fits && number.find_first_of("eE") == std::string_view::npos) return false;
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (end != number.data() + number.size()) return false;
  return error == std::errc::result_out_of_range || std::fabs(value) >= largest_whole;
}

/// The length of the string that begins at the front, quotation marks included.
std::size_t string_length(std::string_view text) noexcept {
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"')
    end += text[end] == '\\' ? 2U : 1U;
  return std::min(end + 1, text.size());
}

/// The document with each number that is out of range replaced by `null`.
std::string without_large_numbers(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  while (!json.empty()) {
    std::size_t length = 1;
    if (json.front() == '"') length = string_length(json);
    if (json.front() == '-' || (json.front() >= '0' && json.front() <= '9')) {
      const auto* const end = std::ranges::find_if_not(json, may_be_in_number);
      length = static_cast<std::size_t>(end - json.begin());
      if (is_out_of_range(json.substr(0, length))) {
        text += "null";
        json.remove_prefix(length);
        continue;
      }
    }
    text += json.substr(0, length);
    json.remove_prefix(length);
  }
  return text;
}

}  // namespace

std::optional<JsonMembers> JsonMembers::parse(std::string_view json) {
  std::string text = without_large_numbers(json);
  Poco::JSON::Handler::Ptr handler(new Collector);
  auto& collector = static_cast<Collector&>(*handler);
  bool good = true;
  try {
    Poco::JSON::Parser parser(handler);
    parser.setDepth(deepest_nesting);
    parser.parse(text);
  } catch (const Poco::Exception&) {
    good = false;
  }
  OPENSSL_cleanse(text.data(), text.size());
  if (!good || !collector.saw_object()) return std::nullopt;
  return JsonMembers(collector.take());
}

const JsonMembers::Member* JsonMembers::find(std::string_view parent, std::string_view name) const noexcept {
  const auto found = std::find_if(members_.rbegin(), members_.rend(), [&](const Member& member) {
    return member.parent == parent && member.name == name;
  });
  return found == members_.rend() ? nullptr : &*found;
}

std::string_view JsonMembers::text(std::string_view parent, std::string_view name) const noexcept {
  const Member* const member = find(parent, name);
  return member != nullptr && member->kind == Kind::text ? member->text.reveal() : std::string_view();
}

}  // namespace sase::authorize
