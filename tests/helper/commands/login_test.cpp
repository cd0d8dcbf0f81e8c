// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"

#include <chrono>
#include <string>

namespace sase::commands {

namespace {

using namespace std::chrono_literals;
using tests::contains;

config::Profile make_profile(std::string name) {
  config::Profile profile;
  profile.name = std::move(name);
  profile.authorize_url = "https://api.example.test/api/v1/auth/authorize";
  profile.rest_url = "https://api.example.test/api/rest";
  profile.hosts = {{.name = "api.example.test"}};
  return profile;
}

std::string report(const config::Profile& profile, std::optional<std::chrono::seconds> lifetime = 3599s) {
  const tests::EnvironmentList environment{"XDG_CONFIG_HOME=/home/me/.config"};
  return login_report(profile, api_key::LoginFiles(*environment, profile.name), lifetime);
}

}  // namespace

TEST_CASE("reports what was verified and stored, and prints examples", "[login]") {
  CHECK(report(make_profile("default")) ==
        "verified: https://api.example.test/api/v1/auth/authorize issued a token for 1h\n"
        "stored: the key in /home/me/.config/sase-credential/keys/default\n"
        "        the profile in /home/me/.config/sase-credential/profiles/default.conf\n"
        "\n"
        "These commands now get a token automatically:\n"
        "  sase-credential token --format header | curl -H @- https://api.example.test/api/rest/v1/users\n"
        "  git config --global credential.https://api.example.test.helper sase\n");
}

TEST_CASE("reports that the key was not verified", "[login]") {
  CHECK(report(make_profile("default"), std::nullopt)
            .starts_with("not verified: https://api.example.test/api/v1/auth/authorize was not contacted\n"));
}

TEST_CASE("the examples name a profile other than the default", "[login]") {
  const std::string text = report(make_profile("work"));

  CHECK(contains(text, "  sase-credential --profile work token --format header | curl "));
  CHECK(contains(text, ".helper 'sase --profile work'\n"));
}

TEST_CASE("the examples quote the paths of CA certificates for the shell", "[login]") {
  config::Profile profile = make_profile("default");
  profile.ca_file = "/home/me/my roots'.pem";
  const std::string text = report(profile);

  CHECK(contains(text, " --cacert '/home/me/my roots'\\''.pem' https://"));
  CHECK(contains(text, "http.https://api.example.test.sslCAInfo '/home/me/my roots'\\''.pem'\n"));
}

TEST_CASE("the examples contain the client certificate and the proxy", "[login]") {
  config::Profile profile = make_profile("default");
  profile.client_cert = "/home/me/client.pem";
  profile.client_key = "/home/me/client key.pem";
  profile.proxy = "http://proxy.example.test:3128";
  const std::string text = report(profile);

  CHECK(contains(text,
                 " --cert /home/me/client.pem --key '/home/me/client key.pem' "
                 "--proxy http://proxy.example.test:3128 https://"));
  CHECK(contains(text, ".sslCert /home/me/client.pem\n"));
  CHECK(contains(text, ".sslKey '/home/me/client key.pem'\n"));
  CHECK(contains(text, ".proxy http://proxy.example.test:3128\n"));
}

TEST_CASE("the examples contain no proxy with a password or with exceptions", "[login]") {
  config::Profile profile = make_profile("default");
  profile.proxy = "http://me:secret@proxy.example.test:3128";
  CHECK_FALSE(contains(report(profile), "proxy.example.test"));
  profile.proxy = "http://proxy.example.test:3128";
  profile.no_proxy = "example.test";
  CHECK_FALSE(contains(report(profile), "proxy.example.test"));
}

TEST_CASE("the example uses the path of users of v3", "[login]") {
  config::Profile profile = make_profile("default");
  profile.api = config::Api::v3;
  profile.rest_url = "https://api.example.test:8443";

  CHECK(contains(report(profile), " https://api.example.test:8443/v3/users\n"));
}

}  // namespace sase::commands
