// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/credential.hpp"

#include "protocol/base64.hpp"
#include "protocol/escape.hpp"
#include "protocol/host.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sase::protocol {

namespace {

using namespace std::string_view_literals;

constexpr auto too_long = "a line is longer than 1 MiB";
constexpr auto too_many = "there are more than 65,536 lines";
constexpr auto too_large = "it is larger than 4 MiB";

Attribute split(std::string_view line) {
  if (line.find_first_of("\0\r"sv) != std::string_view::npos)
    throw ProtocolError("a line contains a NUL or a carriage return");
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) throw ProtocolError("a line has no '='");
  if (equals == 0) throw ProtocolError("a line has no key before '='");
  return {.key = line.substr(0, equals), .value = line.substr(equals + 1)};
}

/// The keys that git documents as single-valued. A repeated key is rejected: programs differ in whether the
/// first or the last value counts, and this difference has leaked passwords (CVE-2020-5260).
constexpr std::array<std::string_view, 13> single_valued = {"protocol",
                                                            "host",
                                                            "username",
                                                            "password",
                                                            "url",
                                                            "credential",
                                                            "path",
                                                            "authtype",
                                                            "password_expiry_utc",
                                                            "ephemeral",
                                                            "oauth_refresh_token",
                                                            "quit",
                                                            "continue"};

/// Indices of the keys that are used.
enum class Key { protocol, host, username, password, url, credential };

/// The values of the single-valued keys of one message.
class SingleValues {
 public:
  void add(const Attribute& attribute) {
    const auto name = std::ranges::find(single_valued, attribute.key);
    if (name == single_valued.end()) return;  // unknown keys are ignored
    auto& value = values_[static_cast<std::size_t>(name - single_valued.begin())];
    if (value) throw ProtocolError("'" + std::string(*name) + "' is repeated");
    value = attribute.value;
  }

  [[nodiscard]] const std::optional<std::string_view>& operator[](Key key) const noexcept {
    return values_[static_cast<std::size_t>(key)];
  }

 private:
  std::array<std::optional<std::string_view>, single_valued.size()> values_;
};

void apply_capability(CredentialRequest& request, const Attribute& attribute) {
  if (attribute.key != "capability[]") return;
  if (attribute.value.empty()) request.authtype = false;  // an empty value resets the list
  if (attribute.value == "authtype") request.authtype = true;
}

[[noreturn]] void reject_contradiction(std::string_view name) {
  throw ProtocolError("'url' and '" + std::string(name) + "' contradict each other");
}

/// git splits a URL before it calls helpers; other tools (gitoxide) send it, with or without its parts.
void apply_url(CredentialRequest& request, std::string_view url, const SingleValues& values) {
  const Origin origin = parse_url(url).origin;
  if (const auto given = values[Key::protocol]; given && *given != origin.scheme)
    reject_contradiction("protocol");
  if (const auto given = values[Key::host]; given && Host::parse(*given) != origin.host)
    reject_contradiction("host");
  const auto username = values[Key::username];
  if (username && !origin.user.empty() && *username != origin.user) reject_contradiction("username");
  request.protocol = origin.scheme;
  request.host = origin.host.text();
  if (!origin.user.empty()) request.username = origin.user;
}

void require(std::string_view value, std::string_view name) {
  // An absent or empty value is rejected and never means "any" (CVE-2020-11008).
  if (value.empty()) throw ProtocolError("'" + std::string(name) + "' is missing or empty");
}

}  // namespace

std::optional<Attribute> MessageReader::next() {
  const auto end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
  if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    rest_ = {};
    return std::nullopt;
  }
  if (line.size() > max_line_size) throw ProtocolError(too_long);
  if (++lines_ > max_lines) throw ProtocolError(too_many);
  return split(line);
}

bool MessageScanner::scan(std::string_view arrived) {
  for (const char c : arrived) {
    if (++size_ > max_message_size) throw ProtocolError(too_large);
    if (c == '\n' && end_line()) return true;
    if (c != '\n' && ++line_size_ > max_line_size) throw ProtocolError(too_long);
    last_ = c;
  }
  return false;
}

bool MessageScanner::end_line() {
  if (line_size_ == 0 || (line_size_ == 1 && last_ == '\r')) return true;
  if (++lines_ > max_lines) throw ProtocolError(too_many);
  line_size_ = 0;
  return false;
}

void append(Secret& message, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  if (value.find_first_of("\n\r\0"sv) != std::string_view::npos)
    throw ProtocolError("'" + std::string(key) + "' contains a line end or NUL");
  for (const std::string_view part : {key, "="sv, value, "\n"sv})
    message.append(part);
}

bool parse_flag(const Attribute& attribute) {
  if (attribute.value != "0" && attribute.value != "1")
    throw ProtocolError("'" + std::string(attribute.key) + "' is neither 0 nor 1");
  return attribute.value == "1";
}

std::string parse_bytes(const Attribute& attribute) {
  auto bytes = decode_base64(attribute.value);
  if (!bytes) throw ProtocolError("'" + std::string(attribute.key) + "' is not base64");
  return std::move(*bytes);
}

void require_printable(const Attribute& attribute) {
  if (!is_printable_text(attribute.value))
    throw ProtocolError("'" + std::string(attribute.key) + "' is not printable");
}

void reject_key(std::string_view key) {
  throw ProtocolError("the key '" + escape(key.substr(0, 40)) + "' is unknown");
}

CredentialRequest CredentialRequest::parse(std::string_view text) {
  CredentialRequest request;
  SingleValues values;
  MessageReader reader(text);
  while (const auto attribute = reader.next()) {
    values.add(*attribute);
    apply_capability(request, *attribute);
  }
  if (!reader.any()) throw ProtocolError("the request is empty");
  request.protocol = values[Key::protocol].value_or("");
  request.host = values[Key::host].value_or("");
  request.username = values[Key::username].value_or("");
  request.secret = values[Key::credential].value_or(values[Key::password].value_or(""));
  if (const auto url = values[Key::url]) apply_url(request, *url, values);
  require(request.protocol, "protocol");
  require(request.host, "host");
  return request;
}

Secret write_credential_reply(ReplyForm form, std::string_view username, const BearerToken& token,
                              std::chrono::sys_seconds expiry) {
  const std::string time = std::to_string(expiry.time_since_epoch().count());
  switch (form) {
    case ReplyForm::password:
      return Secret::join(
          {"username=", username, "\npassword=", token.reveal(), "\npassword_expiry_utc=", time, "\n\n"});
    case ReplyForm::bearer:
      // Ephemeral: other helpers in git's list must not store the token.
      return Secret::join({"capability[]=authtype\nauthtype=Bearer\ncredential=", token.reveal(),
                           "\npassword_expiry_utc=", time, "\nephemeral=1\n\n"});
  }
  return {};
}

}  // namespace sase::protocol
