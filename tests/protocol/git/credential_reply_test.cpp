// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/credential_reply.hpp"

#include "protocol/git/credential_request.hpp"
#include "protocol/git/message.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

constexpr std::chrono::sys_seconds expiry{std::chrono::seconds(1767322845)};

std::string reply(ReplyForm form, std::string_view token = "to.ken-_~+/==") {
  return std::string(write_credential_reply(form, "default", BearerToken(Secret(token)), expiry).reveal());
}

}  // namespace

TEST_CASE("a caller that announced the capability gets the bearer form", "[credential_reply]") {
  CHECK(reply(ReplyForm::bearer) ==
        "capability[]=authtype\n"
        "authtype=Bearer\n"
        "credential=to.ken-_~+/==\n"
        "password_expiry_utc=1767322845\n"
        "ephemeral=1\n"
        "\n");
}

TEST_CASE("every other caller gets a user name and a password", "[credential_reply]") {
  CHECK(reply(ReplyForm::password) ==
        "username=default\n"
        "password=to.ken-_~+/==\n"
        "password_expiry_utc=1767322845\n"
        "\n");
}

TEST_CASE("the longest token is served whole", "[credential_reply]") {
  const std::string token(BearerToken::max_size, 't');
  for (const ReplyForm form : {ReplyForm::bearer, ReplyForm::password})
    CHECK(reply(form, token).find("=" + token + "\n") != std::string::npos);
}

TEST_CASE("a reply is a message that our own reader understands", "[credential_reply]") {
  const std::string text = reply(ReplyForm::bearer);

  MessageReader reader(text);
  int attributes = 0;
  while (reader.next())
    ++attributes;

  CHECK(attributes == 5);
}

TEST_CASE("the capability is announced before all that depends on it", "[credential_reply]") {
  const std::string text = reply(ReplyForm::bearer);

  CHECK(text.starts_with("capability[]=authtype\n"));
}

TEST_CASE("the answer to 'capability' is git's", "[credential_reply]") {
  CHECK(capability_reply == "version 0\ncapability authtype\n");
}

}  // namespace sase::protocol
