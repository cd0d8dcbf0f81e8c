// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/response.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/response.hpp"

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace sase::protocol {

namespace {

using namespace std::string_literals;
using tests::parse_response;
using tests::write;

}  // namespace

TEST_CASE("rejects an error whose text contains a line end", "[response]") {
  const AuthorizeReply reply{.requests = 1,
                             .outcome = AuthError{.kind = ErrorKind::rejected,
                                                  .what = "a\noutcome=granted",
                                                  .hint = "",
                                                  .retry_after = std::nullopt}};

  CHECK_THROWS_AS(write(reply), ProtocolError);
}

TEST_CASE("rejects an incomplete or invalid response", "[response]") {
  const std::string text = GENERATE(values<std::string>({
      "",
      "\n",
      "requests=1\n",
      "step=walking\n",
      "outcome=granted\naccess_token=t\nlifetime=1\n\nrequests=1\n",
      "outcome=\n",
      "outcome=GRANTED\naccess_token=t\nlifetime=1\n",
      "outcome=granted\n",
      "outcome=granted\naccess_token=t\n",
      "outcome=granted\nlifetime=1\n",
      "outcome=granted\naccess_token=\nlifetime=1\n",
      "outcome=granted\naccess_token=a b\nlifetime=1\n",
      "outcome=granted\naccess_token=t\nlifetime=-1\n",
      "outcome=granted\naccess_token=t\nlifetime=1h\n",
      "outcome=granted\naccess_token=t\nlifetime=99999999999999999999\n",
      "outcome=granted\naccess_token=t\nlifetime=1\nunknown=x\n",
      "access_token=t\nlifetime=1\noutcome=rejected\nwhat=no\n",
      "access_token=t\noutcome=rejected\nwhat=no\n",
      "outcome=rejected\nwhat=no\naccess_token=t\nlifetime=1\n",
      "outcome=rejected\n",
      "outcome=rejected\nwhat=\n",
      "outcome=rejected\nwhat=no\nretry_after=soon\n",
      "outcome=rejected\nwhat=no\nretry_after=-1\n",
      "outcome=rejected\nwhat=no\nrequests=-1\n",
      "outcome=rejected\nwhat=no\nrequests=4294967296\n",
      "outcome=maybe\nwhat=no\n",
      "what=no\n",
      "access_token=t\nlifetime=1\n",
      "outcome=rejected\nwhat=a\rb\n",
      "outcome=rejected\nwhat=no\ntrace[]=\n",
      "outcome=rejected\nwhat=no\ntrace[]=1\n",
      "outcome=rejected\nwhat=no\ntrace[]=1 \n",
      "outcome=rejected\nwhat=no\ntrace[]= words\n",
      "outcome=rejected\nwhat=no\ntrace[]=words\n",
      "outcome=rejected\nwhat=no\ntrace[]=-1 words\n",
      "outcome=rejected\nwhat=no\ntrace[]=1.5 words\n",
      "outcome=rejected\nwhat=no\ntrace[]=9223372036854776 words\n",
      "outcome=rejected\nwhat=no\ntrace[]=1 \x1b[2J\n",
      "outcome=rejected\nwhat=no\ntrace=1 words\n",
  }));

  DYNAMIC_SECTION(escape(text)) { CHECK_THROWS_AS(parse_response(text + "\n"), ProtocolError); }
}

TEST_CASE("rejects a response without its empty line", "[response]") {
  CHECK_THROWS_AS(parse_response("outcome=rejected\nwhat=no\n"), ProtocolError);
  CHECK_THROWS_AS(parse_response("outcome=granted\naccess_token=t\nlifetime=1\n"), ProtocolError);
}

TEST_CASE("any bytes are parsed or rejected as a response", "[response][hostile]") {
  // NOLINTNEXTLINE(cert-msc51-cpp): the same bytes on every run
  std::mt19937 random(20260824);
  const std::vector<std::string> pieces = {
      "outcome=", "granted",    "rejected",     "access_token=", "lifetime=", "what=",
      "hint=",    "requests=",  "retry_after=", "status=",       "1",         "-",
      "t",        "\n",         "\r",           "\0"s,           "\xff",      "=",
      "\n\n",     "99999999999"};
  std::uniform_int_distribution<std::size_t> pick(0, pieces.size() - 1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t length = pick(random); length > 0; --length)
      text += pieces[pick(random)];
    try {
      (void)parse_response(text);
    } catch (const ProtocolError&) {
      continue;
    }
  }
  SUCCEED("nothing else happened");
}

TEST_CASE("rejects checks out of order and remedies without a check", "[response]") {
  const std::string lines = GENERATE(values<std::string>({
      "check[]=tcp ok 1 a\ncheck[]=name ok 1 a\n",
      "check[]=tcp ok 1 a\ncheck[]=tcp ok 1 a\n",
      "remedy[]=do it\n",
      "check[]=tcp ok 1 a\nremedy[]=do it\nremedy[]=do more\n",
      "check[]=tcp ok 1 a\x1b[31m\n",
      "check[]=tcp ok 1 a\nremedy[]=\xc3\n",
      "check[]=tcp\n",
      "status=1000\n",
      "status=-1\n",
  }));
  CHECK_THROWS_AS(parse_response("outcome=rejected\nwhat=no\n" + lines + "\n"), ProtocolError);
}

}  // namespace sase::protocol
