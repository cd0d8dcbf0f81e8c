// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/machine.hpp"
#include "tests/support/temporary_directory.hpp"

#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::diagnose {

namespace {

using namespace std::chrono_literals;
using tests::contains;

/// A machine whose state is below XDG_RUNTIME_DIR.
struct Place : tests::Machine {
  Place() {
    directory = root.make_directory("run") + "/sase-credential";
    file_cache_here = std::make_unique<cache::FileCache>(directory);
  }
  [[nodiscard]] CheckResult check() {
    const tests::EnvironmentList environment{"XDG_RUNTIME_DIR=" + root.path("run")};
    token::ApiKeyHandle key(profile, api_key::ApiKey(protocol::Secret(tests::the_key)));
    return check_files(profile, key, *environment);
  }
  std::unique_ptr<cache::FileCache> file_cache_here;
};

}  // namespace

TEST_CASE("creates a missing directory with private permissions", "[local_state]") {
  Place place;
  const CheckResult check = place.check();
  CHECK(check.state == protocol::CheckState::ok);
  CHECK(check.what == "state in '" + place.directory + "' (XDG_RUNTIME_DIR); cache in files, no token");
  struct stat status {};
  REQUIRE(::stat(place.directory.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
}

TEST_CASE("shows the cached token and the last failure", "[local_state]") {
  Place place;
  place.file_cache_here->store(place.identity(),
                               {.bearer = protocol::BearerToken(protocol::Secret("a.token")),
                                .expiry = Expiry::after(ClockReading::now(), 30min)});
  CHECK(contains(place.check().what, "a token with 29m left") !=
        contains(place.check().what, "a token with 30m left"));
  rate_limit::RequestLog log;
  log.failure = rate_limit::LastFailure{.auth_error = tests::auth_error(protocol::ErrorKind::rejected),
                                        .at = BootClock::now(),
                                        .network_fingerprint = "r"};
  place.hold_lock().write_log(log);
  CHECK(contains(place.check().what, "no request is sent now: what happened"));
}

TEST_CASE("names a process that holds the lock after its deadline", "[local_state]") {
  Place place;
  auto lock = place.hold_lock();
  CHECK(lock.extend(BootClock::now() - 5s));

  CHECK(contains(place.check().what, "the last call failed 5s ago: process " + std::to_string(::getpid()) +
                                         " still holds the lock after its deadline; is it stopped?"));
}

TEST_CASE("shows the command that repairs an unusable file or directory", "[local_state]") {
  struct Row {
    std::string name;
    std::function<void(const std::string&)> spoil;
    std::string remedy;
  };
  const auto row = GENERATE(values<Row>({
      {"open to others",
       [](const std::string& directory) {
         ::mkdir(directory.c_str(), 0700);
         ::chmod(directory.c_str(), 0755);
       },
       "chmod go-rwx DIRECTORY"},
      {"a link", [](const std::string& directory) { (void)!::symlink("/tmp", directory.c_str()); },
       "rm -r DIRECTORY"},
      {"a file", [](const std::string& directory) { std::ofstream(directory) << "x"; }, "rm -r DIRECTORY"},
  }));
  DYNAMIC_SECTION(row.name) {
    Place place;
    row.spoil(place.directory);
    const CheckResult check = place.check();
    CHECK(check.is_failed());
    CHECK(check.code == ExitCode::local_state);
    std::string remedy = row.remedy;
    remedy.replace(remedy.find("DIRECTORY"), 9, place.directory);
    CHECK(contains(check.remedy, remedy));
  }
}

TEST_CASE("advises removing a directory of another user", "[local_state]") {
  Place place;
  ::mkdir(place.directory.c_str(), 0700);
  if (!tests::give_away(place.directory)) return;
  CHECK(place.check().remedy == "remove it: sudo rm -r " + place.directory);
}

TEST_CASE("names the request log that others can read", "[local_state]") {
  Place place;
  place.hold_lock().write_log({});
  const std::string log_file = place.directory + '/' + place.key_id() + ".lock";
  ::chmod(log_file.c_str(), 0644);
  CHECK(place.check().remedy == "chmod go-rwx " + log_file);
}

TEST_CASE("without a state directory the check fails only if a cache is configured", "[local_state]") {
  tests::Machine machine;
  const tests::EnvironmentList environment{"A=b"};
  token::ApiKeyHandle key(machine.profile, api_key::ApiKey(protocol::Secret(tests::the_key)));
  CHECK(check_files(machine.profile, key, *environment).code == ExitCode::local_state);
  machine.profile.cache = config::CacheKind::none;
  CHECK(check_files(machine.profile, key, *environment).state == protocol::CheckState::warning);
}

}  // namespace sase::diagnose
