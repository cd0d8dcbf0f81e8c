// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/machine.hpp"

#include <chrono>
#include <string>

#include <unistd.h>

// A key that logout removes while a call is under way: no token of it is kept.

namespace sase::token {

namespace {

using namespace std::chrono_literals;

/// A machine whose key is in login's file.
struct LoggedInMachine : tests::Machine {
  std::string file = root.write("keys/default", "");

  LoggedInMachine() {
    place = config::ApiKeySource{.kind = config::ApiKeySource::Kind::file, .value = file, .is_named = false};
  }
  void log_out() {
    (void)::unlink(file.c_str());
    file_cache.remove(identity());
  }
};

}  // namespace

TEST_CASE("does not cache a token that arrives after logout", "[token_provider]") {
  LoggedInMachine machine;
  machine.authorizer.meanwhile = [&machine] { machine.log_out(); };

  CHECK(machine.get() == "fresh-token");

  CHECK(machine.kept() == "(none)");
}

TEST_CASE("sends no request if logout removed the key while the call waited", "[token_provider]") {
  LoggedInMachine machine;
  TokenProvider source = machine.source();
  machine.log_out();

  const Failure failure = tests::catch_failure([&source] { (void)source.get(); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(machine.authorizer.calls == 0);
}

TEST_CASE("does not cache the token of a refresh that ends after logout", "[token_provider]") {
  LoggedInMachine machine;
  machine.keep("old", 600s);
  machine.authorizer.meanwhile = [&machine] {
    machine.note("requested");
    machine.log_out();
  };
  TokenProvider source = machine.source();
  const ProvidedToken provided = source.get();
  REQUIRE(provided.token.bearer.reveal() == "old");

  REQUIRE(tests::exit_code_in_child([&] {
            source.refresh_in_background(provided);
            return 0;
          }) == 0);

  REQUIRE(machine.is_idle());
  CHECK(machine.noted("requested") == 1);
  CHECK(machine.kept() == "(none)");
}

}  // namespace sase::token
