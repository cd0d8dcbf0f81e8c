// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/given_profile.hpp"

#include <string>
#include <utility>
#include <vector>

// The messages about invalid settings.

namespace sase::config {

namespace {

using tests::Given;
using tests::parse_profile;

}  // namespace

TEST_CASE("rejects an invalid value and names its origin", "[profile]") {
  struct Row {
    std::string name, value;
  };
  const auto row = GENERATE(values<Row>({
      {"region", "uk"},
      {"region", "US"},
      {"region", ""},
      {"api", "v2"},
      {"api", "V1"},
      {"cache", "disk"},
      {"min-ttl", "soon"},
      {"min-ttl", "60"},
      {"min-ttl", "-1s"},
      {"min-ttl", "61m"},
      {"min-ttl", "3601s"},
      {"refresh-ahead", "soon"},
      {"refresh-ahead", "-1s"},
      {"trace", "2"},
      {"trace", "trace.log"},
      {"trace", "on"},
      {"fleet", ""},
      {"fleet", "on"},
      {"fleet", "http://etcd1:2379"},
      {"fleet", "https://etcd1:2379,etcd2:2379"},
      {"fleet", "https://etcd1:2379,,https://etcd2:2379"},
      {"fleet", "https://etcd1:2379/v3"},
      {"fleet", "https://user@etcd1:2379"},
      {"fleet",
       "https://a:1,https://b:1,https://c:1,https://d:1,https://e:1,https://f:1,https://g:1,https://"
       "h:1,https://i:1,https://j:1"},
      {"fleet", "https://etcd1"},
      {"fleet", "https://[::1]"},
      {"fleet", "https://etcd1:2379,https://ETCD1:2379/"},
      {"fleet-prefix", "sase"},
      {"fleet-prefix", "/"},
      {"fleet-ca-file", "ca.pem"},
      {"fleet-client-cert", "cert.pem"},
      {"fleet-client-key", "key.pem"},
      {"fleet-prefix", ""},
      {"fleet-prefix", "/two words/"},
      {"timeout", "0s"},
      {"timeout", "10"},
      {"url", "http://sandbox.test"},
      {"url", "sandbox.test"},
      {"url", "https://"},
      {"url", "https://sandbox.test/a b"},
      {"url", "https://sandbox.test/a?b"},
      {"url", "https://sandbox.test/a#b"},
      {"url", "https://sandbox.test/a\\b"},
      {"url", "https://sandbox.test/\xc3\xa4"},
      {"min-ttl", "60m"},
      {"min-ttl", "1h"},
      {"url", "https://sandbox.test?x"},
      {"url", "https://sandbox.test#x"},
      {"url", "https://sandbox.test/\""},
      {"url", "https://sandbox.test/<x>"},
      {"url", "https://user@sandbox.test"},
      {"url", "https://user:pass@sandbox.test"},
      {"url", "https://@sandbox.test"},
      {"url", "https://*.test"},
      {"url", "https://sand box.test"},
      {"host", "*.test"},
      {"host", "*"},
      {"host", "https://a.test"},
      {"host", "a.test/"},
      {"host", "a.test."},
      {"host", ""},
      {"host", "a.test:0"},
      {"host", "user@a.test"},
      {"ca-file", "ca.pem"},
      {"ca-file", "./ca.pem"},
      {"ca-file", "~/ca.pem"},
      {"client-cert", "c.pem"},
      {"client-key", "k.pem"},
      {"api-key-file", "key"},
      {"api-key-env", "A=B"},
      {"api-key-command", " "},
      {"api-key-credential", "a/b"},
  }));

  DYNAMIC_SECTION(row.name << " = " << row.value) {
    const Failure failure = tests::catch_failure([&row] { (void)parse_profile({{row.name, row.value}}); });
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(std::string(failure.what()).starts_with("/p/default.conf:1: "));
  }
}

TEST_CASE("rejects v1 in the region ca", "[profile]") {
  const Failure failure = tests::catch_failure([] {
    (void)parse_profile({{"region", "ca"}, {"api", "v1"}});
  });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(std::string(failure.what()) == "/p/default.conf:2: the region 'ca' has no v1");
}

TEST_CASE("suggests the nearest known value for a misspelled one", "[profile]") {
  CHECK(tests::catch_failure([] {
          (void)parse_profile({{"cache", "flie"}});
        }).hint == "did you mean 'file'?");
  CHECK(tests::catch_failure([] {
          (void)parse_profile({{"cache", "key-ring"}});
        }).hint == "did you mean 'keyring'?");
  CHECK(tests::catch_failure([] {
          (void)parse_profile({{"cache", "files"}});
        }).hint == "did you mean 'file'?");
  CHECK(tests::catch_failure([] { (void)parse_profile({{"api", "v2"}}); }).hint == "did you mean 'v1'?");
}

TEST_CASE("names the quotes around a value", "[profile]") {
  struct Row {
    const char* name;
    std::string value;
  };
  const auto row = GENERATE(values<Row>({
      {"region", "\"eu\""},
      {"api", "'v1'"},
      {"url", "\"https://a.test\""},
      {"url", "'https://a.test"},
      {"host", "'a.test'"},
      {"api-key-env", "\"NAME\""},
      {"api-key-file", "'/run/secrets/key'"},
      {"api-key-credential", "'name'"},
      {"api-key-keyring", "\u201cname\u201d"},
      {"min-ttl", "\"5m\""},
      {"cache", "`none`"},
      {"ca-file", "\"/ca.pem\""},
      {"client-cert", "'/c.pem'"},
      {"client-key", "'/k.pem'"},
      {"proxy", "\"http://p.test\""},
      {"no-proxy", "'a.test,b.test'"},
      {"trace", "\"1\""},
  }));

  DYNAMIC_SECTION(row.name << " = " << row.value) {
    const Failure failure = tests::catch_failure([&row] { (void)parse_profile({{row.name, row.value}}); });
    CHECK(std::string(failure.what()).ends_with("; it is in quotes"));
    CHECK(failure.hint == "write the value without quotes");
  }
}

TEST_CASE("a command may begin with a quoted word", "[profile]") {
  CHECK_NOTHROW(parse_profile({{"api-key-command", "'/opt/a b/print' 'the key'"}}));
}

TEST_CASE("the hint for a path that is not absolute helps with each", "[profile]") {
  for (const char* const path : {"~/key", "key", "./key", "-", "$HOME/key"}) {
    const auto hint = [&path](const char* name) {
      return tests::catch_failure([&] { (void)parse_profile({{name, path}}); }).hint;
    };
    CHECK(hint("ca-file") == "write the whole path, as 'realpath FILE' prints it; '~' is not expanded here");
    CHECK(hint("api-key-file") == hint("ca-file") + ", and '-' is written /dev/stdin");
  }
}

TEST_CASE("escapes an invalid value in the message", "[profile]") {
  const Failure failure = tests::catch_failure([] { (void)parse_profile({{"region", "\xc3\xa4"}}); });

  CHECK(std::string(failure.what()) == "/p/default.conf:1: unknown region '\xc3\xa4'");
}

TEST_CASE("rejects a control character and does not print it", "[profile]") {
  const Failure failure = tests::catch_failure([] { (void)parse_profile({{"ca-file", "/a\nb"}}); });

  CHECK(std::string(failure.what()) == "/p/default.conf:1: a control character in the value");
}

TEST_CASE("does not print the password of an invalid url", "[profile]") {
  const Failure failure = tests::catch_failure([] {
    (void)parse_profile({{"url", "https://u:hunter2@a.test"}});
  });

  CHECK_FALSE(tests::contains(failure.what(), "hunter2"));
  CHECK_FALSE(tests::contains(failure.hint, "hunter2"));
}

}  // namespace sase::config
