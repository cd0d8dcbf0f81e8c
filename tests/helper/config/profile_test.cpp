// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile.hpp"

#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/given_profile.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sase::config {

namespace {

using tests::Given;
using tests::parse_profile;

protocol::Host host(std::string_view text) { return protocol::Host::parse(text).value(); }

}  // namespace

TEST_CASE("a profile without settings has the region us and v1", "[profile]") {
  const Profile profile = parse_profile({});

  CHECK(profile.name == "default");
  CHECK(profile.api == Api::v1);
  CHECK(profile.authorize_url == "https://api.perimeter81.com/api/v1/auth/authorize");
  CHECK(profile.rest_url == "https://api.perimeter81.com/api/rest");
  CHECK(profile.hosts == std::vector{host("api.perimeter81.com")});
  CHECK(profile.min_ttl == std::chrono::minutes(1));
  CHECK(profile.refresh_ahead == std::chrono::minutes(15));
  CHECK(profile.timeout == std::chrono::seconds(10));
  CHECK_FALSE(profile.has_own_timeout);
  CHECK(profile.cache == CacheKind::file);
  CHECK(profile.trace.empty());
  CHECK_FALSE(profile.key_source);
  CHECK(profile.ca_file.empty());
  CHECK(profile.client_cert.empty());
  CHECK(profile.client_key.empty());
  CHECK(profile.proxy.empty());
  CHECK(profile.no_proxy.empty());
  CHECK_FALSE(profile.fleet);
}

TEST_CASE("region, api and url select the service", "[profile]") {
  struct Row {
    const char* name;
    Given given;
    std::string authorize;
  };
  const auto row = GENERATE(values<Row>({
      {"another region", {{"region", "eu"}}, "https://api.eu.sase.checkpoint.com/api/v1/auth/authorize"},
      {"another generation",
       {{"api", "v3"}},
       "https://public-apigw.us.sase.checkpoint.com/v3/auth/authorize"},
      {"both",
       {{"region", "in"}, {"api", "v3"}},
       "https://public-apigw.in.sase.checkpoint.com/v3/auth/authorize"},
      {"ca means v3", {{"region", "ca"}}, "https://public-apigw.ca.sase.checkpoint.com/v3/auth/authorize"},
      {"ca with v3",
       {{"region", "ca"}, {"api", "v3"}},
       "https://public-apigw.ca.sase.checkpoint.com/v3/auth/authorize"},
      {"a url", {{"url", "https://sandbox.test:8443"}}, "https://sandbox.test:8443/api/v1/auth/authorize"},
      {"a url with a closing slash",
       {{"url", "https://sandbox.test/"}},
       "https://sandbox.test/api/v1/auth/authorize"},
      {"a url in capitals",
       {{"url", "HTTPS://Sandbox.TEST:443"}},
       "https://sandbox.test/api/v1/auth/authorize"},
      {"a url on v3",
       {{"url", "https://sandbox.test"}, {"api", "v3"}},
       "https://sandbox.test/v3/auth/authorize"},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(parse_profile(row.given).authorize_url == row.authorize); }
}

TEST_CASE("a profile owns the host of its service and the additional ones", "[profile]") {
  const Profile profile = parse_profile(
      {{"url", "https://sandbox.test:8443"}, {"host", "Further.TEST"}, {"host", "other.test:444"}});

  CHECK(profile.owns(host("sandbox.test:8443")));
  CHECK(profile.owns(host("further.test")));
  CHECK(profile.owns(host("further.test:443")));
  CHECK(profile.owns(host("other.test:444")));
  CHECK_FALSE(profile.owns(host("sandbox.test")));
  CHECK_FALSE(profile.owns(host("other.test")));
  CHECK_FALSE(profile.owns(host("sub.further.test")));
  CHECK_FALSE(profile.owns(host("api.perimeter81.com")));
}

TEST_CASE("a repeated host counts once", "[profile]") {
  const Profile profile = parse_profile({{"url", "https://sandbox.test:8443"},
                                         {"host", "SANDBOX.test:8443"},
                                         {"host", "other.test"},
                                         {"host", "other.test:443"}});

  CHECK(profile.hosts == std::vector{host("sandbox.test:8443"), host("other.test")});
}

TEST_CASE("a profile does not own the host of the other generation", "[profile]") {
  CHECK_FALSE(parse_profile({}).owns(host("public-apigw.us.sase.checkpoint.com")));
  CHECK_FALSE(parse_profile({{"api", "v3"}}).owns(host("api.perimeter81.com")));
}

TEST_CASE("each setting is parsed", "[profile]") {
  const Profile profile = parse_profile({{"min-ttl", "45m"},
                                         {"refresh-ahead", "20m"},
                                         {"timeout", "90s"},
                                         {"cache", "none"},
                                         {"api-key-file", "/k"},
                                         {"ca-file", "/ca.pem"},
                                         {"client-cert", "/c.pem"},
                                         {"client-key", "/k.pem"},
                                         {"proxy", "http://proxy:3128"},
                                         {"no-proxy", "a.test"}});

  CHECK(profile.min_ttl == std::chrono::minutes(45));
  CHECK(profile.refresh_ahead == std::chrono::minutes(20));
  CHECK(profile.timeout == std::chrono::seconds(90));
  CHECK(profile.has_own_timeout);
  CHECK(profile.cache == CacheKind::none);
  CHECK(profile.key_source.value().kind == ApiKeySource::Kind::file);
  CHECK(profile.key_source.value().value == "/k");
  CHECK(profile.ca_file == "/ca.pem");
  CHECK(profile.client_cert == "/c.pem");
  CHECK(profile.client_key == "/k.pem");
  CHECK(profile.proxy == "http://proxy:3128");
  CHECK(profile.no_proxy == "a.test");
}

TEST_CASE("a cache is a file, the keyring or none", "[profile]") {
  CHECK(parse_profile({{"cache", "file"}}).cache == CacheKind::file);
  CHECK(parse_profile({{"cache", "keyring"}}).cache == CacheKind::keyring);
  CHECK(parse_profile({{"cache", "none"}}).cache == CacheKind::none);
}

TEST_CASE("a trace is written to stderr, to a file or not at all", "[profile]") {
  CHECK(parse_profile({{"trace", "1"}}).trace == "1");
  CHECK(parse_profile({{"trace", "/var/log/t"}}).trace == "/var/log/t");
  CHECK(parse_profile({{"trace", "0"}}).trace.empty());
  CHECK(parse_profile({{"trace", "off"}}).trace.empty());
}

TEST_CASE("the limits of durations are allowed values", "[profile]") {
  CHECK(parse_profile({{"min-ttl", "3599s"}}).min_ttl == std::chrono::seconds(3599));
  CHECK(parse_profile({{"min-ttl", "0s"}}).min_ttl == std::chrono::seconds(0));
  CHECK(parse_profile({{"timeout", "1s"}}).timeout == std::chrono::seconds(1));
  CHECK(parse_profile({{"refresh-ahead", "0s"}}).refresh_ahead == std::chrono::seconds(0));
  CHECK(parse_profile({{"refresh-ahead", "24h"}}).refresh_ahead == std::chrono::hours(24));
}

TEST_CASE("missing settings come from the variables that every HTTP client uses", "[profile]") {
  const tests::EnvironmentList environment{"HTTPS_PROXY=http://upper:1", "NO_PROXY=upper.test",
                                           "SSL_CERT_FILE=/ca.pem", "HTTP_PROXY=http://cleartext:1"};

  const Profile profile = parse_profile({}, *environment);
  CHECK(profile.proxy == "http://upper:1");
  CHECK(profile.no_proxy == "upper.test");
  CHECK(profile.ca_file == "/ca.pem");

  const Profile set = parse_profile(
      {{"proxy", "http://set:1"}, {"no-proxy", "set.test"}, {"ca-file", "/set.pem"}}, *environment);
  CHECK(set.proxy == "http://set:1");
  CHECK(set.no_proxy == "set.test");
  CHECK(set.ca_file == "/set.pem");
}

TEST_CASE("a variable in lower case overrides the one in upper case, as in curl", "[profile]") {
  const tests::EnvironmentList environment{"HTTPS_PROXY=http://upper:1", "https_proxy=http://lower:1",
                                           "NO_PROXY=upper.test", "no_proxy=lower.test"};

  CHECK(parse_profile({}, *environment).proxy == "http://lower:1");
  CHECK(parse_profile({}, *environment).no_proxy == "lower.test");
}

TEST_CASE("ALL_PROXY names an http proxy if HTTPS_PROXY names none", "[profile]") {
  const auto proxy = [](const std::vector<std::string>& variables) {
    return parse_profile({}, *tests::EnvironmentList(variables)).proxy;
  };

  CHECK(proxy({"ALL_PROXY=http://p:1"}) == "http://p:1");
  CHECK(proxy({"all_proxy=p:1"}) == "p:1");
  CHECK(proxy({"ALL_PROXY=HTTP://p:1"}) == "HTTP://p:1");
  CHECK(proxy({"ALL_PROXY=http://all:1", "HTTPS_PROXY=http://https:1"}) == "http://https:1");
  CHECK(proxy({"ALL_PROXY=http://upper:1", "all_proxy=http://lower:1"}) == "http://lower:1");
  for (const char* const url : {"socks5://p:1", "socks5h://p:1", "SOCKS4://p:1", "https://p:1"})
    CHECK(proxy({"ALL_PROXY=" + std::string(url)}).empty());
}

TEST_CASE("a base URL is as in the vendor's documentation, and another path is kept", "[profile]") {
  struct Row {
    std::string url, kept;
  };
  const auto row = GENERATE(values<Row>({
      {"https://a.test", "https://a.test"},
      {"https://a.test/", "https://a.test"},
      {"https://a.test:8443/api/rest", "https://a.test:8443"},
      {"https://a.test/api/rest/", "https://a.test"},
      {"https://a.test/api", "https://a.test"},
      {"https://a.test/gateway", "https://a.test/gateway"},
      {"https://a.test/gateway/", "https://a.test/gateway"},
      {"https://a.test/sase/v1/api/rest", "https://a.test/sase/v1"},
      {"https://a.test/api/rest/v1", "https://a.test/api/rest/v1"},
      {"https://a.test/rest", "https://a.test/rest"},
      {"https://A.test/Gateway", "https://a.test/Gateway"},
  }));

  DYNAMIC_SECTION(row.url) {
    const Profile v1 = parse_profile({{"url", row.url}});
    CHECK(v1.url == row.kept);
    CHECK(v1.authorize_url == row.kept + "/api/v1/auth/authorize");
    CHECK(v1.rest_url == row.kept + "/api/rest");
    CHECK(v1.hosts.front().name == "a.test");
    CHECK(parse_profile({{"url", row.url}, {"api", "v3"}}).authorize_url == row.kept + "/v3/auth/authorize");
  }
}

TEST_CASE("rejects a relative SSL_CERT_FILE", "[profile]") {
  const tests::EnvironmentList environment{"SSL_CERT_FILE=ca.pem"};

  const Failure failure = tests::catch_failure([&environment] { (void)parse_profile({}, *environment); });

  CHECK(failure.code == ExitCode::invalid_settings);
}

TEST_CASE("a profile name is always a safe file name", "[profile]") {
  using namespace std::string_literals;
  for (const std::string& name :
       {"default"s, "a"s, "0"s, "a.b_c-d"s, "9lives"s, "a.."s, std::string(64, 'a')}) {
    INFO(name);
    CHECK(is_profile_name(name));
  }
  for (const std::string& name : {""s,      "."s,
                                  ".."s,    ".a"s,
                                  "-a"s,    "_a"s,
                                  "A"s,     "aB"s,
                                  "a/b"s,   "../a"s,
                                  "a b"s,   " a"s,
                                  "a\n"s,   "a\0"s,
                                  "a\0b"s,  "a\\b"s,
                                  "a:b"s,   "a@b"s,
                                  "a%b"s,   "\xc3\xa4"s,
                                  "a\xff"s, std::string(65, 'a')}) {
    INFO(protocol::escape(name));
    CHECK_FALSE(is_profile_name(name));
  }
}

TEST_CASE("the default profile has a valid name", "[profile]") {
  CHECK(is_profile_name(default_profile));
  CHECK(default_profile == "default");
}

TEST_CASE("reads the members of a fleet, their certificates and the prefix of its keys", "[profile]") {
  const Profile profile =
      parse_profile({{"fleet", "https://etcd1:2379, https://[::1]:2379/,https://ETCD3:443"},
                     {"fleet-ca-file", "/ca.pem"},
                     {"fleet-client-cert", "/c.pem"},
                     {"fleet-client-key", "/k.pem"}});

  REQUIRE(profile.fleet);
  REQUIRE(profile.fleet->members.size() == 3);
  CHECK(profile.fleet->members[0].authority() == "etcd1:2379");
  CHECK(profile.fleet->members[1].authority() == "[::1]:2379");
  CHECK(profile.fleet->members[2].authority() == "etcd3:443");
  CHECK(profile.fleet->ca_file == "/ca.pem");
  CHECK(profile.fleet->client_cert == "/c.pem");
  CHECK(profile.fleet->client_key == "/k.pem");
  CHECK(profile.fleet->prefix == "/sase-credential/");
  CHECK_FALSE(parse_profile({{"fleet", "off"}, {"fleet-ca-file", "/ca.pem"}}).fleet);
}

}  // namespace sase::config
