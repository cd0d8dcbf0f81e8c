// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "helper/config/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/user_machine.hpp"

#include <string>

namespace sase {

namespace {

using tests::check_is_one_failure;
using Machine = tests::UserMachine;
using Result = Machine::Result;
using Describe = Machine::Describe;

}  // namespace

TEST_CASE("a usage error suggests the nearest name", "[run]") {
  struct Row {
    Describe words;
    std::string what, hint;
  };
  const auto row = GENERATE(values<Row>({
      {{"tokn"}, "unknown command 'tokn'", "did you mean 'token'?"},
      {{"gett"}, "unknown command 'gett'", "did you mean 'get'?"},
      {{"GET"}, "unknown command 'GET'", "did you mean 'get'?"},
      {{"list"}, "unknown command 'list'", "see: sase-credential --help"},
      {{"exec-credential"},
       "unknown command 'exec-credential'",
       "did you mean 'token --format exec-credential'?"},
      {{"a\x1b[2J\nb"}, "unknown command 'a\\x1b[2J\\x0ab'", "see: sase-credential --help"},
      {{"get", "extra"}, "'get' takes no operand", "see: sase-credential help get"},
      {{"get", "--format=json"}, "'get' does not accept the flag '--format'", "these do: token, watch"},
      {{"help", "setings"}, "unknown command or topic 'setings'", "did you mean 'settings'?"},
      {{"help", "capabilty"}, "unknown command or topic 'capabilty'", "did you mean 'capability'?"},
      {{"help", "min-ttl"}, "unknown command or topic 'min-ttl'", "see: sase-credential help settings"},
      {{"tokn", "-h"}, "unknown command 'tokn'", "did you mean 'token'?"},
      {{"help", "get", "token"}, "'help' takes one operand", ""},
      {{"token", "--region=ue"}, "--region: unknown region 'ue'", "did you mean 'eu'?"},
      {{"token", "--region=zzzz"}, "--region: unknown region 'zzzz'", "known are us, eu, au, in, ca"},
      {{"token", "--cache=flie"}, "--cache: unknown cache 'flie'", "did you mean 'file'?"},
      {{"token", "--api=v33"}, "--api: unknown api 'v33'", "did you mean 'v3'?"},
      {{"token", "--formt=json"}, "unknown flag '--formt'", "did you mean '--format'?"},
      {{"token", "--format=jsn"}, "unknown format 'jsn'", "did you mean 'json'?"},
      {{"token", "--format="}, "the flag '--format' needs a value", ""},
      {{"token", "--min-ttl=5"},
       "--min-ttl: unusable duration '5'",
       "write a number and a unit, such as 90s, 5m or 1h"},
      {{"token", "--profile=other"}, "--profile: there is no profile 'other'", "none has been made yet"},
  }));
  const Machine machine;

  DYNAMIC_SECTION(row.what) {
    const Result result = machine.call(row.words);
    CHECK(result.code == ExitCode::usage_error);
    CHECK(result.error == "sase-credential: " + row.what + "\n" +
                              (row.hint.empty() ? "" : "sase-credential: hint: " + row.hint + "\n"));
    check_is_one_failure(result);
  }
}

TEST_CASE("truncates a long name in a message", "[run]") {
  const Machine machine;

  const Result result = machine.call({std::string(1'000'000, 'x')});

  CHECK(result.code == ExitCode::usage_error);
  CHECK(result.error.size() < 1000);
}

TEST_CASE("prints the usage without a command", "[run]") {
  const Machine machine;

  for (const Result& result : {machine.call({}), machine.call_by_git({}), machine.run_words({})}) {
    CHECK(result.code == ExitCode::usage_error);
    CHECK(tests::contains(result.error, "usage: sase-credential"));
    check_is_one_failure(result);
  }
}

TEST_CASE("'--version' prints the version whatever else is given", "[run]") {
  const Machine machine;

  for (const Describe& words :
       {Describe{"--version"}, Describe{"get", "--version"}, Describe{"--version", "--help"}}) {
    const Result result = machine.call(words);
    CHECK(result.code == ExitCode::success);
    CHECK(result.output == "sase-credential " SASE_VERSION "\n");
    CHECK(result.error.empty());
  }
}

TEST_CASE("writes help to standard output", "[run]") {
  const Machine machine;
  struct Row {
    Describe words;
    std::string beginning;
  };
  const auto row = GENERATE(values<Row>({
      {{"--help"}, "usage: sase-credential [FLAG...] COMMAND"},
      {{"-h"}, "usage: sase-credential [FLAG...] COMMAND"},
      {{"help"}, "usage: sase-credential [FLAG...] COMMAND"},
      {{"help", "token"}, "usage: sase-credential token [FLAG...]\n"},
      {{"token", "--help"}, "usage: sase-credential token [FLAG...]\n"},
      {{"token", "-h"}, "usage: sase-credential token [FLAG...]\n"},
      {{"get", "--format=x", "extra", "--help"}, "usage: sase-credential get [FLAG...]\n"},
      {{"help", "help"}, "usage: sase-credential help ["},
      {{"help", "--help"}, "usage: sase-credential help ["},
      {{"help", "settings"}, "Each setting is"},
      {{"help", "formats"}, "'token --format FORMAT'"},
      {{"help", "exit-codes"}, "A call that fails writes one line"},
  }));

  for (const Result& result : {machine.call(row.words), machine.call_without_key(row.words)}) {
    INFO(row.beginning);
    CHECK(result.code == ExitCode::success);
    CHECK(result.output.starts_with(row.beginning));
    CHECK(result.error.empty());
  }
  CHECK(machine.call_by_git({"--help"}).output.starts_with("usage: sase-credential"));
}

TEST_CASE("'complete' writes candidates", "[run]") {
  const Machine machine;

  CHECK(machine.call_without_key({"complete", "--", "--region", "e"}).output ==
        "eu\tapi.eu.sase.checkpoint.com\n");
  CHECK(machine.call({"complete", "--", "token", "--for"}).output.starts_with("--format\t"));
  CHECK(machine.call({"complete", "--", ""}).output.starts_with("get\t"));
  CHECK(machine.call({"complete", "--", "token", "-h"}).code == ExitCode::success);
}

}  // namespace sase
