// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log_file.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <string>
#include <system_error>

#include <unistd.h>

namespace sase::rate_limit {

namespace {

RequestLog with_a_request() {
  RequestLog log;
  log.requests.push_back(boot_clock());
  return log;
}

}  // namespace

TEST_CASE("what is written in a ledger is read from it, and from no other", "[ledger]") {
  const tests::TemporaryDirectory root;
  const os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));
  const RequestLogFile log_file(directory, "a");
  const RequestLog log = with_a_request();

  log_file.write(log);

  CHECK(log_file.read().requests == log.requests);
  CHECK(RequestLogFile(directory, "b").read().requests.empty());
}

TEST_CASE("a ledger that is far too long is empty", "[ledger]") {
  const tests::TemporaryDirectory root;
  const os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));
  const RequestLogFile log_file(directory, "a");
  (void)root.write("state/a.ledger", with_a_request().write(current_boot()) + std::string(9000, 'x'));

  CHECK(log_file.read().requests.empty());
}

TEST_CASE("where there is no ledger, or a damaged one, it is empty", "[ledger]") {
  const tests::TemporaryDirectory root;
  const os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));
  const RequestLogFile log_file(directory, "a");
  SECTION("none") {}
  SECTION("an empty one") {
    root.write("state/a.ledger", "");
  }
  SECTION("a cut one") {
    const std::string whole = with_a_request().write(current_boot());
    root.write("state/a.ledger", whole.substr(0, whole.size() - 1));
  }
  SECTION("one of another start of the machine") {
    root.write("state/a.ledger", with_a_request().write(BootId{1}));
  }
  SECTION("one of a time to come") {
    RequestLog log;
    log.requests.push_back(boot_clock() + std::chrono::hours(1));
    root.write("state/a.ledger", log.write(current_boot()));
  }

  CHECK(log_file.read().requests.empty());
}

TEST_CASE("a ledger is replaced whole and is for its owner alone", "[ledger]") {
  const tests::TemporaryDirectory root;
  const os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));
  const RequestLogFile log_file(directory, "a");
  log_file.write(with_a_request());

  log_file.write(RequestLog{});

  CHECK(log_file.read().requests.empty());
  CHECK(tests::mode_of(root.path("state/a.ledger")) == 0600);
  CHECK_FALSE(tests::exists(root.path("state/a.ledger.new")));
}

TEST_CASE("a ledger that is not ours alone cannot be read", "[ledger]") {
  const tests::TemporaryDirectory root;
  const os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));
  SECTION("open to others") {
    root.write("state/a.ledger", with_a_request().write(current_boot()), 0644);
  }
  SECTION("a link") {
    root.write("state/b", with_a_request().write(current_boot()));
    REQUIRE(::symlink("b", root.path("state/a.ledger").c_str()) == 0);
  }
  SECTION("a directory") {
    root.make_directory("state/a.ledger");
  }

  CHECK_THROWS_AS(RequestLogFile(directory, "a").read(), std::system_error);
}

TEST_CASE("a ledger that cannot be written is a system error", "[ledger]") {
  const tests::TemporaryDirectory root;
  const os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));
  root.make_directory("state/a.ledger");

  CHECK_THROWS_AS(RequestLogFile(directory, "a").write(RequestLog{}), std::system_error);
}

TEST_CASE("the fullest ledger there can be is read", "[ledger]") {
  const tests::TemporaryDirectory root;
  const os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));
  const RequestLogFile log_file(directory, "a");
  RequestLog log;
  log.requests.assign(64, boot_clock());
  log.grant = LastSuccess{.at = boot_clock(), .lifetime = std::chrono::hours(1)};
  log.failure = LastFailure{.auth_error = {.kind = protocol::ErrorKind::rejected,
                                           .transient = true,
                                           .what = std::string(2000, 'w'),
                                           .hint = std::string(2000, 'h'),
                                           .retry_after = std::chrono::seconds::max()},
                            .at = boot_clock(),
                            .network_fingerprint = std::string(32, 'r')};

  log_file.write(log);

  CHECK(log_file.read().requests.size() == 64);
  CHECK(log_file.read().failure->auth_error.what == log.failure->auth_error.what);
}

TEST_CASE("an account has its name from URL and key, and neither is in it", "[ledger]") {
  const std::string name = make_key_id("https://a.test/x", "key");

  CHECK(name.size() == 32);
  CHECK(name.find_first_not_of("0123456789abcdef") == std::string::npos);
  // Computed with Python's hashlib.blake2b: a new version must find what an old one has kept.
  CHECK(name == "8e7e394b7bb26522aa6049b16d24a2bf");
  CHECK(name != make_key_id("https://b.test/x", "key"));
  CHECK(name != make_key_id("https://a.test/x", "kez"));
  CHECK(make_key_id("ab", "c") != make_key_id("a", "bc"));
  // A command's text is not a key.
  CHECK(make_command_key_id("a", "b") != make_key_id("a", "b"));
  CHECK(make_command_key_id("a", "b") == make_command_key_id("a", "b"));
  CHECK(make_command_key_id("a", "b") != make_command_key_id("a", "c"));
  CHECK(make_command_key_id("a", "b") != make_command_key_id("b", "b"));
}

}  // namespace sase::rate_limit
