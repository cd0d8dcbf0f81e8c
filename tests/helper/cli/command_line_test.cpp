// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command_line.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sase::cli {

namespace {

using Describe = std::vector<std::string>;

CommandLine parse(const Describe& words) {
  std::vector<const char*> pointers;
  for (const std::string& word : words)
    pointers.push_back(word.c_str());
  return parse_command_line(pointers);
}

Describe settings_in(const CommandLine& line) {
  Describe all;
  for (const config::Assignment& assignment : line.settings)
    all.push_back(std::string(assignment.setting->name) + '=' + std::string(assignment.value));
  return all;
}

Failure catch_rejection(const Describe& words) {
  return tests::catch_failure([&words] { (void)parse(words); });
}

}  // namespace

TEST_CASE("parses no arguments as an empty command line", "[command_line]") {
  const CommandLine line = parse({});

  CHECK_FALSE(line.command);
  CHECK(line.operands.empty());
  CHECK(line.settings.empty());
  CHECK_FALSE(line.profile);
  CHECK_FALSE(line.format);
  CHECK_FALSE(line.no_prompt);
  CHECK_FALSE(line.help);
  CHECK_FALSE(line.version);
}

TEST_CASE("the first argument that is not a flag is the command, the others are its operands",
          "[command_line]") {
  const CommandLine line = parse({"help", "token", "more"});

  CHECK(line.command == "help");
  CHECK(line.operands == Describe{"token", "more"});
}

TEST_CASE("accepts flags before and after the command", "[command_line]") {
  struct Row {
    const char* name;
    Describe words;
  };
  const auto row = GENERATE(values<Row>({
      {"before", {"--profile", "work", "--region", "eu", "token"}},
      {"behind", {"token", "--profile", "work", "--region", "eu"}},
      {"around", {"--profile", "work", "token", "--region", "eu"}},
      {"with '='", {"token", "--profile=work", "--region=eu"}},
  }));

  DYNAMIC_SECTION(row.name) {
    const CommandLine line = parse(row.words);
    CHECK(line.command == "token");
    CHECK(line.operands.empty());
    CHECK(line.profile == "work");
    CHECK(settings_in(line) == Describe{"region=eu"});
  }
}

TEST_CASE("each setting is a flag", "[command_line]") {
  for (const config::Setting& setting : config::settings) {
    INFO(setting.name);
    const std::string name(setting.name);

    CHECK(settings_in(parse({"token", "--" + name, "x"})) == Describe{name + "=x"});
    CHECK(settings_in(parse({"token", "--" + name + "=x"})) == Describe{name + "=x"});
  }
}

TEST_CASE("parses each flag", "[command_line]") {
  CHECK(parse({"--help"}).help);
  CHECK(parse({"--version"}).version);
  CHECK(parse({"get", "--no-prompt"}).no_prompt);
  CHECK(parse({"token", "--format", "json"}).format == "json");
  CHECK(parse({"token", "--profile", "work"}).profile == "work");
}

TEST_CASE("parses each row of the table of flags", "[command_line]") {
  for (const Flag& flag : command_flags()) {
    const std::string word = "--" + std::string(flag.name);
    INFO(word);
    const Describe words = flag.argument.empty() ? Describe{"token", word} : Describe{"token", word, "x"};
    CHECK(parse(words).flags == std::vector<const Flag*>{&flag});
    const bool takes_text = std::holds_alternative<std::optional<std::string> CommandLine::*>(flag.member);
    CHECK(takes_text == !flag.argument.empty());
    CHECK_FALSE(flag.meaning.empty());
  }
}

TEST_CASE("an optional value follows a sign", "[command_line]") {
  CHECK(parse({"exec", "--pass-api-key=MY_KEY"}).pass_api_key == "MY_KEY");
  const CommandLine line = parse({"exec", "--pass-api-key", "--", "true"});
  CHECK(line.pass_api_key == "CHECKPOINT_SASE_API_KEY");
  CHECK(line.operands == Describe{"true"});
  CHECK(parse({"exec", "--pass-api-key", "--min-ttl", "5m"}).settings.size() == 1);
  CHECK_FALSE(parse({"exec", "--", "--pass-api-key"}).pass_api_key);
  CHECK(catch_rejection({"exec", "--pass-api-key="}).code == ExitCode::usage_error);
}

TEST_CASE("'-h' is '--help' and the only short flag", "[command_line]") {
  CHECK(parse({"-h"}).help);
  CHECK(parse({"token", "-h"}).help);
  CHECK(parse({"-h", "token", "--region", "eu", "--help"}).command == "token");
  CHECK_FALSE(parse({"--", "-h"}).help);
  CHECK(parse({"help", "--", "-h"}).operands == Describe{"-h"});
  CHECK(parse({"-h", "-x"}).command == "-x");
  CHECK(catch_rejection({"-h", "--regoin=eu"}).hint == "did you mean '--region'?");
}

TEST_CASE("lists the names of all flags and settings", "[command_line]") {
  CHECK(flag_names().size() == command_flags().size() + config::settings.size());
}

TEST_CASE("a value may look like a flag", "[command_line]") {
  CHECK(settings_in(parse({"--url=https://a.test/?x=y"})) == Describe{"url=https://a.test/?x=y"});
  CHECK(settings_in(parse({"--proxy", "http://u:p@h:1"})) == Describe{"proxy=http://u:p@h:1"});
  CHECK(settings_in(parse({"--host", "token", "get"})) == Describe{"host=token"});
}

TEST_CASE("keeps the order of flags, also of repeated ones", "[command_line]") {
  CHECK(settings_in(parse({"--host=a", "token", "--host", "b", "--region=eu", "--host=c"})) ==
        Describe{"host=a", "host=b", "region=eu", "host=c"});
}

TEST_CASE("uses the last of repeated flags", "[command_line]") {
  CHECK(parse({"--profile=a", "--profile=b"}).profile == "b");
  CHECK(parse({"--format=a", "--format=b"}).format == "b");
}

TEST_CASE("values remain valid after the command line is moved", "[command_line]") {
  CommandLine from =
      parse({"--region=eu", "--host=a-host-with-a-name-that-is-not-short.example.test", "token"});
  const CommandLine to = std::move(from);

  CHECK(settings_in(to) == Describe{"region=eu", "host=a-host-with-a-name-that-is-not-short.example.test"});
}

TEST_CASE("parses no flags after '--'", "[command_line]") {
  const CommandLine line = parse({"help", "--", "--region", "--bogus"});

  CHECK(line.operands == Describe{"--region", "--bogus"});
  CHECK(line.settings.empty());
}

TEST_CASE("keeps each argument after '--' unchanged and records where they begin", "[command_line]") {
  const CommandLine line =
      parse({"exec", "--profile", "work", "--", "", "-h", "--", "--profile", "--regoin=x", "--no-prompt"});

  CHECK(line.command == "exec");
  CHECK(line.profile == "work");
  CHECK(line.verbatim == 0U);
  CHECK(line.operands == Describe{"", "-h", "--", "--profile", "--regoin=x", "--no-prompt"});
  CHECK_FALSE(line.help);
  CHECK(parse({"exec", "a", "--", "b"}).verbatim == 1U);
  CHECK_FALSE(parse({"exec", "a"}).verbatim);
  CHECK(catch_rejection({"exec", "--profile", "--", "x"}).what() ==
        std::string("the flag '--profile' needs a value"));
}

TEST_CASE("rejects an invalid command line with a usage error that names the flag", "[command_line]") {
  struct Row {
    Describe words;
    std::string what, hint;
  };
  const auto row = GENERATE(values<Row>({
      {{"--regoin=eu"}, "unknown flag '--regoin'", "did you mean '--region'?"},
      {{"--regoin", "eu"}, "unknown flag '--regoin'", "did you mean '--region'?"},
      {{"token", "--formt", "json"}, "unknown flag '--formt'", "did you mean '--format'?"},
      {{"--min_ttl=5m"}, "unknown flag '--min_ttl'", "did you mean '--min-ttl'?"},
      {{"--reg=eu"}, "unknown flag '--reg'", "see: sase-credential --help"},
      {{"--prof", "x"}, "unknown flag '--prof'", "see: sase-credential --help"},
      {{"--zzzzzzzzz"}, "unknown flag '--zzzzzzzzz'", "see: sase-credential --help"},
      {{"--regions=eu"}, "unknown flag '--regions'", "did you mean '--region'?"},
      {{"--operand=x"}, "unknown flag '--operand'", "see: sase-credential --help"},
      {{"exec", "terraform", "plan", "--var"},
       "unknown flag '--var'",
       "write: sase-credential exec -- CMD ARG..."},
      {{"exec", "--regoin", "eu", "--", "true"}, "unknown flag '--regoin'", "did you mean '--region'?"},
      {{"--region"}, "the flag '--region' needs a value", ""},
      {{"--region="}, "the flag '--region' needs a value", ""},
      {{"--profile"}, "the flag '--profile' needs a value", ""},
      {{"--help=yes"}, "the flag '--help' takes no value", ""},
      {{"get", "--no-prompt=1"}, "the flag '--no-prompt' takes no value", ""},
      {{"--\x1b[2J"}, "unknown flag '--\\x1b[2J'", "see: sase-credential --help"},
  }));

  DYNAMIC_SECTION(row.what) {
    const Failure failure = catch_rejection(row.words);
    CHECK(failure.code == ExitCode::usage_error);
    CHECK(failure.what() == row.what);
    CHECK(failure.hint == row.hint);
  }
}

TEST_CASE("handles arguments that consist of dashes and signs", "[command_line]") {
  for (const std::string word : {"--=x", "--=", "---", "--", "-", "-x", "-=", ""}) {
    INFO("'" << word << "'");
    try {
      (void)parse({word});
      (void)parse({"get", word, "x"});
      SUCCEED("words");
    } catch (const Failure& failure) {
      CHECK(failure.code == ExitCode::usage_error);
    }
  }
}

TEST_CASE("does not quote a key that was given as a flag", "[command_line]") {
  for (const Describe& words :
       {Describe{"token", "--api-key=hunter2"}, Describe{"token", "--api-key", "hunter2"},
        Describe{"token", "--api-kye-file=hunter2"}, Describe{"token", "--help=hunter2"}}) {
    const Failure failure = catch_rejection(words);
    CHECK_FALSE(tests::contains(failure.what(), "hunter2"));
    CHECK_FALSE(tests::contains(failure.hint, "hunter2"));
  }
}

}  // namespace sase::cli
