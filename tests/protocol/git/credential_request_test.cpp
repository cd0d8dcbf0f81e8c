// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/credential_request.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/git_request.hpp"

#include <string>

namespace sase::protocol {

namespace {

using tests::for_host;

}  // namespace

TEST_CASE("a request names its parts", "[credential_request]") {
  const CredentialRequest request = CredentialRequest::parse(
      "capability[]=authtype\ncapability[]=state\nprotocol=https\n"
      "host=API.example.test:8443\nusername=work\nwwwauth[]=Bearer realm=\"x\"\n\n");

  CHECK(request.protocol == "https");
  CHECK(request.host == "API.example.test:8443");
  CHECK(request.username == "work");
  CHECK(request.authtype);
  CHECK(request.secret.empty());
}

TEST_CASE("a url gives the user name where the request gives none", "[credential_request]") {
  CHECK(CredentialRequest::parse("url=https://work@api.example.test/\n").username == "work");
  CHECK(CredentialRequest::parse("url=https://work@api.example.test/\nusername=work\n").username == "work");
  CHECK(CredentialRequest::parse("url=https://api.example.test/\nusername=work\n").username == "work");
}

TEST_CASE("the bearer form is for callers that announce it", "[credential_request]") {
  struct Capability {
    const char* name;
    std::string lines;
    bool understood;
  };
  const auto row = GENERATE(values<Capability>({
      {"not announced", "", false},
      {"before the host", "capability[]=authtype\n" + for_host("h"), true},
      {"behind the host", for_host("h") + "capability[]=authtype\n", true},
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

TEST_CASE("the secret of an erase is the credential, else the password", "[credential_request]") {
  const std::string host = for_host("h");

  CHECK(CredentialRequest::parse(host + "credential=c\n").secret == "c");
  CHECK(CredentialRequest::parse(host + "password=p\n").secret == "p");
  CHECK(CredentialRequest::parse(host + "password=p\ncredential=c\n").secret == "c");
  CHECK(CredentialRequest::parse(host).secret.empty());
}

TEST_CASE("the secret of an erase is not copied", "[credential_request]") {
  const std::string text = for_host("h") + "password=p\n";

  const CredentialRequest request = CredentialRequest::parse(text);

  CHECK(request.secret.data() == text.data() + text.find("=p\n") + 1);
}

}  // namespace sase::protocol
