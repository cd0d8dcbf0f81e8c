// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/token_format.hpp"

#include "protocol/time.hpp"

#include <string>

// A JSON library would leave copies of the token in memory that is not wiped. No value needs escapes or
// quotes: a token is RFC 6750 b64token text, and a profile name and a URL of checked parts contain no quotes,
// backslashes or control bytes.

namespace sase::protocol {

namespace {

/// `quote` is written around numbers.
Secret write_object(const BearerToken& token, const TokenDetails& details, std::string_view quote) {
  return Secret::join({R"({"access_token":")", token.reveal(), R"(","token_type":"Bearer","expires_in":)",
                       quote, std::to_string(details.expires_in.count()), quote, R"(,"expires_at":")",
                       format_rfc3339(details.expires_at), R"(","profile":")", details.profile,
                       R"(","api_url":")", details.api_url, "\"}\n"});
}

}  // namespace

Secret write_plain(const BearerToken& token, const TokenDetails& /*details*/) {
  return Secret::join({token.reveal(), "\n"});
}

Secret write_header(const BearerToken& token, const TokenDetails& /*details*/) {
  return Secret::join({"Authorization: Bearer ", token.reveal(), "\n"});
}

Secret write_curl_config(const BearerToken& token, const TokenDetails& /*details*/) {
  return Secret::join({"header = \"Authorization: Bearer ", token.reveal(), "\"\n"});
}

Secret write_env(const BearerToken& token, const TokenDetails& details) {
  return Secret::join({"export ", token_variable, "='", token.reveal(), "'\nexport ", expiry_variable, "=",
                       std::to_string(details.expires_at.time_since_epoch().count()), "\n"});
}

/// Without quotes: `docker run --env-file` and $GITHUB_ENV would make them a part of the value.
Secret write_dotenv(const BearerToken& token, const TokenDetails& details) {
  return Secret::join({token_variable, "=", token.reveal(), "\n", expiry_variable, "=",
                       std::to_string(details.expires_at.time_since_epoch().count()), "\n"});
}

Secret write_json(const BearerToken& token, const TokenDetails& details) {
  return write_object(token, details, "");
}

Secret write_external(const BearerToken& token, const TokenDetails& details) {
  return write_object(token, details, "\"");
}

Secret write_exec_credential(const BearerToken& token, const TokenDetails& details) {
  return write_exec_credential(token, details.expires_at, details.exec_api_version);
}

}  // namespace sase::protocol
