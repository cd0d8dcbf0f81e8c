// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/completion.hpp"

#include "helper/cli/help_topic.hpp"
#include "helper/commands/command.hpp"
#include "protocol/token_format.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>
#include <vector>

namespace sase::helper {

namespace {

using Words = std::vector<std::string>;

/// A user who has three profiles.
struct Home {
  tests::TemporaryDirectory root;
  tests::EnvironmentList environment{"XDG_CONFIG_HOME=" + root.path()};

  Home() {
    for (const char* const name : {"work", "work-eu", "home"})
      root.write("sase-credential/profiles/" + std::string(name) + ".conf", "region = eu\n");
  }

  /// The candidates' words, without what they mean.
  [[nodiscard]] Words of(const Words& words) const {
    const std::string text = candidates(words, ProfileFiles(*environment, root.path("nowhere")));
    Words all;
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
      const std::string line = text.substr(begin, text.find('\n', begin) - begin);
      all.push_back(line.substr(0, line.find('\t')));
    }
    return all;
  }
};

Words command_names(Words all = {}) {
  for (const Command& command : commands())
    if (command.audience == Audience::people) all.emplace_back(command.name);
  return all;
}

Words names(std::span<const Word> words, const std::string& prefix = "") {
  Words all;
  for (const Word& word : words)
    all.push_back(prefix + std::string(word.name));
  return all;
}

Words setting_flags() {
  Words all;
  for (const Setting& setting : settings)
    all.push_back("--" + std::string(setting.name));
  return all;
}

}  // namespace

TEST_CASE("the first word becomes a command", "[candidates]") {
  const Home home;

  CHECK(home.of({}) == command_names());
  CHECK(home.of({""}) == command_names());
  CHECK(home.of({"tok"}) == Words{"token"});
  CHECK(home.of({"--region", "eu", "tok"}) == Words{"token"});
  CHECK(home.of({"--region=eu", "tok"}) == Words{"token"});
  CHECK(home.of({"compl"}).empty());
  CHECK(home.of({"zzz"}).empty());
}

TEST_CASE("words have the table's meanings", "[candidates]") {
  const Home home;
  const ProfileFiles none(*home.environment);

  CHECK(candidates(Words{"capab"}, none) ==
        "capability\t" + std::string(find_command("capability")->meaning) + "\n");
  CHECK(candidates(Words{"--region=eu"}, none) == "--region=eu\tapi.eu.sase.checkpoint.com\n");
}

TEST_CASE("a word of help becomes a command or a topic", "[candidates]") {
  const Home home;
  Words all = command_names();
  for (const Topic& topic : topics())
    all.emplace_back(topic.name);

  CHECK(home.of({"help", ""}) == all);
  CHECK(home.of({"help", "se"}) == Words{"settings"});
  CHECK(home.of({"help", "exit"}) == Words{"exit-codes"});
  CHECK(home.of({"help", "token", "t"}).empty());
}

TEST_CASE("a flag is one that the command understands, or a setting", "[candidates]") {
  const Home home;

  CHECK(home.of({"token", "--f"}) == Words{"--format"});
  CHECK(home.of({"get", "--f"}).empty());
  CHECK(home.of({"get", "--no"}) == Words{"--no-prompt", "--no-proxy"});
  CHECK(home.of({"login", "--no"}) == Words{"--no-verify", "--no-proxy"});
  CHECK(home.of({"token", "--no"}) == Words{"--no-proxy"});
  CHECK(home.of({"--no"}) == Words{"--no-prompt", "--no-verify", "--no-proxy"});
  for (const std::string& flag : setting_flags())
    CHECK(home.of({"erase", flag}).front() == flag);
}

TEST_CASE("where no word can follow, flags are offered", "[candidates]") {
  const Home home;

  CHECK(home.of({"token", ""}) == home.of({"token", "--"}));
  CHECK(home.of({"token", "-"}) == home.of({"token", "--"}));
  CHECK(home.of({"token", "x"}).empty());
}

TEST_CASE("a flag's value is one of those it knows, in both forms", "[candidates]") {
  const Home home;

  CHECK(home.of({"--region", "e"}) == Words{"eu"});
  CHECK(home.of({"--region=e"}) == Words{"--region=eu"});
  CHECK(home.of({"--region", ""}) == names(region_words()));
  CHECK(home.of({"token", "--region="}) == names(region_words(), "--region="));
  CHECK(home.of({"--api", ""}) == names(api_words()));
  CHECK(home.of({"--cache", "k"}) == Words{"keyring"});
  CHECK(home.of({"token", "--format", ""}).size() == protocol::token_formats.size());
  CHECK(home.of({"token", "--format=j"}) == Words{"--format=json"});
}

TEST_CASE("profiles are those that exist", "[candidates]") {
  const Home home;

  CHECK(home.of({"--profile", ""}) == Words{"home", "work", "work-eu"});
  CHECK(home.of({"token", "--profile", "wor"}) == Words{"work", "work-eu"});
  CHECK(home.of({"token", "--profile=work-"}) == Words{"--profile=work-eu"});
}

TEST_CASE("files are left to the shell, and nothing is offered for free text", "[candidates]") {
  const Home home;

  for (const Words& words :
       {Words{"--ca-file", "/e"}, Words{"--ca-file="}, Words{"token", "--api-key-file", ""},
        Words{"--client-key=/"}, Words{"--trace", ""}})
    CHECK(home.of(words) == Words{":files"});
  for (const Words& words :
       {Words{"--min-ttl", ""}, Words{"--url="}, Words{"--host", "a"}, Words{"get", "--no-prompt="}})
    CHECK(home.of(words).empty());
}

TEST_CASE("behind '--' there are no flags", "[candidates]") {
  const Home home;

  CHECK(home.of({"--", "--reg"}).empty());
  CHECK(home.of({"token", "--", ""}).empty());
  CHECK(home.of({"--", "tok"}) == Words{"token"});
  CHECK(home.of({"--profile", "--", "tok"}) == Words{"token"});
}

TEST_CASE("odd words are met with patience", "[candidates]") {
  const Home home;

  for (const std::string word : {"=", "--=", "---", "-=", "\x1b[2J", "--nothing=x", "\t\n"})
    for (const Words& words : {Words{word}, Words{"token", word}, Words{word, ""}, Words{"help", word, "-"}})
      CHECK_NOTHROW(home.of(words));
  CHECK(home.of({"nothing", "--reg"}) == Words{"--region"});
}

}  // namespace sase::helper
