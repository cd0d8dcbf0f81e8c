// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/credential.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/git_request.hpp"

#include <string>

namespace sase::protocol {

namespace {

using tests::for_host;

constexpr std::chrono::sys_seconds expiry{std::chrono::seconds(1767322845)};

std::string reply(ReplyForm form, std::string_view token = "to.ken-_~+/==") {
  return std::string(write_credential_reply(form, "default", BearerToken(Secret(token)), expiry).reveal());
}

}  // namespace

TEST_CASE("a request is parsed into its parts", "[credential]") {
  const CredentialRequest request = CredentialRequest::parse(
      "capability[]=authtype\ncapability[]=state\nprotocol=https\n"
      "host=API.example.test:8443\nusername=work\nwwwauth[]=Bearer realm=\"x\"\n\n");

  CHECK(request.protocol == "https");
  CHECK(request.host == "API.example.test:8443");
  CHECK(request.username == "work");
  CHECK(request.authtype);
  CHECK(request.secret.empty());
}

TEST_CASE("the user name may be in the url", "[credential]") {
  CHECK(CredentialRequest::parse("url=https://work@api.example.test/\n").username == "work");
  CHECK(CredentialRequest::parse("url=https://work@api.example.test/\nusername=work\n").username == "work");
  CHECK(CredentialRequest::parse("url=https://api.example.test/\nusername=work\n").username == "work");
}

TEST_CASE("the capability authtype is recognized", "[credential]") {
  struct Capability {
    const char* name;
    std::string lines;
    bool understood;
  };
  const auto row = GENERATE(values<Capability>({
      {"not announced", "", false},
      {"before the host", "capability[]=authtype\n" + for_host("h"), true},
      {"after the host", for_host("h") + "capability[]=authtype\n", true},
      {"twice", "capability[]=authtype\ncapability[]=authtype\n", true},
      {"among others", "capability[]=state\ncapability[]=authtype\ncapability[]=zzz\n", true},
      {"taken back", "capability[]=authtype\ncapability[]=\n", false},
      {"taken back and announced anew", "capability[]=authtype\ncapability[]=\ncapability[]=authtype\n",
       true},
      {"another one", "capability[]=state\n", false},
      {"without brackets", "capability=authtype\n", false},
      {"with an index", "capability[0]=authtype\n", false},
      {"in capitals", "capability[]=AUTHTYPE\n", false},
      {"an authtype is no announcement", "authtype=Bearer\n", false},
  }));

  DYNAMIC_SECTION(row.name) {
    const bool has_host = row.lines.find("host=") != std::string::npos;
    CHECK(CredentialRequest::parse(row.lines + (has_host ? "" : for_host("h"))).authtype == row.understood);
  }
}

TEST_CASE("the secret of an erase is the credential, else the password", "[credential]") {
  const std::string host = for_host("h");

  CHECK(CredentialRequest::parse(host + "credential=c\n").secret == "c");
  CHECK(CredentialRequest::parse(host + "password=p\n").secret == "p");
  CHECK(CredentialRequest::parse(host + "password=p\ncredential=c\n").secret == "c");
  CHECK(CredentialRequest::parse(host).secret.empty());
}

TEST_CASE("the secret of an erase is not copied", "[credential]") {
  const std::string text = for_host("h") + "password=p\n";

  const CredentialRequest request = CredentialRequest::parse(text);

  CHECK(request.secret.data() == text.data() + text.find("=p\n") + 1);
}

TEST_CASE("a reply for a caller with the capability has the bearer form", "[credential]") {
  CHECK(reply(ReplyForm::bearer) ==
        "capability[]=authtype\n"
        "authtype=Bearer\n"
        "credential=to.ken-_~+/==\n"
        "password_expiry_utc=1767322845\n"
        "ephemeral=1\n"
        "\n");
}

TEST_CASE("any other reply has a user name and a password", "[credential]") {
  CHECK(reply(ReplyForm::password) ==
        "username=default\n"
        "password=to.ken-_~+/==\n"
        "password_expiry_utc=1767322845\n"
        "\n");
}

TEST_CASE("a reply contains the longest token", "[credential]") {
  const std::string token(BearerToken::max_size, 't');
  for (const ReplyForm form : {ReplyForm::bearer, ReplyForm::password})
    CHECK(reply(form, token).find("=" + token + "\n") != std::string::npos);
}

TEST_CASE("a reply is a valid message", "[credential]") {
  const std::string text = reply(ReplyForm::bearer);

  MessageReader reader(text);
  int attributes = 0;
  while (reader.next())
    ++attributes;

  CHECK(attributes == 5);
}

TEST_CASE("a bearer reply begins with the capability", "[credential]") {
  const std::string text = reply(ReplyForm::bearer);

  CHECK(text.starts_with("capability[]=authtype\n"));
}

TEST_CASE("the reply to 'capability' is that of git", "[credential]") {
  CHECK(capability_reply == "version 0\ncapability authtype\n");
}

}  // namespace sase::protocol
