// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/token_format.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

const TokenFacts facts{.profile = "default",
                       .api_url = "https://api.example.test/api/rest",
                       .expires_in = std::chrono::seconds(3540),
                       .expires_at = std::chrono::sys_seconds(std::chrono::seconds(1767323045))};

std::string written(TokenFormat format, std::string_view token = "to.ken-_~+/==") {
  return std::string(write_token(format, BearerToken(Secret(token)), facts).reveal());
}

}  // namespace

TEST_CASE("a token is written in the format that was asked for", "[token_format]") {
  struct Row {
    const char* name;
    TokenFormat format;
    std::string expected;
  };
  const auto row = GENERATE(values<Row>({
      {"token", TokenFormat::token, "to.ken-_~+/==\n"},
      {"header", TokenFormat::header, "Authorization: Bearer to.ken-_~+/==\n"},
      {"curl", TokenFormat::curl, "header = \"Authorization: Bearer to.ken-_~+/==\"\n"},
      {"env", TokenFormat::env,
       "export SASE_ACCESS_TOKEN='to.ken-_~+/=='\nexport SASE_ACCESS_TOKEN_EXPIRES=1767323045\n"},
      {"json", TokenFormat::json,
       R"({"access_token":"to.ken-_~+/==","token_type":"Bearer","expires_in":3540,)"
       R"("expires_at":"2026-01-02T03:04:05Z","profile":"default",)"
       R"("api_url":"https://api.example.test/api/rest"})"
       "\n"},
      {"external", TokenFormat::external,
       R"({"access_token":"to.ken-_~+/==","token_type":"Bearer","expires_in":"3540",)"
       R"("expires_at":"2026-01-02T03:04:05Z","profile":"default",)"
       R"("api_url":"https://api.example.test/api/rest"})"
       "\n"},
      {"exec-credential", TokenFormat::exec_credential,
       R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
       R"("status":{"token":"to.ken-_~+/==","expirationTimestamp":"2026-01-02T03:04:05Z"}})"
       "\n"},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(written(row.format) == row.expected);
  }
}

TEST_CASE("an ExecCredential is of the version that was asked for", "[token_format]") {
  TokenFacts asked = facts;
  asked.exec_api_version = "client.authentication.k8s.io/v1beta1";

  const Secret text = write_token(TokenFormat::exec_credential, BearerToken(Secret("t")), asked);

  CHECK(text.reveal().starts_with(R"({"apiVersion":"client.authentication.k8s.io/v1beta1",)"));
}

TEST_CASE("a header is exactly one line, since curl takes every line for a header", "[token_format]") {
  const std::string text = written(TokenFormat::header);

  CHECK(text.find('\n') == text.size() - 1);
}

TEST_CASE("the longest token is written whole in every format", "[token_format]") {
  const std::string token(BearerToken::max_size, 't');
  for (const TokenFormatName& format : token_formats) {
    INFO(format.name);
    CHECK(written(format.format, token).find(token) != std::string::npos);
  }
}

TEST_CASE("every format has a name, and none has two", "[token_format]") {
  CHECK(token_formats.front().format == TokenFormat::token);
  for (std::size_t i = 0; i < token_formats.size(); ++i) {
    CHECK(static_cast<std::size_t>(token_formats[i].format) == i);
    CHECK_FALSE(token_formats[i].meaning.empty());
    for (std::size_t j = 0; j < i; ++j)
      CHECK(token_formats[i].name != token_formats[j].name);
  }
}

}  // namespace sase::protocol
