// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/command.hpp"

#include "helper/failure.hpp"
#include "helper/nearest_name.hpp"
#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"
#include "protocol/token_format.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

namespace sase::commands {

namespace {

constexpr std::array table = {
    Command{"get", "", "answer a credential request on stdin with a token", "dialect no-prompt",
            "Reads a request in git's words on standard input: lines 'protocol=https' and\n"
            "'host=NAME', then an empty line. Answers with a token if a profile owns that\n"
            "host; for any other host it says nothing and succeeds. In Bazel's dialect, also\n"
            "as 'bazel-credential-sase get', it reads {\"uri\":\"https://...\"} and answers with\n"
            "the headers to send; any other host is an error there.\n",
            "printf 'protocol=https\\nhost=api.perimeter81.com\\n\\n' | sase-credential get\n"
            "git config --global credential.https://api.perimeter81.com.helper sase\n",
            get},
    Command{"store", "", "read a credential and keep nothing of it", "no-prompt",
            "git offers what it has used to every helper. Tokens come from the service\n"
            "alone, so the request on standard input is read to its end and forgotten.\n",
            "sase-credential store < request\n", store},
    Command{"erase", "", "drop the cached token that a request on stdin carries", "no-prompt",
            "git says with this that a host has rejected a token. The cached token goes if\n"
            "the request's 'password' or 'credential' is that very token, and the next call\n"
            "gets a new one. 'logout' is how a person clears all.\n",
            "sase-credential erase < request\n", erase},
    Command{"capability", "", "announce what is understood beyond the first git", "no-prompt",
            "Writes git's announcement of capabilities: 'authtype' lets a caller have the\n"
            "token as what it is, a bearer token (git 2.46 and later).\n",
            "sase-credential capability\n", capability},
    Command{"token", "", "write a token, for scripts", "format",
            "Writes the token of a profile to standard output, whole or not at all. It\n"
            "lives for at least 'min-ttl' more. The format 'external' reads a query on\n"
            "standard input, 'exec-credential' the variable KUBERNETES_EXEC_INFO.\n",
            "sase-credential token --format header | curl -H @- URL\n"
            "eval \"$(sase-credential token --profile work --format env)\"\n",
            token},
    Command{"exec", "-- CMD [ARG...]", "run a command that has a token in its environment", "",
            "Gets a token and becomes CMD, with SASE_ACCESS_TOKEN and\n"
            "SASE_ACCESS_TOKEN_EXPIRES (seconds since 1970) set, and without the variables\n"
            "that hold an API key. Flags stand before '--'; all behind it is CMD's. The exit\n"
            "code is CMD's. The token is not renewed while CMD runs: --min-ttl asks for one\n"
            "that lives long enough. It is in no process list, but you and root can read it\n"
            "in /proc/PID/environ.\n",
            "sase-credential exec -- terraform plan\n"
            "sase-credential exec --profile work --min-ttl 45m -- ./long-job --verbose\n",
            exec},
    Command{"watch", "FILE", "keep a file with a token fresh, until it is stopped", "format mode group once",
            "Writes a token to FILE, renews it ahead of its end, and replaces FILE whole: a\n"
            "reader never finds a part of it. While the service is out of reach the old token\n"
            "stays as long as it is good; then FILE is removed. SIGTERM and SIGINT end it\n"
            "with 0 and leave FILE; SIGHUP makes it look at once. It tells systemd when it is\n"
            "ready (Type=notify). Until FILE is written for the first time a failure ends it.\n",
            "sase-credential watch --format header /run/sase/header\n"
            "sase-credential watch --mode 640 --group www-data /run/sase/token\n",
            watch},
    Command{"login", "", "ask for an API key, try it, and keep it for a profile", "stdin no-verify",
            "Asks for the key at the terminal, without showing it, and for the region where\n"
            "nothing names one. Once the service has given a token for it, the key goes into\n"
            "a file that only you can read, and every setting given as a flag into the\n"
            "profile. Make a key in the console: Settings > API Support.\n",
            "sase-credential login --region eu\n"
            "sase-credential login --stdin --profile acme --region au < key-file\n",
            login},
    Command{"logout", "", "remove a profile's key and its cached tokens", "",
            "Removes the key that 'login' kept and all tokens of the profile. The profile\n"
            "itself stays, and so does a key that you keep in a place of your own.\n",
            "sase-credential logout --profile acme\n", logout},
    Command{"status", "", "show each profile, its token and its last failure", "json",
            "A row for each profile, or for the one that --profile names: region, generation,\n"
            "host, where its key comes from, the time left on its cached token, and what the\n"
            "last call failed with. Asks nobody and runs no command.\n",
            "sase-credential status\n"
            "sase-credential status --json | jq -r '.profiles[].name'\n",
            status},
    Command{"doctor", "", "test every link to the service and say what mends it", "json",
            "Tries the chain in order: settings, key, files, name, proxy, TCP, TLS, clock,\n"
            "authorize, and one read call with the token. Links behind a broken one are not\n"
            "tried. Ends with the code that a call would have ended with.\n",
            "sase-credential doctor --profile acme\n", doctor},
    Command{"help", "[COMMAND|TOPIC]", "show help on a command or a topic", "",
            "Without a word it shows all commands and topics. 'COMMAND --help' and\n"
            "'COMMAND -h' show the same as 'help COMMAND'.\n",
            "sase-credential help token\n"
            "sase-credential help settings\n",
            help},
    Command{"complete", "[-- WORD...]", "write what the last of the words may become", "",
            "For the shells' completion scripts: one candidate a line, a tab, its meaning.\n",
            "sase-credential complete -- token --for\n", complete, Visibility::shells},
};

/// Calls back with each name of a list that blanks divide, until it answers with true.
template <typename Callback>
bool any_name(std::string_view list, Callback&& callback) {
  while (!list.empty()) {
    const auto end = std::min(list.find(' '), list.size());
    if (callback(list.substr(0, end))) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

constexpr const char* overview = "see: sase-credential --help";

/// Of `-region` the second dash is missing.
Failure lone_dash(std::string_view word) {
  const std::vector<std::string_view> names = cli::flag_names();
  const std::string_view near = nearest_name(word.substr(word.find_first_not_of('-')), names);
  return Failure(ExitCode::usage_error, "unknown flag" + quote_if_short(word),
                 near.empty() ? overview : "did you mean '--" + std::string(near) + "'?");
}

/// What other helpers have a command for may be a format of ours.
bool is_format(std::string_view name) noexcept {
  return std::ranges::any_of(protocol::token_formats,
                             [name](const protocol::TokenFormatName& format) { return format.name == name; });
}

/// Which commands do something with a flag.
std::string readers_of(const cli::Flag& flag) {
  std::string list;
  for (const Command& command : table)
    if (command.understands(flag)) list.append(list.empty() ? "" : ", ").append(command.name);
  return list;
}

}  // namespace

bool Command::understands(const cli::Flag& flag) const noexcept {
  return flag.reach == cli::FlagScope::all ||
         any_name(flags, [&flag](std::string_view listed) { return listed == flag.name; });
}

std::span<const Command> commands() noexcept {
  return table;
}

const Command* find_command(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(table, name, &Command::name);
  return found == table.end() ? nullptr : found;
}

Failure unknown_command(std::string_view name) {
  if (name.starts_with('-') && name.find_first_not_of('-') != std::string_view::npos) return lone_dash(name);
  if (is_format(name))
    return Failure(ExitCode::usage_error, "unknown command" + quote_if_short(name),
                   "did you mean 'token --format " + std::string(name) + "'?");
  std::vector<std::string_view> known;
  for (const Command& command : table)
    if (command.audience == Visibility::people) known.push_back(command.name);
  return Failure(ExitCode::usage_error, "unknown command" + quote_if_short(name),
                 suggest(name, known, overview));
}

void reject_unsupported_arguments(const Command& command, const cli::CommandLine& line) {
  const std::string name = "'" + std::string(command.name) + "'";
  if (command.operands.empty() && !line.operands.empty())
    throw Failure(ExitCode::usage_error, name + " takes no operand");
  for (const cli::Flag* const flag : line.flags)
    if (!command.understands(*flag))
      throw Failure(ExitCode::usage_error,
                    name + " does not understand the flag '--" + std::string(flag->name) + "'",
                    "these do: " + readers_of(*flag));
}

cli::Dialect dialect_of(const Call& call) {
  const auto& flag = call.line.dialect;
  if (!flag) return call.called_as != nullptr ? call.called_as->dialect : cli::dialects.front().dialect;
  if (const cli::DialectName* const found = cli::find_dialect(*flag)) return found->dialect;
  throw Failure(ExitCode::usage_error, "unknown dialect" + quote_if_short(*flag),
                suggest(*flag, names_of(cli::dialect_words()), "known are " + list_of(cli::dialect_words())));
}

void ignore_request(const Call& call) noexcept {
  // A caller that never comes to an end is left alone after a while.
  constexpr std::chrono::seconds patience{10};
  try {
    os::discard_message(call.input, std::chrono::steady_clock::now() + patience);
  } catch (const std::exception&) {
    os::discard_input(call.input);
  }
}

void write_output(const Call& call, std::string_view text) {
  try {
    os::write_all(call.output, text);
  } catch (const std::system_error& error) {
    throw Failure(ExitCode::local_state, "cannot write to standard output: " + error.code().message());
  }
}

}  // namespace sase::commands
