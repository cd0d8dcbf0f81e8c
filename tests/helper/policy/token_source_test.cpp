// SPDX-License-Identifier: Apache-2.0
#include "helper/policy/token_source.hpp"

#include "helper/cache/file_cache.hpp"
#include "helper/posix/private_directory.hpp"
#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/fake_authorizer.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::string_view the_key = "a-test-api-key";

Profile make_profile() {
  Profile profile;
  profile.name = "default";
  profile.authorize_url = "https://api.example.test/api/v1/auth/authorize";
  return profile;
}

/// One machine's state, and calls that work with it.
struct Machine {
  tests::TemporaryDirectory root;
  std::string folder = root.path("state/sase-credential");
  Profile profile = make_profile();
  FileCache file_cache{folder};
  TokenCache* cache = &file_cache;
  std::optional<std::string> lock_folder = folder;
  tests::FakeAuthorizer authorizer;
  tests::MemoryFile error;
  Diagnostics diagnostics{error.fd()};
  std::chrono::milliseconds time = 10s;  ///< that a call has

  [[nodiscard]] Identity identity() const { return {profile.name, profile.authorize_url, the_key}; }

  [[nodiscard]] TokenSource source() {
    return {profile,     ApiKey(protocol::Secret(the_key)), cache, lock_folder, authorizer,
            diagnostics, steady_clock::now() + time};
  }
  [[nodiscard]] std::string get() { return std::string(source().get().token.reveal()); }
  void erase(std::string_view token) { source().erase(token); }
  [[nodiscard]] Failure failure() {
    return tests::failure_of([this] { (void)source().get(); });
  }

  void keep(std::string_view token, seconds left) {
    const CachedToken cached{.token = protocol::BearerToken(protocol::Secret(token)),
                             .expiry = Expiry::after(Moment::now(), left)};
    file_cache.store(identity(), cached);
  }
  [[nodiscard]] std::string kept() {
    const auto cached = file_cache.find(identity());
    return cached ? std::string(cached->token.reveal()) : "(none)";
  }
  [[nodiscard]] FileLock hold_lock() const {
    const PrivateDirectory directory = PrivateDirectory::create(folder);
    return FileLock::acquire(directory.open_lock(identity().file_stem() + ".lock"), steady_clock::now())
        .value();
  }
};

/// A cache in which somebody else's token appears while the lock is being taken.
class LateCache : public TokenCache {
 public:
  [[nodiscard]] std::optional<CachedToken> find(const Identity&) override {
    if (++asked == 1) return std::nullopt;
    return CachedToken{.token = protocol::BearerToken(protocol::Secret("of-another-call")),
                       .expiry = Expiry::after(Moment::now(), 3600s)};
  }
  void store(const Identity&, const CachedToken&) override {}
  void remove(const Identity&) override {}

  int asked = 0;
};

/// A cache that can be read, but not written.
class FullCache : public TokenCache {
 public:
  [[nodiscard]] std::optional<CachedToken> find(const Identity&) override { return std::nullopt; }
  void store(const Identity&, const CachedToken&) override {
    throw std::system_error(ENOSPC, std::generic_category(), "cannot write the token");
  }
  void remove(const Identity&) override {}
};

protocol::Denied denied(protocol::Denial denial) {
  return {.denial = denial,
          .transient = false,
          .what = "what happened",
          .hint = "what to do",
          .retry_after = std::nullopt};
}

}  // namespace

TEST_CASE("without a cached token one is asked for and kept", "[token_source]") {
  Machine machine;

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.error.text().empty());
}

TEST_CASE("the next call gets the cached token", "[token_source]") {
  Machine machine;
  (void)machine.get();
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "another", .lifetime = 3600s};

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
}

TEST_CASE("a cached token is told with the time it has left", "[token_source]") {
  Machine machine;
  machine.keep("cached", 1000s);

  const FreshToken fresh = machine.source().get();

  CHECK(fresh.time_left <= 1000s);
  CHECK(fresh.time_left >= 990s);
}

TEST_CASE("the authorizer is told all that it needs", "[token_source]") {
  Machine machine;
  machine.profile.ca_file = "/ca.pem";
  machine.profile.client_cert = "/c.pem";
  machine.profile.client_key = "/k.pem";
  machine.profile.proxy = "http://proxy:1";
  machine.profile.no_proxy = "a.test";
  machine.time = 5s;

  (void)machine.get();

  CHECK(machine.authorizer.url == "https://api.example.test/api/v1/auth/authorize");
  CHECK(machine.authorizer.api_key == the_key);
  CHECK(machine.authorizer.ca_file == "/ca.pem");
  CHECK(machine.authorizer.client_cert == "/c.pem");
  CHECK(machine.authorizer.client_key == "/k.pem");
  CHECK(machine.authorizer.proxy == "http://proxy:1");
  CHECK(machine.authorizer.no_proxy == "a.test");
  CHECK(machine.authorizer.timeout <= 5s);
  CHECK(machine.authorizer.timeout > 3s);
}

TEST_CASE("a cached token is given while it lives for min-ttl", "[token_source]") {
  struct Row {
    const char* name;
    seconds min_ttl, left;
    const char* expected;
  };
  // Reading the clock again may cost a second or two, so nothing stands on the very bound.
  const auto row = GENERATE(values<Row>({
      {"long before", 60s, 3600s, "cached"},
      {"shortly before", 60s, 70s, "cached"},
      {"shortly after", 60s, 59s, "fresh-token"},
      {"a long job asks for more", 2700s, 2600s, "fresh-token"},
      {"a long job has enough", 2700s, 2800s, "cached"},
      {"without a min-ttl", 0s, 10s, "cached"},
      {"without a min-ttl, at its end", 0s, 0s, "fresh-token"},
      {"dead", 60s, -1s, "fresh-token"},
      {"dead without a min-ttl", 0s, -1s, "fresh-token"},
      {"longer than any token lives", 60s, 3700s, "fresh-token"},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    machine.profile.min_ttl = row.min_ttl;
    machine.keep("cached", row.left);

    CHECK(machine.get() == row.expected);
    CHECK(machine.kept() == row.expected);
  }
}

TEST_CASE("another profile, service or key does not get the cached token", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);

  SECTION("another profile") {
    machine.profile.name = "work";
    CHECK(machine.get() == "fresh-token");
  }
  SECTION("another service") {
    machine.profile.authorize_url = "https://other.test/api/v1/auth/authorize";
    CHECK(machine.get() == "fresh-token");
  }
  SECTION("another key") {
    TokenSource source(machine.profile, ApiKey(protocol::Secret("another-key")), machine.cache,
                       machine.folder, machine.authorizer, machine.diagnostics, steady_clock::now() + 10s);
    CHECK(source.get().token.reveal() == "fresh-token");
  }
}

TEST_CASE("a denial is said as it came, with the code of its kind", "[token_source]") {
  struct Row {
    const char* name;
    protocol::Denial denial;
    ExitCode code;
  };
  const auto row = GENERATE(values<Row>({
      {"refused", protocol::Denial::refused, ExitCode::refused},
      {"nonsense", protocol::Denial::nonsense, ExitCode::refused},
      {"unreachable", protocol::Denial::unreachable, ExitCode::unreachable},
      {"rate-limited", protocol::Denial::rate_limited, ExitCode::unreachable},
      {"misconfigured", protocol::Denial::misconfigured, ExitCode::settings},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    machine.authorizer.answer = denied(row.denial);

    const Failure failure = machine.failure();

    CHECK(failure.code == row.code);
    CHECK(std::string(failure.what()) == "what happened");
    CHECK(failure.hint == "what to do");
    CHECK(machine.kept() == "(none)");
  }
}

TEST_CASE("without an answer of any kind the authorizer's own failure is said", "[token_source]") {
  Machine machine;
  machine.authorizer.meanwhile = [] { throw Failure(ExitCode::local_state, "no authorizer"); };

  CHECK(machine.failure().code == ExitCode::local_state);
}

TEST_CASE("a new token that lives for less than min-ttl is refused", "[token_source]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "short", .lifetime = 2699s};

  const Failure failure = machine.failure();

  CHECK(failure.code == ExitCode::refused);
  CHECK(tests::contains(failure.what(), "2699s"));
  CHECK(tests::contains(failure.what(), "45m"));
}

TEST_CASE("a new token that lives for exactly min-ttl is given", "[token_source]") {
  Machine machine;
  machine.profile.min_ttl = 2700s;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "enough", .lifetime = 2700s};

  CHECK(machine.get() == "enough");
}

TEST_CASE("a new token that is dead already is refused, even without a min-ttl", "[token_source]") {
  Machine machine;
  machine.profile.min_ttl = 0s;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "dead", .lifetime = 0s};

  CHECK(machine.failure().code == ExitCode::refused);
}

TEST_CASE("the time that asking took is no longer left of a new token", "[token_source]") {
  Machine machine;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "slow", .lifetime = 3600s};
  // Until the clock's next second, so that it shows: at most one.
  machine.authorizer.meanwhile = [] {
    const Moment before = Moment::now();
    while (Moment::now().boot == before.boot || Moment::now().wall == before.wall)
      std::this_thread::sleep_for(10ms);
  };

  CHECK(machine.source().get().time_left <= 3599s);
}

TEST_CASE("whoever waited for the lock finds the token of the one who held it", "[token_source]") {
  Machine machine;
  LateCache cache;
  machine.cache = &cache;

  CHECK(machine.get() == "of-another-call");
  CHECK(machine.authorizer.calls == 0);
  CHECK(cache.asked == 2);
}

TEST_CASE("whoever asked while another call failed shares its failure", "[token_source]") {
  Machine machine;
  machine.authorizer.answer = protocol::Denied{.denial = protocol::Denial::refused,
                                               .transient = false,
                                               .what = "no",
                                               .hint = "try another",
                                               .retry_after = std::nullopt};
  TokenSource waiter = machine.source();
  REQUIRE(machine.failure().code == ExitCode::refused);

  const Failure shared = tests::failure_of([&waiter] { (void)waiter.get(); });

  CHECK(shared.code == ExitCode::refused);
  CHECK(std::string(shared.what()) == "no");
  CHECK(shared.hint == "try another");
  CHECK(machine.authorizer.calls == 1);
}

TEST_CASE("a call that begins after a failure asks anew", "[token_source]") {
  Machine machine;
  machine.authorizer.answer = protocol::Denied{.denial = protocol::Denial::unreachable,
                                               .transient = true,
                                               .what = "no",
                                               .hint = {},
                                               .retry_after = std::nullopt};
  REQUIRE(machine.failure().code == ExitCode::unreachable);
  std::this_thread::sleep_for(5ms);
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "later", .lifetime = 3600s};

  CHECK(machine.get() == "later");
}

TEST_CASE("the lock is held while the authorizer is asked", "[token_source]") {
  Machine machine;
  bool free = true;
  machine.authorizer.meanwhile = [&machine, &free] {
    const PrivateDirectory directory = PrivateDirectory::create(machine.folder);
    const std::string name = machine.identity().file_stem() + ".lock";
    free = FileLock::acquire(directory.open_lock(name), steady_clock::now()).has_value();
  };

  (void)machine.get();

  CHECK_FALSE(free);
  CHECK_NOTHROW((void)machine.hold_lock());
}

TEST_CASE("nobody waits for the lock past the timeout", "[token_source]") {
  Machine machine;
  const FileLock held = machine.hold_lock();
  machine.time = 50ms;
  const auto start = steady_clock::now();

  const Failure failure = machine.failure();

  CHECK(failure.code == ExitCode::unreachable);
  CHECK(tests::contains(failure.what(), "'default'"));
  CHECK(machine.authorizer.calls == 0);
  CHECK(steady_clock::now() - start >= 50ms);
  CHECK(steady_clock::now() - start < 2s);
}

TEST_CASE("a cached token needs no lock", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);
  const FileLock held = machine.hold_lock();
  machine.time = 50ms;

  CHECK(machine.get() == "cached");
}

TEST_CASE("the locks of two profiles are two", "[token_source]") {
  Machine machine;
  const FileLock held = machine.hold_lock();
  machine.profile.name = "work";
  machine.time = 100ms;

  CHECK(machine.get() == "fresh-token");
}

TEST_CASE("trouble with the cache is one warning, and the token still comes", "[token_source]") {
  Machine machine;
  SECTION("a file is in the folder's place") {
    machine.root.write("state/sase-credential", "");
  }
  SECTION("the folder is open to others") {
    machine.root.make_folder("state/sase-credential", 0755);
  }
  SECTION("a link is in the folder's place") {
    machine.root.make_folder("state/elsewhere");
    REQUIRE(::symlink("elsewhere", machine.folder.c_str()) == 0);
  }
  SECTION("a folder is in the token's place") {
    machine.root.make_folder("state/sase-credential/" + machine.identity().file_stem() + ".token");
  }
  SECTION("the token's file is open to others") {
    machine.keep("cached", 3600s);
    ::chmod((machine.folder + '/' + machine.identity().file_stem() + ".token").c_str(), 0644);
  }
  SECTION("a FIFO is in the lock's place") {
    machine.root.make_folder("state/sase-credential");
    REQUIRE(::mkfifo((machine.folder + '/' + machine.identity().file_stem() + ".lock").c_str(), 0600) == 0);
  }

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.authorizer.calls == 1);
  CHECK(machine.error.text().starts_with("sase-credential: warning: going on without the cache: "));
  CHECK(tests::count_lines(machine.error.text()) == 1);
}

TEST_CASE("a full cache is one warning, and the token still comes", "[token_source]") {
  Machine machine;
  FullCache cache;
  machine.cache = &cache;

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.error.text() ==
        "sase-credential: warning: going on without the cache: cannot write the token: No space left on "
        "device\n");
}

TEST_CASE("a damaged cache heals itself without a word", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);
  const std::string name = "state/sase-credential/" + machine.identity().file_stem() + ".token";
  machine.root.write(
      name, GENERATE(values<std::string>({"", "x", std::string(200, 'x'), std::string(70'000, 'x')})));

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.kept() == "fresh-token");
  CHECK(machine.error.text().empty());
}

TEST_CASE("what a warning says of the cache is safe on a terminal", "[token_source]") {
  Machine machine;
  const std::string folder = machine.root.write("a\x1b[2J\nb", "");
  FileCache cache(folder);
  machine.cache = &cache;
  machine.lock_folder = folder;

  CHECK(machine.get() == "fresh-token");
  CHECK(tests::count_lines(machine.error.text()) == 1);
  CHECK_FALSE(tests::contains(machine.error.text(), "\x1b"));
}

TEST_CASE("without a cache every call asks and waits for nobody", "[token_source]") {
  Machine machine;
  machine.cache = nullptr;

  CHECK(machine.get() == "fresh-token");
  CHECK(machine.get() == "fresh-token");
  CHECK(machine.authorizer.calls == 2);
  CHECK(machine.kept() == "(none)");

  const FileLock held = machine.hold_lock();
  machine.time = 50ms;
  CHECK(machine.get() == "fresh-token");
}

TEST_CASE("without any place for locks a token still comes", "[token_source]") {
  Machine machine;
  machine.cache = nullptr;
  machine.lock_folder = std::nullopt;

  CHECK(machine.get() == "fresh-token");
  CHECK_FALSE(tests::exists(machine.folder));
}

TEST_CASE("erase drops the cached token if it is this one", "[token_source]") {
  struct Row {
    const char* name;
    std::string token, kept;
  };
  const auto row = GENERATE(values<Row>({
      {"this one", "cached", "(none)"},
      {"another one", "cacheX", "cached"},
      {"a part of it", "cache", "cached"},
      {"more than it", "cachedd", "cached"},
      {"none", "", "cached"},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    machine.keep("cached", 3600s);

    machine.erase(row.token);

    CHECK(machine.kept() == row.kept);
    CHECK(machine.authorizer.calls == 0);
    CHECK(machine.error.text().empty());
  }
}

TEST_CASE("after an erase the next call asks anew", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.erase("cached");

  CHECK(machine.get() == "fresh-token");
}

TEST_CASE("a dead token can be erased too", "[token_source]") {
  Machine machine;
  machine.keep("cached", -10s);
  machine.erase("cached");

  CHECK(machine.kept() == "(none)");
}

TEST_CASE("erase drops the token of its own profile alone", "[token_source]") {
  Machine machine;
  machine.keep("cached", 3600s);
  machine.profile.name = "work";
  machine.keep("cached", 3600s);

  machine.erase("cached");

  CHECK(machine.kept() == "(none)");
  machine.profile.name = "default";
  CHECK(machine.kept() == "cached");
}

TEST_CASE("where nothing is cached there is nothing to erase", "[token_source]") {
  Machine machine;

  CHECK_NOTHROW(machine.erase("cached"));
  CHECK(machine.error.text().empty());
  machine.cache = nullptr;
  CHECK_NOTHROW(machine.erase("cached"));
}

TEST_CASE("trouble with the cache is one warning for an erase too", "[token_source]") {
  Machine machine;
  machine.root.make_folder("state/sase-credential", 0755);

  CHECK_NOTHROW(machine.erase("cached"));
  CHECK(tests::count_lines(machine.error.text()) == 1);
}

TEST_CASE("neither key nor token is in a warning or a file", "[token_source]") {
  Machine machine;
  machine.authorizer.answer = tests::FakeAuthorizer::Grant{.token = "hunter2-token", .lifetime = 3600s};
  (void)machine.get();
  const std::string stem = machine.folder + '/' + machine.identity().file_stem();

  const std::string token = tests::text_of_file(stem + ".token");
  CHECK_FALSE(token.empty());
  CHECK_FALSE(tests::contains(token, "hunter2"));
  CHECK_FALSE(tests::contains(token, the_key));
  CHECK(tests::exists(stem + ".lock"));
  CHECK(tests::text_of_file(stem + ".lock").empty());
}

}  // namespace sase::helper
