// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/refresh_attempt.hpp"

#include "protocol/git/message.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace sase::watch {

namespace {

using protocol::ProtocolError;
using Values = std::map<std::string, std::string, std::less<>>;

void append(std::string& text, std::string_view key, std::string_view value) {
  text.append(key).append("=").append(value).append("\n");
}

void append(std::string& text, std::string_view key, long long value) {
  append(text, key, std::to_string(value));
}

Values read(std::string_view text) {
  Values values;
  protocol::MessageReader reader(text);
  while (const auto attribute = reader.next())
    values.insert_or_assign(std::string(attribute->key), std::string(attribute->value));
  return values;
}

std::string_view text_of(const Values& values, std::string_view key) {
  const auto found = values.find(key);
  if (found == values.end()) throw ProtocolError("there is no '" + std::string(key) + "'");
  return found->second;
}

long long number_of(const Values& values, std::string_view key) {
  const std::string_view text = text_of(values, key);
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw ProtocolError("'" + std::string(key) + "' is not a number");
  return number;
}

ExitCode code_of(const Values& values) {
  const auto number = number_of(values, "code");
  const auto row = std::ranges::find(
      exit_codes, number, [](const ExitMeaning& meaning) { return static_cast<int>(meaning.code); });
  return row == exit_codes.end() ? ExitCode::internal_error : row->code;
}

PublishedToken token_of(const Values& values) {
  PublishedToken token;
  token.name = text_of(values, "token");
  token.mark.device = static_cast<dev_t>(number_of(values, "device"));
  token.mark.number = static_cast<ino_t>(number_of(values, "number"));
  token.mark.written = {.tv_sec = static_cast<time_t>(number_of(values, "written")),
                        .tv_nsec = static_cast<long>(number_of(values, "written_ns"))};
  token.left = std::chrono::seconds(number_of(values, "left"));
  token.ahead = std::chrono::seconds(number_of(values, "ahead"));
  token.is_due_for_refresh = number_of(values, "ageing") != 0;
  return token;
}

}  // namespace

std::string RefreshAttempt::write() const {
  std::string text;
  if (token) {
    append(text, "token", token->name);
    append(text, "device", static_cast<long long>(token->mark.device));
    append(text, "number", static_cast<long long>(token->mark.number));
    append(text, "written", token->mark.written.tv_sec);
    append(text, "written_ns", token->mark.written.tv_nsec);
    append(text, "left", token->left.count());
    append(text, "ahead", token->ahead.count());
    append(text, "ageing", token->is_due_for_refresh ? 1 : 0);
  }
  if (trouble) {
    append(text, "code", static_cast<int>(trouble->code));
    append(text, "what", trouble->what());
    append(text, "hint", trouble->hint);
  }
  return text;
}

RefreshAttempt RefreshAttempt::parse(std::string_view text) {
  const Values values = read(text);
  RefreshAttempt round;
  if (values.contains("token")) round.token = token_of(values);
  if (values.contains("code"))
    round.trouble =
        Failure(code_of(values), std::string(text_of(values, "what")), std::string(text_of(values, "hint")));
  if (!round.token && !round.trouble) throw ProtocolError("it says nothing");
  return round;
}

}  // namespace sase::watch
