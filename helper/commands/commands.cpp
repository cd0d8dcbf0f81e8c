// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"

#include "helper/cli/help.hpp"
#include "helper/names.hpp"
#include "helper/os/fd.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <typeinfo>

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
    cli::Command{"erase", "", "remove the token in the request on stdin from the cache", "no-prompt",
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
                 "written (Type=notify). If the first token cannot be written, it exits with the\n"
                 "code of 'token'. --exec CMD runs after each new token, for example to reload a\n"
                 "program. CMD is stopped after a minute; if it fails, there is only a warning.\n",
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
                 "profile. The exit code is 0 whatever it shows. With --check, for scripts, it\n"
                 "shows one profile and exits with the code that 'token' would have now, as far as\n"
                 "that is known without a request; 'doctor' tests the connection as well.\n",
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

ExitCode no_command(const Call& call) {
  call.diagnostics.failure("no command is given");
  call.diagnostics.hint(cli::usage_line(table()));
  return ExitCode::usage_error;
}

/// gitcredentials: "If it does not support the requested operation, it should silently ignore the request."
/// A command for users that takes operands gets them under git's name as well.
bool is_ignored_under_gits_name(const cli::Command* command, const cli::CommandLine& line) noexcept {
  return command == nullptr || (command->operands.empty() && !line.operands.empty());
}

/// Rejects the operations that only git's dialect has.
void reject_git_operation(const cli::DialectName& dialect, std::string_view command) {
  constexpr std::array<std::string_view, 3> git_only = {"store", "erase", "capability"};
  if (dialect.dialect == cli::Dialect::git || std::ranges::find(git_only, command) == git_only.end()) return;
  throw Failure(ExitCode::usage_error,
                "'" + std::string(command) + "' is no operation of '" + std::string(dialect.program) + "'",
                "these are: get");
}

ExitCode dispatch(const Call& call) {
  const cli::CommandLine& line = call.line;
  if (line.version) {
    write_output(call, "sase-credential " SASE_VERSION "\n");
    return ExitCode::success;
  }
  if (!line.command) return line.help ? help(call) : no_command(call);
  const cli::Command* const command = cli::find_command(table(), *line.command);
  if (call.called_as != nullptr && call.called_as->dialect == cli::Dialect::git &&
      is_ignored_under_gits_name(command, line)) {
    ignore_request(call);
    return ExitCode::success;
  }
  cli::reject_typography(call.arguments);
  if (call.called_as != nullptr) reject_git_operation(*call.called_as, *line.command);
  if (command == nullptr && *line.command == "complete") return complete(call);
  if (command == nullptr) throw cli::unknown_command(table(), *line.command);
  if (line.help) return help(call);
  reject_unsupported_arguments(table(), *command, line);
  return command->run(call);
}

/// Whether the caller reads git's dialect. The command line may not have been parsed.
bool speaks_git(const Call& call) noexcept {
  if (call.line.dialect) return cli::find_dialect(*call.line.dialect) == &cli::dialects.front();
  if (call.called_as != nullptr && call.called_as->dialect != cli::Dialect::git) return false;
  return std::ranges::none_of(call.arguments,
                              [](std::string_view word) { return word.starts_with("--dialect"); });
}

/// After a failure of `get --no-prompt`, git prompts the user unless the reply contains `quit`
/// (gitcredentials).
void write_quit(const Call& call) noexcept {
  const auto end = std::ranges::find(call.arguments, std::string_view("--"));
  const auto has = [&call, end](std::string_view word) {
    return std::find(call.arguments.begin(), end, word) != end;
  };
  const bool is_get = call.line.command ? *call.line.command == "get" : has("get");
  if (!has("--no-prompt") || !is_get || !speaks_git(call)) return;
  try {
    os::write_all(call.output, "quit=1\n\n");
  } catch (const std::exception&) {
    return;  // git has exited
  }
}

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
          .ignored_variables = call.ignored_variables,
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

std::string describe_unexpected(const std::exception& error) {
  const bool is_of_system = dynamic_cast<const std::system_error*>(&error) != nullptr;
  return protocol::escape(is_of_system ? error.what() : typeid(error).name());
}

ExitCode run(std::span<const char* const> arguments, const Environment& environment, int input, int output,
             const Diagnostics& diagnostics, const os::CallerState* caller) {
  cli::CommandLine line;
  config::IgnoredVariables ignored_variables(environment, diagnostics);
  const Call call{.arguments = arguments,
                  .line = line,
                  .environment = environment,
                  .input = input,
                  .output = output,
                  .diagnostics = diagnostics,
                  .ignored_variables = ignored_variables,
                  .called_as = arguments.empty() ? nullptr : cli::find_dialect_by_program(arguments.front()),
                  .caller = caller};
  try {
    line = cli::parse_command_line(arguments.subspan(std::min<std::size_t>(arguments.size(), 1)));
    return dispatch(call);
  } catch (const Failure& failure) {
    if (failure.code == ExitCode::invalid_settings) ignored_variables.warn();
    diagnostics.failure(failure.what());
    if (!failure.hint.empty()) diagnostics.hint(failure.hint);
    write_quit(call);
    return failure.code;
  } catch (const std::exception& error) {
    diagnostics.failure("internal error: " + describe_unexpected(error));
    diagnostics.hint("please report it with the command line, without secrets");
    write_quit(call);
    return ExitCode::internal_error;
  }
}

}  // namespace sase::commands
