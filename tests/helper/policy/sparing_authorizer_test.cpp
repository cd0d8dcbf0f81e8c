// SPDX-License-Identifier: Apache-2.0
#include "helper/policy/sparing_authorizer.hpp"

#include "tests/support/machine.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::steady_clock;
using tests::FakeAuthorizer;

/// One call that has its turn.
struct Caller : tests::Machine {
  KeyHolder key{profile, ApiKey(protocol::Secret(tests::the_key))};
  WarningOnce trouble{&diagnostics, "trouble: "};
  Turn turn = hold_turn();

  [[nodiscard]] SparingAuthorizer service() {
    return {profile, key, authorizer, trace, trouble, boot_clock()};
  }
  [[nodiscard]] NewToken authorize() { return service().authorize(&turn, steady_clock::now() + 10s); }
  [[nodiscard]] NewToken renew() { return service().renew(turn, steady_clock::now() + 10s); }
  [[nodiscard]] Failure failure() {
    return tests::failure_of([this] { (void)authorize(); });
  }
  [[nodiscard]] std::string ledger() const { return folder + '/' + account() + ".ledger"; }
};

}  // namespace

TEST_CASE("a new token comes with the moment before it was asked for", "[sparing_authorizer]") {
  Caller caller;
  const Moment before = Moment::now();
  Moment asked{};
  caller.authorizer.meanwhile = [&asked] { asked = Moment::now(); };

  const NewToken fresh = caller.authorize();

  CHECK(fresh.granted.token.reveal() == "fresh-token");
  CHECK(fresh.granted.lifetime == 1h);
  CHECK(fresh.asked.boot >= before.boot);
  CHECK(fresh.asked.boot <= asked.boot);
  CHECK(fresh.asked.wall >= before.wall);
  CHECK(fresh.asked.wall <= asked.wall);
}

TEST_CASE("a request is in the ledger before it is sent, and those that were, afterwards",
          "[sparing_authorizer]") {
  Caller caller;
  caller.authorizer.requests = GENERATE(0U, 1U, 2U, 3U);
  std::vector<Instant> before;
  caller.authorizer.meanwhile = [&] { before = caller.history().requests; };
  const Instant start = boot_clock();

  (void)caller.authorize();

  REQUIRE(before.size() == 1);
  CHECK(before.front() >= start);
  const std::vector<Instant> after = caller.history().requests;
  REQUIRE(after.size() == caller.authorizer.requests);
  CHECK(std::ranges::all_of(after, [&](Instant at) { return at >= before.front(); }));
}

TEST_CASE("a call may send as many requests as the guard leaves it", "[sparing_authorizer]") {
  struct Row {
    const char* name;
    unsigned sent, tries;
  };
  const auto row = GENERATE(values<Row>({
      {"none was sent", 0, 3},
      {"two were", 2, 3},
      {"three were", 3, 2},
      {"four were", 4, 1},
  }));

  DYNAMIC_SECTION(row.name) {
    Caller caller;
    caller.change_history([&](History& history) { history.requests.assign(row.sent, boot_clock()); });

    (void)caller.authorize();

    CHECK(caller.authorizer.tries == row.tries);
    CHECK(caller.history().requests.size() == row.sent + 1);
  }
}

TEST_CASE("past the guard nothing is asked and nothing written", "[sparing_authorizer]") {
  Caller caller;
  caller.change_history([](History& history) { history.requests.assign(5, boot_clock()); });
  const std::string before = tests::text_of_file(caller.ledger());

  CHECK(caller.failure().code == ExitCode::unreachable);

  CHECK(caller.authorizer.calls == 0);
  CHECK(tests::text_of_file(caller.ledger()) == before);
}

TEST_CASE("an authorizer that was not started has sent nothing", "[sparing_authorizer]") {
  Caller caller;
  caller.change_history([](History& history) { history.requests.assign(2, boot_clock()); });
  caller.authorizer.meanwhile = [] { throw AuthorizerNotStarted(ExitCode::local_state, "not there"); };

  const Failure failure = caller.failure();

  CHECK(failure.code == ExitCode::local_state);
  CHECK(std::string(failure.what()) == "not there");
  CHECK(caller.history().requests.size() == 2);
  CHECK_FALSE(caller.history().failure);
}

TEST_CASE("an authorizer that broke in the middle has sent a request", "[sparing_authorizer]") {
  Caller caller;
  caller.authorizer.meanwhile = [] { throw Failure(ExitCode::local_state, "it crashed"); };

  CHECK(std::string(caller.failure().what()) == "it crashed");

  CHECK(caller.history().requests.size() == 1);
  CHECK_FALSE(caller.history().failure);
}

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

TEST_CASE("without a turn a token comes and nothing is remembered", "[sparing_authorizer]") {
  Caller caller;

  for (int i = 0; i < 6; ++i)
    CHECK(caller.service().authorize(nullptr, steady_clock::now() + 10s).granted.token.reveal() ==
          "fresh-token");

  CHECK(caller.authorizer.tries == 3);
  CHECK_FALSE(tests::exists(caller.ledger()));
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

TEST_CASE("what happened on the way is told when it happened", "[sparing_authorizer]") {
  Caller caller;
  const auto start = steady_clock::now();
  const auto at = std::chrono::duration_cast<std::chrono::microseconds>(start.time_since_epoch());
  caller.authorizer.trace = {{.at = at + 2ms, .what = "connected"}, {.at = at + 3500us, .what = "answered"}};

  (void)caller.authorize();
  CHECK_FALSE(caller.authorizer.trace_wanted);
  CHECK(caller.error.text().empty());

  caller.trace = Trace("1", Trace::Clock::time_point(at), caller.diagnostics);
  caller.authorizer.answer = tests::denied(protocol::Denial::nonsense);
  (void)caller.failure();
  CHECK(caller.authorizer.trace_wanted);
  CHECK(caller.error.text() ==
        "sase-credential: trace: +2.000 ms connected\n"
        "sase-credential: trace: +3.500 ms answered\n");
}

TEST_CASE("a probe sends one request and is taken down like any other", "[sparing_authorizer][probe]") {
  Caller caller;
  caller.authorizer.links = {{.name = protocol::LinkName::tcp,
                              .state = protocol::LinkState::ok,
                              .denial = {},
                              .took = 1us,
                              .what = "answers",
                              .remedy = {}}};
  caller.authorizer.status = 200;

  const ServiceProbe probe =
      caller.service().probe(&caller.turn, steady_clock::now() + 10s, "https://read.test/v3/status");

  CHECK(caller.authorizer.tries == 1);
  CHECK(caller.authorizer.probe == protocol::Probe::all);
  CHECK(caller.authorizer.read_url == "https://read.test/v3/status");
  CHECK(caller.authorizer.api_key == tests::the_key);
  REQUIRE(probe.fresh);
  CHECK(probe.fresh->granted.token.reveal() == "fresh-token");
  CHECK_FALSE(probe.denied);
  CHECK(probe.links.size() == 1);
  CHECK(probe.status == 200U);
  CHECK(caller.history().requests.size() == 1);
  CHECK(caller.history().grant);
}

TEST_CASE("a probe that is refused is remembered", "[sparing_authorizer][probe]") {
  Caller caller;
  caller.authorizer.answer = tests::denied(protocol::Denial::refused);

  const ServiceProbe probe =
      caller.service().probe(&caller.turn, steady_clock::now() + 10s, "https://read.test");

  REQUIRE(probe.denied);
  CHECK(probe.denied->denial == protocol::Denial::refused);
  CHECK_FALSE(probe.fresh);
  CHECK_FALSE(probe.spared);
  CHECK(caller.history().failure);
}

TEST_CASE("where the service is to be spared a probe goes the way alone, without the key",
          "[sparing_authorizer][probe]") {
  Caller caller;
  caller.change_history([](History& history) { history.requests.assign(5, boot_clock()); });
  const std::string before = tests::text_of_file(caller.ledger());
  caller.authorizer.answer = tests::denied(protocol::Denial::not_asked);

  const ServiceProbe probe =
      caller.service().probe(&caller.turn, steady_clock::now() + 10s, "https://read.test");

  CHECK(caller.authorizer.probe == protocol::Probe::way);
  CHECK(caller.authorizer.api_key.empty());
  CHECK(caller.authorizer.read_url.empty());
  REQUIRE(probe.spared);
  CHECK(probe.spared->denial == protocol::Denial::rate_limited);
  CHECK(tests::text_of_file(caller.ledger()) == before);
}

}  // namespace sase::helper
