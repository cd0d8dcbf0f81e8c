// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/credential_request.hpp"

#include "protocol/git/message.hpp"
#include "protocol/host.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace sase::protocol {

namespace {

/// The keys that git documents as single-valued. A repeated one is refused, because programs differ in
/// whether the first or the last counts, and that difference once gave passwords to strangers
/// (CVE-2020-5260).
enum class Key {
  protocol,
  host,
  username,
  password,
  url,
  path,
  authtype,
  credential,
  expiry,
  ephemeral,
  refresh_token,
  quit,
  go_on,
  count
};

constexpr auto key_count = static_cast<std::size_t>(Key::count);

constexpr std::array<std::string_view, key_count> key_names = {"protocol",
                                                               "host",
                                                               "username",
                                                               "password",
                                                               "url",
                                                               "path",
                                                               "authtype",
                                                               "credential",
                                                               "password_expiry_utc",
                                                               "ephemeral",
                                                               "oauth_refresh_token",
                                                               "quit",
                                                               "continue"};

/// Every single-valued key of one message with its value, if it was there.
class SingleValues {
 public:
  void take(const Attribute& attribute) {
    const auto name = std::ranges::find(key_names, attribute.key);
    if (name == key_names.end()) return;  // unknown keys are for others, now or later
    auto& value = values_[static_cast<std::size_t>(name - key_names.begin())];
    if (value) throw ProtocolError("'" + std::string(*name) + "' stands twice");
    value = attribute.value;
  }

  [[nodiscard]] const std::optional<std::string_view>& operator[](Key key) const noexcept {
    return values_[static_cast<std::size_t>(key)];
  }

 private:
  std::array<std::optional<std::string_view>, key_count> values_;
};

void take_capability(CredentialRequest& request, const Attribute& attribute) {
  if (attribute.key != "capability[]") return;
  if (attribute.value.empty()) request.authtype = false;  // an empty value resets the list
  if (attribute.value == "authtype") request.authtype = true;
}

[[noreturn]] void disagree(std::string_view name) {
  throw ProtocolError("'url' and '" + std::string(name) + "' disagree");
}

/// git expands a URL before it asks helpers; others (gitoxide) pass it on, alone or beside its parts.
void apply_url(CredentialRequest& request, std::string_view url, const SingleValues& values) {
  const Origin origin = parse_url(url).origin;
  if (const auto given = values[Key::protocol]; given && *given != origin.scheme) disagree("protocol");
  if (const auto given = values[Key::host]; given && Host::parse(*given) != origin.host) disagree("host");
  const auto username = values[Key::username];
  if (username && !origin.user.empty() && *username != origin.user) disagree("username");
  request.protocol = origin.scheme;
  request.host = origin.host.text();
  if (!origin.user.empty()) request.username = origin.user;
}

void require(std::string_view value, std::string_view name) {
  // An absent or empty part is refused and never means "any" (CVE-2020-11008).
  if (value.empty()) throw ProtocolError("'" + std::string(name) + "' is missing or empty");
}

}  // namespace

CredentialRequest CredentialRequest::parse(std::string_view text) {
  CredentialRequest request;
  SingleValues values;
  MessageReader reader(text);
  while (const auto attribute = reader.next()) {
    values.take(*attribute);
    take_capability(request, *attribute);
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

}  // namespace sase::protocol
