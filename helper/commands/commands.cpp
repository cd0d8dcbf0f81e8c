// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"

#include "helper/names.hpp"
#include "helper/os/stream.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>

namespace sase::commands {

namespace {

constexpr std::array rows = {
    cli::Command{"get", "", "answer a credential request on stdin with a token", "dialect no-prompt",
                 "Reads a request of git's credential protocol from standard input: the lines\n"
                 "'protocol=https' and 'host=NAME', then an empty line. If a profile has that\n"
                 "host, it replies with a token; otherwise it writes nothing and exits with 0.\n"
                 "With --dialect bazel, or called as 'bazel-credential-sase', it reads\n"
                 "{\"uri\":\"https://...\"} and replies with the headers to send. In that dialect,\n"
                 "a host that no profile has is an error.\n",
                 "printf 'protocol=https\\nhost=api.perimeter81.com\\n\\n' | sase-credential get\n"
                 "git config --global credential.https://api.perimeter81.com.helper sase\n",
                 get},
    cli::Command{"store", "", "read a credential and ignore it", "no-prompt",
                 "git offers each credential that worked to every helper. The service is the only\n"
                 "source of tokens, so the request on standard input is read and discarded.\n",
                 "sase-credential store < request\n", store},
    cli::Command{"erase", "", "remove the cached token that a request on stdin contains", "no-prompt",
                 "git calls this after a host has rejected a token, and sends the token as\n"
                 "'password' or 'credential'. If that is the cached token of the host's profile,\n"
                 "it is removed, and the next call requests a new one. To remove all tokens of a\n"
                 "profile, use 'logout'.\n",
                 "sase-credential erase < request\n", erase},
    cli::Command{"capability", "", "announce the protocol capabilities (git 2.46 and later)", "no-prompt",
                 "Writes git's announcement of capabilities. If git announces 'authtype' too, it\n"
                 "receives a bearer token, otherwise a password.\n",
                 "sase-credential capability\n", capability},
    cli::Command{"token", "", "write a token, for scripts", "format",
                 "Writes the token of a profile to standard output, completely or not at all. It\n"
                 "has at least 'min-ttl' left. The format 'external' reads a query from standard\n"
                 "input. 'exec-credential' reads the variable KUBERNETES_EXEC_INFO.\n",
                 "sase-credential token --format header | curl -H @- URL\n"
                 "token=$(sase-credential token --profile work --format env) && eval \"$token\"\n",
                 token},
    cli::Command{"exec", "-- CMD [ARG...]", "run a command with a token in its environment", "pass-api-key",
                 "Runs CMD with SASE_ACCESS_TOKEN and SASE_ACCESS_TOKEN_EXPIRES (seconds since\n"
                 "1970) set, and without the variables that contain an API key. Flags precede\n"
                 "'--'; everything after it belongs to CMD. The exit code is CMD's. The token is\n"
                 "not refreshed while CMD runs. A command that takes 45 minutes needs --min-ttl\n"
                 "45m: the token then has at least that long left at the start. The token is in no\n"
                 "process list, but you and root can read it in /proc/PID/environ.\n"
                 "A tool that accepts nothing but the API key gets it with --pass-api-key: then\n"
                 "CMD and its child processes can do everything that the key permits, at any\n"
                 "time and place, until it is revoked in the console.\n",
                 "sase-credential exec -- terraform plan\n"
                 "sase-credential exec --profile work --min-ttl 45m -- ./long-job --verbose\n",
                 exec},
    cli::Command{"watch", cli::file_operand, "keep a fresh token in a file", "format mode group exec once",
                 "Writes a token to FILE, refreshes it before it expires, and replaces FILE\n"
                 "atomically. While the service is unreachable, the old token remains as long as\n"
                 "it is valid; then FILE is removed. SIGTERM and SIGINT stop it with exit code 0\n"
                 "and keep FILE; SIGHUP refreshes at once. It notifies systemd when FILE is\n"
                 "written (Type=notify). If the first token cannot be written, it exits.\n"
                 "--exec CMD runs after each new token, for example to reload a program. It is\n"
                 "stopped after a minute; its failure is only a warning.\n",
                 "sase-credential watch --format header /run/sase/header\n"
                 "sase-credential watch --mode 640 --exec 'pkill -HUP app' /run/token\n",
                 watch},
    cli::Command{"login", "", "ask for an API key, verify it and store it in a profile", "stdin no-verify",
                 "Asks for the key at the terminal without showing it, and for the region if no\n"
                 "setting selects the service. Requests a token to verify the key. Then it stores\n"
                 "the key in a file that only you can read, and the settings given as flags in\n"
                 "the profile. Create a key in the console: Settings > API Support.\n",
                 "sase-credential login --region eu\n"
                 "sase-credential login --stdin --profile acme --region au < key-file\n",
                 login},
    cli::Command{"logout", "", "remove a profile's key and its cached tokens", "",
                 "Removes the key that 'login' stored and all cached tokens of the profile. The\n"
                 "profile itself remains, and so does a key from any other source.\n",
                 "sase-credential logout --profile acme\n", logout},
    cli::Command{"status", "", "show each profile, its token and its last failure", "json check",
                 "Shows a row for each profile, or for the one that --profile names: region, API\n"
                 "generation, host, key source, the time left on its cached token, and the last\n"
                 "failure. It sends no request and runs no command. '*' marks the default\n"
                 "profile. The exit code is 0. With --check, for scripts, it shows one profile and\n"
                 "exits with the code that 'token' would give now, judging without a request;\n"
                 "'doctor' tests the connection as well.\n",
                 "sase-credential status --check >/dev/null || exit\n"
                 "sase-credential status --json | jq -r '.profiles[].name'\n",
                 status},
    cli::Command{"doctor", "", "run every check and show how to fix what fails", "json",
                 "Runs the checks in order: settings, key, files, name, TCP, proxy, TLS, clock,\n"
                 "authorize, and one read request with the token. The checks after a failed one\n"
                 "are skipped. The exit code is that of 'token' with the same settings.\n",
                 "sase-credential doctor --profile acme\n", doctor},
    cli::Command{"help", cli::topic_operand, "show help for a command or a topic", "",
                 "Without an operand it lists all commands and topics. 'COMMAND --help' and\n"
                 "'COMMAND -h' show the same page as 'help COMMAND'.\n",
                 "sase-credential help token\n"
                 "sase-credential help settings\n",
                 help},
};

}  // namespace

cli::Commands table() noexcept { return rows; }

cli::Dialect select_dialect(const Call& call) {
  const auto& flag = call.line.dialect;
  if (!flag) return call.called_as != nullptr ? call.called_as->dialect : cli::dialects.front().dialect;
  if (const cli::DialectName* const found = cli::find_dialect(*flag)) return found->dialect;
  throw Failure(
      ExitCode::usage_error, "unknown dialect" + quote_if_short(*flag),
      suggest(*flag, to_names(cli::dialect_values), "known are " + join(to_names(cli::dialect_values))));
}

config::ProfileSelector profile_selector(const Call& call) {
  return {call.environment, call.line.settings, config::named_profile(call.environment, call.line.profile),
          &call.diagnostics};
}

token::SessionContext session_context(const Call& call, const Diagnostics& diagnostics) noexcept {
  return {.environment = call.environment,
          .diagnostics = diagnostics,
          .misspelled_variables = call.misspelled_variables,
          .start = call.start,
          .flags = call.line.settings};
}

void ignore_request(const Call& call) noexcept {
  constexpr std::chrono::seconds patience{10};
  try {
    (void)os::read_message(call.input, std::chrono::steady_clock::now() + patience);
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

ExitCode deliver(const Call& call, const config::Profile& profile, const ReplyFormatter& format) {
  token::TokenSession session(session_context(call), profile);
  const token::ProvidedToken provided = session.provider().get();
  write_output(call, format(provided.token.bearer, ExpiryTimes::from(provided.token.expiry)).reveal());
  session.provider().refresh_in_background(provided);
  return ExitCode::success;
}

const protocol::TokenFormat& parse_format(const cli::CommandLine& line) {
  if (!line.format) return protocol::token_formats.front();
  if (const auto* const found = protocol::find_token_format(*line.format)) return *found;
  std::array<std::string_view, protocol::token_formats.size()> known;
  std::ranges::transform(protocol::token_formats, known.begin(), &protocol::TokenFormat::name);
  throw Failure(ExitCode::usage_error, "unknown format" + quote_if_short(*line.format),
                suggest(*line.format, known, "see: sase-credential help formats"));
}

}  // namespace sase::commands
