// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help.hpp"
#include "helper/commands/commands.hpp"
#include "protocol/dialects/token_format.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>
#include <vector>

namespace sase::cli {

namespace {

using Describe = std::vector<std::string>;

/// A user who has three profiles.
struct Home {
  tests::TemporaryDirectory root;
  tests::EnvironmentList environment{"XDG_CONFIG_HOME=" + root.path()};

  Home() {
    for (const char* const name : {"work", "work-eu", "home"})
      root.write("sase-credential/profiles/" + std::string(name) + ".conf", "region = eu\n");
  }

  /// The candidates' words, without what they mean.
  [[nodiscard]] Describe of(const Describe& words) const {
    const std::string text =
        list_candidates(commands::table(), words, config::ProfileFiles(*environment, root.path("nowhere")));
    Describe all;
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
      const std::string line = text.substr(begin, text.find('\n', begin) - begin);
      all.push_back(line.substr(0, line.find('\t')));
    }
    return all;
  }
};

Describe command_names(Describe all = {}) {
  for (const Command& command : commands::table())
    all.emplace_back(command.name);
  return all;
}

Describe names(std::span<const NamedValue> words, const std::string& prefix = "") {
  Describe all;
  for (const NamedValue& word : words)
    all.push_back(prefix + std::string(word.name));
  return all;
}

Describe setting_flags() {
  Describe all;
  for (const config::Setting& setting : config::settings)
    all.push_back("--" + std::string(setting.name));
  return all;
}

}  // namespace

TEST_CASE("completes the first word to a command", "[candidates]") {
  const Home home;

  CHECK(home.of({}) == command_names());
  CHECK(home.of({""}) == command_names());
  CHECK(home.of({"tok"}) == Describe{"token"});
  CHECK(home.of({"--region", "eu", "tok"}) == Describe{"token"});
  CHECK(home.of({"--region=eu", "tok"}) == Describe{"token"});
  CHECK(home.of({"compl"}).empty());
  CHECK(home.of({"zzz"}).empty());
}

TEST_CASE("shows the meaning of each candidate", "[candidates]") {
  const Home home;
  const config::ProfileFiles none(*home.environment);

  CHECK(list_candidates(commands::table(), Describe{"capab"}, none) ==
        "capability\t" + std::string(find_command(commands::table(), "capability")->meaning) + "\n");
  CHECK(list_candidates(commands::table(), Describe{"--region=eu"}, none) ==
        "--region=eu\tapi.eu.sase.checkpoint.com\n");
}

TEST_CASE("completes the operand of help to a command or a topic", "[candidates]") {
  const Home home;
  Describe all = command_names();
  for (const Topic& topic : topics())
    all.emplace_back(topic.name);

  CHECK(home.of({"help", ""}) == all);
  CHECK(home.of({"help", "se"}) == Describe{"settings"});
  CHECK(home.of({"help", "exit"}) == Describe{"exit-codes"});
  CHECK(home.of({"help", "token", "t"}).empty());
}

TEST_CASE("completes flags that the command accepts, and settings", "[candidates]") {
  const Home home;

  CHECK(home.of({"token", "--fo"}) == Describe{"--format"});
  CHECK(home.of({"get", "--fo"}).empty());
  CHECK(home.of({"get", "--no"}) == Describe{"--no-prompt", "--no-proxy"});
  CHECK(home.of({"login", "--no"}) == Describe{"--no-verify", "--no-proxy"});
  CHECK(home.of({"token", "--no"}) == Describe{"--no-proxy"});
  CHECK(home.of({"exec", "--pass-api-key", "--min"}) == Describe{"--min-ttl"});
  CHECK(home.of({"--no"}) == Describe{"--no-prompt", "--no-verify", "--no-proxy"});
  for (const std::string& flag : setting_flags())
    CHECK(home.of({"erase", flag}).front() == flag);
}

TEST_CASE("offers flags if no operand can follow", "[candidates]") {
  const Home home;

  CHECK(home.of({"token", ""}) == home.of({"token", "--"}));
  CHECK(home.of({"token", "-"}) == home.of({"token", "--"}));
  CHECK(home.of({"token", "x"}).empty());
}

TEST_CASE("completes the value of a flag in both forms", "[candidates]") {
  const Home home;

  CHECK(home.of({"--region", "e"}) == Describe{"eu"});
  CHECK(home.of({"--region=e"}) == Describe{"--region=eu"});
  CHECK(home.of({"--region", ""}) == names(config::region_names));
  CHECK(home.of({"token", "--region="}) == names(config::region_names, "--region="));
  CHECK(home.of({"--api", ""}) == names(config::api_names));
  CHECK(home.of({"--cache", "k"}) == Describe{"keyring"});
  CHECK(home.of({"token", "--format", ""}).size() == protocol::token_formats.size());
  CHECK(home.of({"token", "--format=j"}) == Describe{"--format=json"});
}

TEST_CASE("completes the names of existing profiles", "[candidates]") {
  const Home home;

  CHECK(home.of({"--profile", ""}) == Describe{"home", "work", "work-eu"});
  CHECK(home.of({"token", "--profile", "wor"}) == Describe{"work", "work-eu"});
  CHECK(home.of({"token", "--profile=work-"}) == Describe{"--profile=work-eu"});
}

TEST_CASE("leaves file names to the shell and offers nothing for free text", "[candidates]") {
  const Home home;

  for (const Describe& words :
       {Describe{"--ca-file", "/e"}, Describe{"--ca-file="}, Describe{"token", "--api-key-file", ""},
        Describe{"--client-key=/"}, Describe{"--trace", ""}})
    CHECK(home.of(words) == Describe{":files"});
  for (const Describe& words : {Describe{"--min-ttl", ""}, Describe{"--url="}, Describe{"--host", "a"},
                                Describe{"get", "--no-prompt="}, Describe{"exec", "--pass-api-key="}})
    CHECK(home.of(words).empty());
}

TEST_CASE("offers no flags after '--'", "[candidates]") {
  const Home home;

  CHECK(home.of({"--", "--reg"}).empty());
  CHECK(home.of({"token", "--", ""}).empty());
  CHECK(home.of({"--", "tok"}) == Describe{"token"});
  CHECK(home.of({"--profile", "--", "tok"}) == Describe{"token"});
}

TEST_CASE("survives arguments of any form", "[candidates]") {
  const Home home;

  for (const std::string word : {"=", "--=", "---", "-=", "\x1b[2J", "--nothing=x", "\t\n"})
    for (const Describe& words :
         {Describe{word}, Describe{"token", word}, Describe{word, ""}, Describe{"help", word, "-"}})
      CHECK_NOTHROW(home.of(words));
  CHECK(home.of({"nothing", "--reg"}) == Describe{"--region"});
}

}  // namespace sase::cli
