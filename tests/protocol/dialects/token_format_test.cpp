// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/token_format.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace sase::protocol {

namespace {

const TokenDetails details{.profile = "default",
                           .api_url = "https://api.example.test/api/rest",
                           .expires_in = std::chrono::seconds(3540),
                           .expires_at = std::chrono::sys_seconds(std::chrono::seconds(1767323045))};

std::string written(std::string_view format, std::string_view token = "to.ken-_~+/==") {
  return std::string(find_token_format(format)->write(BearerToken(Secret(token)), details).reveal());
}

}  // namespace

TEST_CASE("each format writes the token and its details", "[token_format]") {
  struct Row {
    const char* name;
    std::string expected;
  };
  const auto row = GENERATE(values<Row>({
      {"token", "to.ken-_~+/==\n"},
      {"header", "Authorization: Bearer to.ken-_~+/==\n"},
      {"curl", "header = \"Authorization: Bearer to.ken-_~+/==\"\n"},
      {"env", "export SASE_ACCESS_TOKEN='to.ken-_~+/=='\nexport SASE_ACCESS_TOKEN_EXPIRES=1767323045\n"},
      {"dotenv", "SASE_ACCESS_TOKEN=to.ken-_~+/==\nSASE_ACCESS_TOKEN_EXPIRES=1767323045\n"},
      {"json", R"({"access_token":"to.ken-_~+/==","token_type":"Bearer","expires_in":3540,)"
               R"("expires_at":"2026-01-02T03:04:05Z","profile":"default",)"
               R"("api_url":"https://api.example.test/api/rest"})"
               "\n"},
      {"external", R"({"access_token":"to.ken-_~+/==","token_type":"Bearer","expires_in":"3540",)"
                   R"("expires_at":"2026-01-02T03:04:05Z","profile":"default",)"
                   R"("api_url":"https://api.example.test/api/rest"})"
                   "\n"},
      {"exec-credential",
       R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
       R"("status":{"token":"to.ken-_~+/==","expirationTimestamp":"2026-01-02T03:04:05Z"}})"
       "\n"},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(written(row.name) == row.expected); }
}

TEST_CASE("an ExecCredential has the requested version", "[token_format]") {
  TokenDetails asked = details;
  asked.exec_api_version = "client.authentication.k8s.io/v1beta1";

  const Secret text = write_exec_credential(BearerToken(Secret("t")), asked);

  CHECK(text.reveal().starts_with(R"({"apiVersion":"client.authentication.k8s.io/v1beta1",)"));
}

TEST_CASE("a header is exactly one line, because curl reads each line as a header", "[token_format]") {
  const std::string text = written("header");

  CHECK(text.find('\n') == text.size() - 1);
}

TEST_CASE("each format writes the longest token completely", "[token_format]") {
  const std::string token(BearerToken::max_size, 't');
  for (const TokenFormat& format : token_formats) {
    INFO(format.name);
    CHECK(written(format.name, token).find(token) != std::string::npos);
  }
}

TEST_CASE("format names are unique", "[token_format]") {
  CHECK(token_formats.front().name == "token");
  for (std::size_t i = 0; i < token_formats.size(); ++i) {
    CHECK(find_token_format(token_formats[i].name) == &token_formats[i]);
    CHECK_FALSE(token_formats[i].meaning.empty());
    for (std::size_t j = 0; j < i; ++j)
      CHECK(token_formats[i].name != token_formats[j].name);
  }
}

}  // namespace sase::protocol
