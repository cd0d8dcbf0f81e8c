// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bearer_token.hpp"
#include "protocol/dialects/exec_credential.hpp"
#include "protocol/secret.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace sase::protocol {

/// The shapes in which a token is handed to scripts.
enum class TokenFormat {
  token,            ///< the token and a line end
  header,           ///< one header line, for `curl -H @-`
  curl,             ///< a curl config, for `curl -K -`
  env,              ///< shell exports, for `eval`
  json,             ///< one object on one line
  external,         ///< the same as a flat object of strings
  exec_credential,  ///< a Kubernetes ExecCredential
};

struct TokenFormatName {
  TokenFormat format;
  std::string_view name;
  std::string_view meaning;  ///< one line for help
};

/// All of them. The first is what is meant where none is named.
inline constexpr std::array token_formats = {
    TokenFormatName{TokenFormat::token, "token", "the token and a line end"},
    TokenFormatName{TokenFormat::header, "header", "an Authorization header, for curl -H @-"},
    TokenFormatName{TokenFormat::curl, "curl", "a curl config, for curl -K -"},
    TokenFormatName{TokenFormat::env, "env", "shell exports, for eval"},
    TokenFormatName{TokenFormat::json, "json", "a JSON object with its expiry and URLs"},
    TokenFormatName{TokenFormat::external, "external",
                    "the same as strings alone, for Terraform's data source 'external'; reads a query on "
                    "stdin, such as {\"profile\":\"work\"}"},
    TokenFormatName{TokenFormat::exec_credential, "exec-credential",
                    "an ExecCredential for kubectl, as KUBERNETES_EXEC_INFO asks"},
};

/// The variables that the format `env` sets: the token, and its end in seconds since 1970.
inline constexpr std::string_view token_variable = "SASE_ACCESS_TOKEN";
inline constexpr std::string_view expiry_variable = "SASE_ACCESS_TOKEN_EXPIRES";

/// What is said about a token beside itself.
struct TokenFacts {
  std::string_view profile;
  std::string_view api_url;  ///< REST base the token is good for
  std::chrono::seconds expires_in{};
  std::chrono::sys_seconds expires_at;                            ///< on this machine's wall clock
  std::string_view exec_api_version = exec_api_versions.front();  ///< of an ExecCredential
};

/// The whole output in a format.
[[nodiscard]] Secret write_token(TokenFormat format, const BearerToken& token, const TokenFacts& facts);

}  // namespace sase::protocol
