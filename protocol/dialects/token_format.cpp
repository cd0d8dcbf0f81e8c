// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/token_format.hpp"

#include "protocol/time.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>

namespace sase::protocol {

namespace {

/// Room for all that any format writes around a token.
constexpr std::size_t words_size = 1024;

Secret join(const BearerToken& token, std::initializer_list<std::string_view> parts) {
  Secret text = Secret::with_capacity(token.reveal().size() + words_size);
  for (const std::string_view part : parts)
    text.append(part);
  return text;
}

std::string epoch(std::chrono::sys_seconds time) {
  return std::to_string(time.time_since_epoch().count());
}

/// `quote` stands around numbers. Written by hand so that the token is in no buffer that nobody wipes.
/// Nothing needs escaping: a token, a profile's name and a URL made of checked parts hold neither quotes nor
/// backslashes nor control bytes.
Secret write_json(const BearerToken& token, const TokenFacts& facts, std::string_view quote) {
  return join(token, {R"({"access_token":")", token.reveal(), R"(","token_type":"Bearer","expires_in":)",
                      quote, std::to_string(facts.expires_in.count()), quote, R"(,"expires_at":")",
                      format_rfc3339(facts.expires_at), R"(","profile":")", facts.profile, R"(","api_url":")",
                      facts.api_url, "\"}\n"});
}

Secret write_exec_credential(const BearerToken& token, const TokenFacts& facts) {
  return join(token, {R"({"apiVersion":")", facts.exec_api_version,
                      R"(","kind":"ExecCredential","status":{"token":")", token.reveal(),
                      R"(","expirationTimestamp":")", format_rfc3339(facts.expires_at), "\"}}\n"});
}

}  // namespace

Secret write_token(TokenFormat format, const BearerToken& token, const TokenFacts& facts) {
  // RFC 6750 b64token text needs no quoting in a header, in a curl config or between a shell's single quotes.
  switch (format) {
    case TokenFormat::token: return join(token, {token.reveal(), "\n"});
    case TokenFormat::header: return join(token, {"Authorization: Bearer ", token.reveal(), "\n"});
    case TokenFormat::curl: return join(token, {"header = \"Authorization: Bearer ", token.reveal(), "\"\n"});
    case TokenFormat::env:
      return join(token, {"export ", token_variable, "='", token.reveal(), "'\nexport ", expiry_variable, "=",
                          epoch(facts.expires_at), "\n"});
    case TokenFormat::json: return write_json(token, facts, "");
    case TokenFormat::external: return write_json(token, facts, "\"");
    case TokenFormat::exec_credential: return write_exec_credential(token, facts);
  }
  return {};
}

}  // namespace sase::protocol
