// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/user_machine.hpp"

#include <chrono>
#include <string>

namespace sase {

namespace {

using namespace std::string_literals;
using tests::check_is_one_failure;
using tests::matching_request;
using Machine = tests::UserMachine;
using Result = Machine::Result;
using Describe = Machine::Describe;

}  // namespace

TEST_CASE("'store' stores and writes nothing", "[run]") {
  Machine machine;

  for (const std::string& input :
       {matching_request + "credential=attacker\npassword_expiry_utc=99999999999\n\n", "garbage"s, ""s}) {
    const Result result = machine.call({"store"}, input);
    CHECK(result.code == ExitCode::success);
    CHECK(result.output.empty());
    CHECK(result.error.empty());
  }
  CHECK(tests::contains(machine.call({"get"}, matching_request).output, "password=hunter2.token==\n"));
}

TEST_CASE("'erase' removes only the token in the request", "[run]") {
  struct Row {
    const char* name;
    std::string request;
    bool kept;
  };
  const auto row = GENERATE(values<Row>({
      {"as a password", matching_request + "username=default\npassword=hunter2.token==\n", false},
      {"as a credential", matching_request + "authtype=Bearer\ncredential=hunter2.token==\n", false},
      {"another token", matching_request + "password=another\n", true},
      {"the credential is another, the password this",
       matching_request + "credential=x\npassword=hunter2.token==\n", true},
      {"no token", matching_request, true},
      {"another host", "protocol=https\nhost=evil.test\npassword=hunter2.token==\n", true},
      {"another protocol", "protocol=http\nhost=api.example.test\npassword=hunter2.token==\n", true},
      {"any host", "protocol=https\nhost=*\npassword=hunter2.token==\n", true},
      {"another user", matching_request + "username=other\npassword=hunter2.token==\n", true},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    const Result result = machine.call({"erase"}, row.request);
    CHECK(result.code == ExitCode::success);
    CHECK(result.output.empty());
    CHECK(result.error.empty());
    CHECK(machine.has_token() == row.kept);
  }
}

TEST_CASE("a malformed 'erase' erases nothing", "[run]") {
  Machine machine;

  for (const std::string request :
       {"", "\n", "password=hunter2.token==\n", "protocol=https\npassword=hunter2.token==\n",
        "protocol=https\nhost=\npassword=hunter2.token==\n"}) {
    const Result result = machine.call({"erase"}, request);
    CHECK(result.code == ExitCode::malformed_request);
    check_is_one_failure(result);
  }
  CHECK(machine.has_token());
}

TEST_CASE("'capability' answers without reading standard input", "[run]") {
  const Machine machine;
  const tests::Pipe open_pipe = tests::make_pipe();
  const auto start = std::chrono::steady_clock::now();

  const Result result = Machine::run_with(*machine.with_key, {"git-credential-sase", "capability"},
                                          open_pipe.reader.get(), tests::MemoryFile());

  CHECK(result.code == ExitCode::success);
  CHECK(result.output == "version 0\ncapability authtype\n");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("ignores an unknown operation under git's name", "[run]") {
  const Machine machine;

  for (const Describe& words :
       {Describe{"GET"}, Describe{"list"}, Describe{"get", "extra"}, Describe{"a\nb"}, Describe{"--", "-x"},
        Describe{"list", "--format=x"}, Describe{"list", "-h"}, Describe{"complete"},
        Describe{"complete", "--", ""}, Describe{std::string(1'000'000, 'x')}}) {
    const Result result = machine.call_by_git(words, matching_request);
    CHECK(result.code == ExitCode::success);
    CHECK(result.output.empty());
    CHECK(result.error.empty());
  }
}

TEST_CASE("recognizes git's name in any directory", "[run]") {
  const Machine machine;

  for (const std::string name :
       {"git-credential-sase", "/usr/bin/git-credential-sase", "./git-credential-sase"})
    CHECK(machine.run_words({name, "list"}).code == ExitCode::success);
  for (const std::string name :
       {"sase-credential", "git-credential-sase2", "/git-credential-sase/sase-credential"})
    CHECK(machine.run_words({name, "list"}).code == ExitCode::usage_error);
}

}  // namespace sase
