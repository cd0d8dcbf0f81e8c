// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"
#include "tests/support/caller.hpp"

#include <chrono>
#include <string>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using tests::Caller;
using tests::FakeAuthorizer;

}  // namespace

TEST_CASE("a denial is remembered with its way and its time", "[sparing_authorizer]") {
  Caller caller;
  caller.authorizer.answer = tests::denied(protocol::Denial::unreachable, 7s);
  caller.authorizer.requests = 2;
  const Instant start = boot_clock();

  CHECK(std::string(caller.failure().what()) == "what happened");

  const History history = caller.history();
  REQUIRE(history.failure);
  CHECK(history.failure->denied.denial == protocol::Denial::unreachable);
  CHECK(history.failure->denied.what == "what happened");
  CHECK(history.failure->denied.hint == "what to do");
  CHECK(history.failure->denied.retry_after == 7s);
  CHECK(history.failure->at >= start);
  CHECK(history.failure->route.size() == 32);
  CHECK(history.requests.size() == 2);
}

TEST_CASE("a grant is remembered as what it was", "[sparing_authorizer]") {
  struct Row {
    const char* name;
    seconds lifetime, min_ttl, remembered;
    bool too_short;
  };
  const auto row = GENERATE(values<Row>({
      {"long enough", 600s, 60s, 600s, false},
      {"just long enough", 603s, 600s, 603s, false},
      {"too short by the time it is here", 600s, 600s, 600s, true},
      {"too short", 599s, 600s, 599s, true},
      {"longer than any token lives", 7200s, 60s, 3600s, false},
      {"a second", 1s, 0s, 1s, false},
  }));

  DYNAMIC_SECTION(row.name) {
    Caller caller;
    caller.profile.min_ttl = row.min_ttl;
    caller.authorizer.answer = FakeAuthorizer::Grant{.token = "T", .lifetime = row.lifetime};

    CHECK(caller.authorize().granted.lifetime == row.remembered);

    const auto grant = caller.history().grant;
    REQUIRE(grant);
    CHECK(grant->lifetime == row.remembered);
    CHECK(grant->too_short == row.too_short);
    CHECK_FALSE(grant->ahead);
    CHECK_FALSE(grant->after_erase);
  }
}

TEST_CASE("a dead token is a failure, and is remembered as one", "[sparing_authorizer]") {
  Caller caller;
  caller.profile.min_ttl = 0s;
  caller.authorizer.answer = FakeAuthorizer::Grant{.token = "T", .lifetime = GENERATE(0s, -1s)};

  const Failure failure = caller.failure();

  CHECK(failure.code == ExitCode::refused);
  CHECK(std::string(failure.what()) == "the service's new token has expired already");
  CHECK_FALSE(caller.history().grant);
  CHECK(caller.history().failure->denied.denial == protocol::Denial::nonsense);
}

TEST_CASE("a renewal is remembered as one, and does not ask the rules again", "[sparing_authorizer]") {
  Caller caller;
  caller.change_history([](History& history) { history.paused_until = boot_clock() + 1min; });

  CHECK(caller.renew().granted.token.reveal() == "fresh-token");

  CHECK(caller.history().grant->ahead);
  CHECK(caller.history().requests.size() == 1);
}

TEST_CASE("whether to renew hangs on the ledger and on refresh-ahead", "[sparing_authorizer]") {
  Caller caller;
  CHECK(caller.service().may_renew(caller.turn));
  caller.change_history([](History& history) {
    history.grant = PastGrant{.at = boot_clock(), .lifetime = 900s, .ahead = true};
  });

  CHECK_FALSE(caller.service().may_renew(caller.turn));
  caller.profile.refresh_ahead = 899s;
  CHECK(caller.service().may_renew(caller.turn));
}

TEST_CASE("a failure is shared from the moment that a call began", "[sparing_authorizer]") {
  Caller caller;
  SparingAuthorizer waiter = caller.service();
  CHECK_NOTHROW(waiter.share_failure(caller.turn));
  caller.authorizer.answer = tests::denied(protocol::Denial::misconfigured);
  (void)caller.failure();

  const Failure shared = tests::failure_of([&] { waiter.share_failure(caller.turn); });

  CHECK(shared.code == ExitCode::settings);
  CHECK(std::string(shared.what()) == "what happened");
  caller.change_history([](History& history) { history.failure->at -= 1min; });
  CHECK_NOTHROW(waiter.share_failure(caller.turn));
}

TEST_CASE("an erase is taken down with its time", "[sparing_authorizer]") {
  Caller caller;
  caller.change_history([](History& history) {
    history.grant = PastGrant{.at = boot_clock(), .lifetime = 3600s, .after_erase = true};
  });

  caller.service().note_erase(caller.turn);

  CHECK(caller.history().erased);
  CHECK(caller.history().strikes == 1);
  CHECK(caller.history().paused_until > boot_clock() + 50s);
}

TEST_CASE("trouble with the ledger is one warning, and the call goes on", "[sparing_authorizer]") {
  Caller caller;
  SECTION("neither read nor written") {
    caller.root.make_folder("state/sase-credential/" + caller.account() + ".ledger");
  }
  SECTION("not written") {
    caller.root.make_folder("state/sase-credential/" + caller.account() + ".ledger.new");
  }
  SECTION("open to others") {
    caller.root.write("state/sase-credential/" + caller.account() + ".ledger", "", 0666);
  }

  CHECK(caller.authorize().granted.token.reveal() == "fresh-token");
  CHECK_NOTHROW(caller.service().share_failure(caller.turn));
  CHECK_NOTHROW(caller.service().note_erase(caller.turn));

  CHECK(caller.authorizer.tries == 3);
  CHECK(caller.error.text().starts_with("sase-credential: warning: trouble: "));
  CHECK(tests::count_lines(caller.error.text()) == 1);
}

}  // namespace sase::helper
