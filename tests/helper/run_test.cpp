// SPDX-License-Identifier: Apache-2.0
#include "helper/run.hpp"

#include "helper/cache/file_cache.hpp"
#include "helper/settings.hpp"
#include "protocol/escape.hpp"
#include "protocol/token_format.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace sase::helper {

namespace {

using namespace std::string_literals;
using Words = std::vector<std::string>;

constexpr std::string_view the_key = "hunter2-key";
constexpr std::string_view the_token = "hunter2.token==";

/// What a call leaves behind.
struct Result {
  ExitCode code{};
  std::string output, error;
};

/// A user's machine on which a token is cached already, so that no call needs the network.
struct Machine {
  tests::TemporaryDirectory root;
  Identity identity{"default", "https://api.example.test/api/v1/auth/authorize", the_key};
  FileCache cache{root.path("run/sase-credential")};
  tests::EnvironmentList with_key{"HOME=" + root.path(), "XDG_RUNTIME_DIR=" + root.path("run"),
                                  "SASE_URL=https://api.example.test",
                                  "SASE_API_KEY=" + std::string(the_key)};
  tests::EnvironmentList without_key{"HOME=" + root.path(), "XDG_RUNTIME_DIR=" + root.path("run"),
                                     "SASE_URL=https://api.example.test"};

  Machine() {
    cache.store(identity, {.token = protocol::BearerToken(protocol::Secret(the_token)),
                           .expiry = Expiry::after(Moment::now(), std::chrono::seconds(3000))});
  }

  [[nodiscard]] static Result run_with(const Environment& environment, const Words& words, int input,
                                       const tests::MemoryFile& output) {
    std::vector<const char*> arguments;
    for (const std::string& word : words)
      arguments.push_back(word.c_str());
    const tests::MemoryFile error;
    const ExitCode code = run(arguments, environment, input, output.fd(), Diagnostics(error.fd()));
    return {.code = code, .output = output.text(), .error = error.text()};
  }

  [[nodiscard]] Result run_words(const Words& words, std::string_view input = "") const {
    return run_with(*with_key, words, tests::MemoryFile(input).fd(), tests::MemoryFile());
  }

  /// Called by its own name.
  [[nodiscard]] Result call(Words words, std::string_view input = "") const {
    words.insert(words.begin(), "/usr/bin/sase-credential");
    return run_words(words, input);
  }
  /// Called by git's name for it.
  [[nodiscard]] Result call_by_git(Words words, std::string_view input = "") const {
    words.insert(words.begin(), "git-credential-sase");
    return run_words(words, input);
  }
  [[nodiscard]] Result call_without_key(Words words, std::string_view input = "") const {
    words.insert(words.begin(), "sase-credential");
    return run_with(*without_key, words, tests::MemoryFile(input).fd(), tests::MemoryFile());
  }

  [[nodiscard]] bool has_token() { return cache.find(identity).has_value(); }
};

const std::string ours = "protocol=https\nhost=api.example.test\n";

/// The whole of a failure's text: one line, and at most one hint.
void check_is_one_failure(const Result& result) {
  CHECK(result.output.empty());
  CHECK(result.error.starts_with("sase-credential: "));
  CHECK(tests::count_lines(result.error) <= 2);
  CHECK(
      (tests::count_lines(result.error) == 1 || tests::contains(result.error, "\nsase-credential: hint: ")));
  CHECK_FALSE(tests::contains(result.error, "hunter2"));
  for (const char c : result.error)
    CHECK((c == '\n' || (c >= 0x20 && c < 0x7f)));
}

std::string line_after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  REQUIRE(at != std::string_view::npos);
  const auto begin = at + key.size();
  return std::string(text.substr(begin, text.find('\n', begin) - begin));
}

}  // namespace

TEST_CASE("'get' answers git's old form with user name and password", "[run]") {
  const Machine machine;

  const Result result = machine.call({"get"}, ours + "\n");

  CHECK(result.code == ExitCode::done);
  CHECK(result.output.starts_with("username=default\npassword=hunter2.token==\npassword_expiry_utc="));
  CHECK(result.output.ends_with("\n\n"));
  CHECK(result.error.empty());
}

TEST_CASE("'get' answers a caller that understands it with the bearer form", "[run]") {
  const Machine machine;

  const Result result = machine.call_by_git({"get"}, "capability[]=authtype\ncapability[]=state\n" + ours);

  CHECK(result.code == ExitCode::done);
  CHECK(result.output ==
        "capability[]=authtype\nauthtype=Bearer\ncredential=hunter2.token==\npassword_expiry_utc=" +
            line_after(result.output, "password_expiry_utc=") + "\nephemeral=1\n\n");
}

TEST_CASE("the expiry that is told is the token's", "[run]") {
  const Machine machine;
  const auto before = Moment::now().wall.time_since_epoch().count();

  const auto expiry = std::stoll(line_after(machine.call({"get"}, ours).output, "password_expiry_utc="));

  CHECK(expiry >= before + 2990);
  CHECK(expiry <= before + 3005);
}

TEST_CASE("'get' says nothing for a host that is not ours", "[run]") {
  const std::string request = GENERATE(values<std::string>({
      "protocol=https\nhost=evil.test\n\n",
      "protocol=http\nhost=api.example.test\n\n",
      "protocol=https\nhost=api.example.test:8443\n\n",
      "protocol=https\nhost=api.example.test.\n\n",
      "protocol=https\nhost=api.example.test\nusername=other\n\n",
      "protocol=https\nhost=evil\n\nhost=api.example.test\n",
      "url=https://evil.test/\n\n",
  }));
  const Machine machine;

  DYNAMIC_SECTION(protocol::escape(request)) {
    // Not even the key is looked for.
    for (const Result& result :
         {machine.call({"get"}, request), machine.call_without_key({"get", "--no-prompt"}, request)}) {
      CHECK(result.code == ExitCode::done);
      CHECK(result.output.empty());
      CHECK(result.error.empty());
    }
  }
}

TEST_CASE("a malformed request is refused in one line", "[run]") {
  const std::string request = GENERATE(values<std::string>({
      "",
      "\n",
      "protocol=https\n\n",
      "host=api.example.test\n\n",
      "protocol=https\nhost=\n\n",
      "nonsense\n",
      "protocol=https\nhost=evil\nhost=api.example.test\n\n",
      "protocol=https\nhost=evil\rhost=api.example.test\n\n",
      "protocol=https\nhost=api.example.test\0\n\n"s,
      "url=https://u:hunter2@api.example.test/\n\n",
      "password=hunter2\nnonsense hunter2\n",
  }));
  const Machine machine;

  DYNAMIC_SECTION(protocol::escape(request)) {
    const Result result = machine.call({"get"}, request);
    CHECK(result.code == ExitCode::request);
    check_is_one_failure(result);
  }
}

TEST_CASE("a request past the bounds is refused", "[run]") {
  const Machine machine;

  CHECK(machine.call({"get"}, ours + "path=" + std::string(1U << 20U, 'p') + "\n\n").code ==
        ExitCode::request);
  CHECK(machine.call({"get"}, ours + "path=" + std::string(200'000, 'p') + "\n\n").code == ExitCode::done);
}

TEST_CASE("a request that cannot be read is refused", "[run]") {
  const Machine machine;

  const Result result =
      Machine::run_with(*machine.with_key, {"sase-credential", "get"}, -1, tests::MemoryFile());

  CHECK(result.code == ExitCode::request);
  check_is_one_failure(result);
}

TEST_CASE("'--no-prompt' tells git to stop after a failure", "[run]") {
  const Machine machine;

  const Result malformed = machine.call({"get", "--no-prompt"}, "nonsense\n");
  CHECK(malformed.code == ExitCode::request);
  CHECK(malformed.output == "quit=1\n\n");

  const Result keyless = machine.call_without_key({"--no-prompt", "get"}, ours);
  CHECK(keyless.code == ExitCode::settings);
  CHECK(keyless.output == "quit=1\n\n");

  CHECK(machine.call_by_git({"--no-prompt", "get"}, "nonsense\n").output == "quit=1\n\n");
}

TEST_CASE("'--no-prompt' adds nothing to a success", "[run]") {
  const Machine machine;

  CHECK(machine.call({"get", "--no-prompt"}, ours).output == machine.call({"get"}, ours).output);
  CHECK_FALSE(tests::contains(machine.call({"get", "--no-prompt"}, ours).output, "quit"));
}

TEST_CASE("'--no-prompt' is for 'get' alone", "[run]") {
  const Machine machine;

  CHECK(machine.call({"erase", "--no-prompt"}, "nonsense\n").output.empty());
  CHECK(machine.call_without_key({"token", "--no-prompt"}).output.empty());
}

TEST_CASE("without '--no-prompt' a failure has no output", "[run]") {
  const Machine machine;

  const Result result = machine.call_without_key({"get"}, ours);

  CHECK(result.code == ExitCode::settings);
  check_is_one_failure(result);
}

TEST_CASE("'store' keeps nothing and says nothing", "[run]") {
  Machine machine;

  for (const std::string& input :
       {ours + "credential=attacker\npassword_expiry_utc=99999999999\n\n", "nonsense"s, ""s}) {
    const Result result = machine.call({"store"}, input);
    CHECK(result.code == ExitCode::done);
    CHECK(result.output.empty());
    CHECK(result.error.empty());
  }
  CHECK(tests::contains(machine.call({"get"}, ours).output, "password=hunter2.token==\n"));
}

TEST_CASE("'erase' drops the token that it carries, and no other", "[run]") {
  struct Row {
    const char* name;
    std::string request;
    bool kept;
  };
  const auto row = GENERATE(values<Row>({
      {"as a password", ours + "username=default\npassword=hunter2.token==\n", false},
      {"as a credential", ours + "authtype=Bearer\ncredential=hunter2.token==\n", false},
      {"another token", ours + "password=another\n", true},
      {"the credential is another, the password this", ours + "credential=x\npassword=hunter2.token==\n",
       true},
      {"no token", ours, true},
      {"another host", "protocol=https\nhost=evil.test\npassword=hunter2.token==\n", true},
      {"another protocol", "protocol=http\nhost=api.example.test\npassword=hunter2.token==\n", true},
      {"any host", "protocol=https\nhost=*\npassword=hunter2.token==\n", true},
      {"another user", ours + "username=other\npassword=hunter2.token==\n", true},
  }));

  DYNAMIC_SECTION(row.name) {
    Machine machine;
    const Result result = machine.call({"erase"}, row.request);
    CHECK(result.code == ExitCode::done);
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
    CHECK(result.code == ExitCode::request);
    check_is_one_failure(result);
  }
  CHECK(machine.has_token());
}

TEST_CASE("'capability' answers at once, whatever standard input is", "[run]") {
  const Machine machine;
  const tests::Pipe open_pipe = tests::make_pipe();
  const auto start = std::chrono::steady_clock::now();

  const Result result = Machine::run_with(*machine.with_key, {"git-credential-sase", "capability"},
                                          open_pipe.reader.get(), tests::MemoryFile());

  CHECK(result.code == ExitCode::done);
  CHECK(result.output == "version 0\ncapability authtype\n");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("'token' writes the token in the format that was asked for", "[run]") {
  const Machine machine;

  CHECK(machine.call({"token"}).output == "hunter2.token==\n");
  CHECK(machine.call({"token", "--format", "token"}).output == "hunter2.token==\n");
  CHECK(machine.call({"token", "--format=header"}).output == "Authorization: Bearer hunter2.token==\n");
  CHECK(machine.call({"token", "--format=json"})
            .output.starts_with(R"({"access_token":"hunter2.token==","token_type":"Bearer","expires_in":)"));
  CHECK(tests::contains(machine.call({"token", "--format=json"}).output,
                        R"("profile":"default","api_url":"https://api.example.test/api/rest"})"));
  for (const auto& format : protocol::token_formats)
    CHECK(machine.call({"token", "--format=" + std::string(format.name)}).code == ExitCode::done);
}

TEST_CASE("'token' reads nothing", "[run]") {
  const Machine machine;
  const tests::Pipe open_pipe = tests::make_pipe();

  CHECK(Machine::run_with(*machine.with_key, {"sase-credential", "token"}, open_pipe.reader.get(),
                          tests::MemoryFile())
            .output == "hunter2.token==\n");
}

TEST_CASE("a usage error names the nearest word", "[run]") {
  struct Row {
    Words words;
    std::string what, hint;
  };
  const auto row = GENERATE(values<Row>({
      {{"tokn"}, "unknown command 'tokn'", "did you mean 'token'?"},
      {{"gett"}, "unknown command 'gett'", "did you mean 'get'?"},
      {{"GET"}, "unknown command 'GET'", "did you mean 'get'?"},
      {{"list"}, "unknown command 'list'", "see: sase-credential --help"},
      {{"a\x1b[2J\nb"}, "unknown command 'a\\x1b[2J\\x0ab'", "see: sase-credential --help"},
      {{"get", "extra"}, "'get' takes no operand", ""},
      {{"get", "--format=json"}, "'get' does not understand the flag '--format'", "these do: token"},
      {{"help", "setings"}, "unknown command or topic 'setings'", "did you mean 'settings'?"},
      {{"help", "capabilty"}, "unknown command or topic 'capabilty'", "did you mean 'capability'?"},
      {{"help", "min-ttl"}, "unknown command or topic 'min-ttl'", "see: sase-credential help settings"},
      {{"tokn", "-h"}, "unknown command 'tokn'", "did you mean 'token'?"},
      {{"help", "get", "token"}, "'help' takes one word", ""},
      {{"token", "--region=ue"}, "--region: unknown region 'ue'", "did you mean 'eu'?"},
      {{"token", "--region=zzzz"}, "--region: unknown region 'zzzz'", "known are " + list_of(region_words())},
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
    CHECK(result.code == ExitCode::usage);
    CHECK(result.error == "sase-credential: " + row.what + "\n" +
                              (row.hint.empty() ? "" : "sase-credential: hint: " + row.hint + "\n"));
    check_is_one_failure(result);
  }
}

TEST_CASE("a very long word is shown in part", "[run]") {
  const Machine machine;

  const Result result = machine.call({std::string(1'000'000, 'x')});

  CHECK(result.code == ExitCode::usage);
  CHECK(result.error.size() < 1000);
}

TEST_CASE("without a command the usage is shown", "[run]") {
  const Machine machine;

  for (const Result& result : {machine.call({}), machine.call_by_git({}), machine.run_words({})}) {
    CHECK(result.code == ExitCode::usage);
    CHECK(tests::contains(result.error, "usage: sase-credential"));
    check_is_one_failure(result);
  }
}

TEST_CASE("an operation that git does not know yet is ignored in silence", "[run]") {
  const Machine machine;

  for (const Words& words :
       {Words{"GET"}, Words{"list"}, Words{"get", "extra"}, Words{"a\nb"}, Words{"--", "-x"},
        Words{"list", "--format=x"}, Words{"list", "-h"}, Words{"complete"}, Words{"complete", "--", ""},
        Words{std::string(1'000'000, 'x')}}) {
    const Result result = machine.call_by_git(words, ours);
    CHECK(result.code == ExitCode::done);
    CHECK(result.output.empty());
    CHECK(result.error.empty());
  }
}

TEST_CASE("git's name counts wherever the program lies", "[run]") {
  const Machine machine;

  for (const std::string name :
       {"git-credential-sase", "/usr/bin/git-credential-sase", "./git-credential-sase"})
    CHECK(machine.run_words({name, "list"}).code == ExitCode::done);
  for (const std::string name :
       {"sase-credential", "git-credential-sase2", "/git-credential-sase/sase-credential"})
    CHECK(machine.run_words({name, "list"}).code == ExitCode::usage);
}

TEST_CASE("'--version' says the version, whatever else is asked", "[run]") {
  const Machine machine;

  for (const Words& words : {Words{"--version"}, Words{"get", "--version"}, Words{"--version", "--help"}}) {
    const Result result = machine.call(words);
    CHECK(result.code == ExitCode::done);
    CHECK(result.output == "sase-credential " SASE_VERSION "\n");
    CHECK(result.error.empty());
  }
}

TEST_CASE("help goes to the output, whoever asks for it", "[run]") {
  const Machine machine;
  struct Row {
    Words words;
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
      {{"help", "exit-codes"}, "What went wrong"},
  }));

  for (const Result& result : {machine.call(row.words), machine.call_without_key(row.words)}) {
    INFO(row.beginning);
    CHECK(result.code == ExitCode::done);
    CHECK(result.output.starts_with(row.beginning));
    CHECK(result.error.empty());
  }
  CHECK(machine.call_by_git({"--help"}).output.starts_with("usage: sase-credential"));
}

TEST_CASE("completion asks for words and gets candidates", "[run]") {
  const Machine machine;

  CHECK(machine.call_without_key({"complete", "--", "--region", "e"}).output ==
        "eu\tapi.eu.sase.checkpoint.com\n");
  CHECK(machine.call({"complete", "--", "token", "--for"}).output.starts_with("--format\t"));
  CHECK(machine.call({"complete", "--", ""}).output.starts_with("get\t"));
  CHECK(machine.call({"complete", "--", "token", "-h"}).code == ExitCode::done);
}

TEST_CASE("a misspelt variable is told where a setting fails, and not where the cache answers", "[run]") {
  const Machine machine;
  const tests::EnvironmentList misspelt_key{"HOME=" + machine.root.path(), "SASE_API_KYE=hunter2"};
  const tests::EnvironmentList misspelt_region{
      "HOME=" + machine.root.path(), "XDG_RUNTIME_DIR=" + machine.root.path("run"),
      "SASE_URL=https://api.example.test", "SASE_API_KEY=" + std::string(the_key), "SASE_REGOIN=eu"};
  const tests::MemoryFile output;

  const Result failed = Machine::run_with(*misspelt_key, {"sase-credential", "token"},
                                          tests::MemoryFile("").fd(), tests::MemoryFile());
  const Result cached = Machine::run_with(*misspelt_region, {"sase-credential", "token"},
                                          tests::MemoryFile("").fd(), tests::MemoryFile());

  CHECK(failed.code == ExitCode::settings);
  CHECK(failed.error.starts_with(
      "sase-credential: warning: SASE_API_KYE is not known; did you mean SASE_API_KEY?\n"
      "sase-credential: no API key for the profile 'default'\n"));
  CHECK(cached.output == "hunter2.token==\n");
  CHECK(cached.error.empty());
}

TEST_CASE("output that cannot be written is a failure of this machine", "[run]") {
  const Machine machine;
  const Words command = GENERATE(values<Words>({{"sase-credential", "get"},
                                                {"sase-credential", "token"},
                                                {"sase-credential", "capability"},
                                                {"sase-credential", "--help"},
                                                {"sase-credential", "--version"}}));
  std::vector<const char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(word.c_str());
  const tests::MemoryFile input(ours);
  const tests::MemoryFile error;
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));

  DYNAMIC_SECTION(command.back()) {
    CHECK(run(arguments, *machine.with_key, input.fd(), full.get(), Diagnostics(error.fd())) ==
          ExitCode::local_state);
    CHECK(error.text() == "sase-credential: cannot write to standard output: No space left on device\n");
  }
}

TEST_CASE("a bad setting is a failure that says where it stands", "[run]") {
  Machine machine;
  const std::string path = machine.root.write(".config/sase-credential/profiles/default.conf",
                                              "url = https://api.example.test\nregoin = eu\n");

  const Result result = machine.call({"token"});

  CHECK(result.code == ExitCode::settings);
  CHECK(result.error == "sase-credential: " + path +
                            ":2: unknown setting 'regoin'\n"
                            "sase-credential: hint: did you mean 'region'?\n");
  check_is_one_failure(result);
}

TEST_CASE("nothing is read from the current directory", "[run]") {
  const Machine machine;
  const tests::TemporaryDirectory here;
  for (const char* const name : {".env", ".netrc", "default.conf", "sase-credential/profiles/default.conf",
                                 ".config/sase-credential/profiles/default.conf", "profiles/default.conf"})
    here.write(name, "bogus = 1\n");
  const Fd before(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(::chdir(here.path().c_str()) == 0);

  const Result result = machine.call({"token"});
  REQUIRE(::fchdir(before.get()) == 0);

  CHECK(result.output == "hunter2.token==\n");
}

}  // namespace sase::helper
