// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/token_cache.hpp"
#include "helper/clock.hpp"
#include "helper/diagnose/report.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "helper/rate_limit/rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <string>

#include <sys/stat.h>

namespace sase::diagnose {

namespace {

using namespace std::chrono_literals;
using tests::contains;

/// A user with one profile.
struct User {
  tests::TemporaryDirectory root;
  std::string directory = root.make_directory("run") + "/sase-credential";
  tests::EnvironmentList environment{"XDG_CONFIG_HOME=" + root.path(), "XDG_RUNTIME_DIR=" + root.path("run")};

  void profile(std::string_view text) const { root.write("sase-credential/profiles/default.conf", text); }
  void key(std::string_view text, mode_t mode = 0600) const { root.write("key", text, mode); }
  [[nodiscard]] ProfileStatus status() const {
    const Diagnostics nothing(-1);
    config::IgnoredVariables ignored_variables(*environment, nothing);
    return read_status({.environment = *environment,
                        .diagnostics = nothing,
                        .ignored_variables = ignored_variables,
                        .start = {}},
                       config::ProfileSelector(*environment, {}, std::nullopt), "default");
  }
  [[nodiscard]] std::string with_key() const {
    return "region = eu\napi-key-file = " + root.path("key") + '\n';
  }
};

}  // namespace

TEST_CASE("reads a profile and its token", "[profile_status]") {
  const User user;
  user.profile(user.with_key());
  user.key("hunter2");
  cache::FileCache(user.directory)
      .store(
          cache::Identity("default", "https://api.eu.sase.checkpoint.com/api/v1/auth/authorize", "hunter2"),
          {.bearer = protocol::BearerToken(protocol::Secret("a.token")),
           .expiry = Expiry::after(ClockReading::now(), 30min)});

  const ProfileStatus status = user.status();

  CHECK_FALSE(status.failure);
  CHECK(status.region == "eu");
  CHECK(status.api == "v1");
  CHECK(status.host == "api.eu.sase.checkpoint.com");
  CHECK(contains(status.key, "/key'"));
  REQUIRE(status.local_state.token_left);
  CHECK(*status.local_state.token_left > 29min);
}

TEST_CASE("reports an invalid profile with its line, and an unusable key with its reason",
          "[profile_status]") {
  const User user;
  user.profile("# a word\nregoin = eu\n");
  const ProfileStatus wrong = user.status();
  REQUIRE(wrong.failure);
  CHECK(contains(wrong.failure->what(), "default.conf:2: unknown setting 'regoin'"));

  user.profile(user.with_key());
  user.key("hunter2", 0644);
  const ProfileStatus open = user.status();
  CHECK(open.region == "eu");
  REQUIRE(open.failure);
  CHECK(contains(open.failure->hint, "chmod 600"));
}

TEST_CASE("reports a profile without a key", "[profile_status]") {
  const User user;
  user.profile("region = eu\n");
  const ProfileStatus status = user.status();
  CHECK(contains(status.failure.value().what(), "no API key"));
  CHECK(status.exit_code() == ExitCode::invalid_settings);
}

TEST_CASE("the exit code is that of a pause, unless a cached token is good", "[profile_status]") {
  const User user;
  user.profile(user.with_key());
  user.key("hunter2");
  CHECK(user.status().exit_code() == ExitCode::success);
  const std::string url = "https://api.eu.sase.checkpoint.com/api/v1/auth/authorize";
  rate_limit::RequestLog log;
  log.requests.assign(rate_limit::request_limit, BootClock::now());
  rate_limit::RefreshLock::acquire(user.directory, rate_limit::make_key_id(url, "hunter2"), BootTime{},
                                   BootClock::now() + 5s)
      .value()
      .write_log(log);
  CHECK(user.status().exit_code() == ExitCode::unreachable);

  cache::FileCache(user.directory)
      .store(cache::Identity("default", url, "hunter2"),
             {.bearer = protocol::BearerToken(protocol::Secret("a.token")),
              .expiry = Expiry::after(ClockReading::now(), 30min)});
  CHECK(user.status().exit_code() == ExitCode::success);
  user.profile(user.with_key() + "min-ttl = 45m\n");
  CHECK(user.status().exit_code() == ExitCode::unreachable);
}

TEST_CASE("the exit code is that of settings if a certificate file cannot be used", "[profile_status]") {
  const User user;
  user.profile(user.with_key() + "ca-file = " + user.root.path("none.pem") + '\n');
  user.key("hunter2");
  const ProfileStatus status = user.status();
  CHECK(contains(status.failure.value().what(), "there is no file"));
  CHECK(status.exit_code() == ExitCode::invalid_settings);
}

TEST_CASE("does not run a key command", "[profile_status]") {
  const User user;
  user.profile("api-key-command = touch " + user.root.path("ran") + '\n');
  const ProfileStatus status = user.status();
  CHECK_FALSE(status.failure);
  CHECK(status.key == "the command of 'api-key-command'");
  CHECK_FALSE(tests::exists(user.root.path("ran")));
}

TEST_CASE("reports an unusable state directory and creates none", "[profile_status]") {
  const User user;
  user.profile(user.with_key());
  user.key("hunter2");
  CHECK_FALSE(user.status().failure);
  CHECK_FALSE(tests::exists(user.directory));
  (void)user.root.make_directory("run/sase-credential", 0755);
  CHECK(contains(user.status().failure.value().what(), "open to other users"));
}

}  // namespace sase::diagnose
