// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"

#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::api_key {

namespace {

using namespace std::string_literals;

ApiKey key(std::string_view text) { return ApiKey(protocol::Secret(text)); }

}  // namespace

TEST_CASE("an API key is one line of printable ASCII", "[api_key]") {
  for (const std::string text :
       {"k", "a key with \"quotes\" and blanks", "!\"#$%&()*+,-./~",
        "eyJ.x_y-z==", "QUJD=", "eyJhbGciOiJIUzI1NiJ9.e30.x-_==", "a key that ends with a backslash\\",
        "ZXlKdGhhdCBpcyBiYXNlNjQgb2YgYSBrZXk", "ZXlK"}) {
    INFO(text);
    CHECK(key(text).reveal() == text);
  }
}

TEST_CASE("removes what pasting and files put around a key", "[api_key]") {
  struct Row {
    const char* name;
    std::string before, after;
  };
  const auto row = GENERATE(values<Row>({
      {"a line end", "", "\n"},
      {"a line end of Windows", "", "\r\n"},
      {"a carriage return", "", "\r"},
      {"an empty line after it", "", "\n\n"},
      {"empty lines of Windows", "\r\n", "\r\n \r\n"},
      {"blanks", "  ", " "},
      {"tabs", "\t", "\t\t"},
      {"a blank before the line end", "", " \n"},
      {"the byte order mark of UTF-8", "\xef\xbb\xbf", "\r\n"},
      {"the marks of bracketed paste", "\x1b[200~", "\x1b[201~"},
      {"bracketed paste with a line end", "\x1b[200~", "\n\x1b[201~"},
      {"bracketed paste without its end", "\x1b[200~", "\n"},
      {"a no-break space of a web page", "\xc2\xa0", "\xc2\xa0"},
      {"a zero-width space of a web page", "\xe2\x80\x8b", "\xe2\x80\x8b"},
      {"all of them", "\xef\xbb\xbf \x1b[200~\t", "\xc2\xa0\x1b[201~ \r\n"},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(key(row.before + "the key" + row.after).reveal() == "the key"); }
}

TEST_CASE("says what a text is that is clearly not a key", "[api_key]") {
  struct Row {
    std::string text;
    const char* what;
  };
  const auto row = GENERATE(values<Row>({
      {"", "it is empty"},
      {" \n", "it is empty"},
      {"\"hunter2\"", "it is in quotes"},
      {"'hunter2'\n", "it is in quotes"},
      {"'hunter2", "it is in quotes"},
      {"`hunter2`", "it is in quotes"},
      {"\xe2\x80\x9chunter2\xe2\x80\x9d", "it is in quotes"},
      {"Bearer hunter2", "it begins with 'Bearer' or 'Basic', as a header does"},
      {"bearer hunter2", "it begins with 'Bearer' or 'Basic', as a header does"},
      {"SASE_API_KEY=hunter2", "it is a line NAME=VALUE, and not the value alone"},
      {"export SASE_API_KEY=hunter2", "it is a line NAME=VALUE, and not the value alone"},
      {"set SASE_API_KEY=hunter2", "it is a line NAME=VALUE, and not the value alone"},
      {"/builds/hunter2.tmp/SASE_API_KEY", "it is a path, a URL or a reference to the key"},
      {"C:\\hunter2\\key.txt", "it is a path, a URL or a reference to the key"},
      {"my-api-key", "it is a placeholder"},
      {"None", "it is a placeholder"},
      {"insert-your-api-key-here", "it is a placeholder"},
      {"api-key = hunter2", "it is a line NAME=VALUE, and not the value alone"},
      {"Authorization: Bearer hunter2", "it is a line NAME=VALUE, and not the value alone"},
      {"SASE_API_KEY=hunter2\nSASE_REGION=eu\n", "it is a line NAME=VALUE, and not the value alone"},
      {"${SASE_API_KEY}", "it is an unexpanded variable or template"},
      {"$SASE_API_KEY", "it is an unexpanded variable or template"},
      {"%SASE_API_KEY%", "it is an unexpanded variable or template"},
      {"$(cat hunter2)", "it is an unexpanded variable or template"},
      {"{{ vault_hunter2 }}", "it is an unexpanded variable or template"},
      {"${{ secrets.HUNTER2 }}", "it is an unexpanded variable or template"},
      {"#{hunter2}", "it is an unexpanded variable or template"},
      {"<your-api-key>", "it is a placeholder"},
      {"[api key]", "it is a placeholder"},
      {"YOUR_API_KEY", "it is a placeholder"},
      {"changeme", "it is a placeholder"},
      {"xxxx", "it is a placeholder"},
      {"XXXXXXXX-XXXX", "it is a placeholder"},
      {"undefined", "it is a placeholder"},
      {"***", "it is masked or cut off"},
      {"hun***2", "it is masked or cut off"},
      {"eyJhunter2...", "it is masked or cut off"},
      {"hunter2\xe2\x80\xa6", "it is masked or cut off"},
      {"\xff\xfeh\0u\0"s, "it is encoded in UTF-16, and not in ASCII or UTF-8"},
      {"h\0u\0n\0"s, "it is encoded in UTF-16, and not in ASCII or UTF-8"},
      {"\0h\0u\0n"s, "it is encoded in UTF-16, and not in ASCII or UTF-8"},
      {"-----BEGIN PRIVATE KEY-----\nhunter2\n",
       "it is a PEM file, such as a certificate or its private key"},
      {"<!DOCTYPE html>\n<html>", "it is a web page"},
      {"{\"apiKey\": \"hunter2\"}", "it is JSON, and not a value of it"},
      {"op://vault/hunter2", "it is a path, a URL or a reference to the key"},
      {"/run/secrets/hunter2", "it is a path, a URL or a reference to the key"},
      {"https://hunter2.test", "it is a path, a URL or a reference to the key"},
      {"hunter2\nhunter2", "it has more than one line"},
      {"hunter2\thunter2", "it holds bytes that are not printable ASCII"},
      {"hunter2\x1b[2J", "it holds bytes that are not printable ASCII"},
      {"hunter2\rhunter2", "it holds bytes that are not printable ASCII"},
      {"hunter2\xc3\xa4", "it holds bytes that are not printable ASCII"},
      {"hunter2\0"s, "it holds bytes that are not printable ASCII"},
  }));

  DYNAMIC_SECTION(protocol::escape(row.text)) { CHECK_THROWS_WITH(key(row.text), row.what); }
}

TEST_CASE("a key has at most 16 KiB", "[api_key]") {
  const std::string longest(16384, 'k');

  CHECK(key(longest).reveal() == longest);
  CHECK(key(longest + "\r\n").reveal() == longest);
  CHECK_THROWS_AS(key(longest + "k"), protocol::ProtocolError);
}

}  // namespace sase::api_key
