// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <optional>

namespace sase::fuzz {

namespace {

using protocol::CredentialRequest;

std::optional<CredentialRequest> read(std::string_view text) try {
  return CredentialRequest::parse(text);
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error is printable");
  return std::nullopt;
}

/// The number of lines of a message that start with `key`.
int count(std::string_view text, std::string_view key) {
  int found = 0;
  for (std::string_view line = take_line(text); !line.empty() && line != "\r"; line = take_line(text))
    found += line.starts_with(key) ? 1 : 0;
  return found;
}

void check_reply(const CredentialRequest& request) {
  const std::string profile = config::is_profile_name(request.username) ? request.username : "default";
  const auto form = request.authtype ? protocol::ReplyForm::bearer : protocol::ReplyForm::password;
  const protocol::BearerToken token(protocol::Secret("to.ken=="));
  const auto reply = protocol::write_credential_reply(form, profile, token, {});
  const std::string head = request.authtype ? "capability[]=authtype\nauthtype=Bearer\ncredential="
                                            : "username=" + profile + "\npassword=";
  check(reply.reveal() ==
            head + "to.ken==\npassword_expiry_utc=0\n" + (request.authtype ? "ephemeral=1\n\n" : "\n"),
        "a reply has the expected lines only");
}

}  // namespace

/// The request of a host tool.
void credential_request(std::string_view bytes) {
  const auto request = read(bytes);
  if (!request) return;
  check(!request->protocol.empty() && !request->host.empty(), "a request has a protocol and a host");
  check(is_one_line(request->protocol + request->host + request->username) && is_one_line(request->secret),
        "no value contains a line end or a NUL");
  check(count(bytes, "host=") <= 1 && count(bytes, "username=") <= 1, "no key is repeated");
  check(bytes.find(request->secret) != std::string_view::npos, "a secret is unchanged");
  check_reply(*request);
}

}  // namespace sase::fuzz
