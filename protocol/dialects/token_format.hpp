// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/dialects/exec_credential.hpp"
#include "protocol/secret.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace sase::protocol {

/// The values that a format may contain in addition to the token.
struct TokenDetails {
  std::string_view profile;
  std::string_view api_url;  ///< base URL of the REST API that accepts the token
  std::chrono::seconds expires_in{};
  std::chrono::sys_seconds expires_at;                            ///< by the wall clock of this machine
  std::string_view exec_api_version = exec_api_versions.front();  ///< of an ExecCredential
};

/// The variables that the formats `env` and `dotenv` set: the token, and its expiry in seconds since 1970.
inline constexpr std::string_view token_variable = "SASE_ACCESS_TOKEN";
inline constexpr std::string_view expiry_variable = "SASE_ACCESS_TOKEN_EXPIRES";

/// The writers of the formats. Each returns the complete output.
[[nodiscard]] Secret write_plain(const BearerToken& token, const TokenDetails& details);
[[nodiscard]] Secret write_header(const BearerToken& token, const TokenDetails& details);
[[nodiscard]] Secret write_curl_config(const BearerToken& token, const TokenDetails& details);
[[nodiscard]] Secret write_env(const BearerToken& token, const TokenDetails& details);
[[nodiscard]] Secret write_dotenv(const BearerToken& token, const TokenDetails& details);
[[nodiscard]] Secret write_json(const BearerToken& token, const TokenDetails& details);
[[nodiscard]] Secret write_external(const BearerToken& token, const TokenDetails& details);
[[nodiscard]] Secret write_exec_credential(const BearerToken& token, const TokenDetails& details);

/// The input of a host tool that a format reads.
enum class FormatInput {
  none,
  external_query,  ///< ExternalQuery on standard input
  exec_info,       ///< ExecInfo in KUBERNETES_EXEC_INFO
};

/// An output format of `token`. To add one, add a row and its writer.
struct TokenFormat {
  std::string_view name;
  std::string_view meaning;  ///< one line for help
  Secret (*write)(const BearerToken& token, const TokenDetails& details);
  FormatInput input = FormatInput::none;
};

/// All formats. The first is the default.
inline constexpr std::array token_formats = {
    TokenFormat{"token", "the token and a line end", write_plain},
    TokenFormat{"header", "an Authorization header, for curl -H @-", write_header},
    TokenFormat{"curl", "a curl config, for curl -K -", write_curl_config},
    TokenFormat{"env", "shell exports, for eval", write_env},
    TokenFormat{"dotenv", "NAME=value lines, for --env-file and $GITHUB_ENV", write_dotenv},
    TokenFormat{"json", "a JSON object with its expiry and URLs", write_json},
    TokenFormat{"external",
                "the same as strings alone, for Terraform's data source 'external'; reads a query on stdin, "
                "such as {\"profile\":\"work\"}",
                write_external, FormatInput::external_query},
    TokenFormat{"exec-credential", "an ExecCredential for kubectl, as KUBERNETES_EXEC_INFO asks",
                write_exec_credential, FormatInput::exec_info},
};

/// The format with this name, or null.
[[nodiscard]] constexpr const TokenFormat* find_token_format(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(token_formats, name, &TokenFormat::name);
  return found == token_formats.end() ? nullptr : found;
}

}  // namespace sase::protocol
