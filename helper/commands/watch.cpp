// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"
#include "helper/commands/commands.hpp"
#include "helper/names.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/watch/watcher.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace sase::commands {

namespace {

/// More than a report needs.
constexpr std::size_t max_previous = 4096;

struct Mode {
  std::string_view text;
  mode_t mode;
};

/// A token is readable for the user and at most one group.
constexpr std::array modes = {Mode{"600", 0600}, Mode{"640", 0640}, Mode{"400", 0400}, Mode{"440", 0440}};

mode_t parse_mode(const cli::CommandLine& line) {
  std::string_view text = line.mode ? std::string_view(*line.mode) : modes.front().text;
  if (text.size() == 4 && text.starts_with('0')) text.remove_prefix(1);
  const auto* const found = std::ranges::find(modes, text, &Mode::text);
  if (found != modes.end()) return found->mode;
  throw Failure(ExitCode::usage_error, "unusable mode" + quote_if_short(text),
                "choose 600, 640, 400 or 440: other users get no access, and the group may only read");
}

std::optional<gid_t> parse_group(const cli::CommandLine& line) {
  if (!line.group) return std::nullopt;
  const auto group = os::find_group(*line.group);
  if (!group)
    throw Failure(ExitCode::usage_error, "unknown group" + quote_if_short(*line.group),
                  "name one of /etc/group, or write its number");
  if (!os::may_give_to(*group))
    throw Failure(ExitCode::usage_error,
                  "this user cannot give a file to the group" + quote_if_short(*line.group),
                  "name a group that this user is in");
  return group;
}

/// What to write where.
struct Target {
  os::PublishedFile file;
  const protocol::TokenFormat& format;
};

Target read_target(const cli::CommandLine& line) {
  if (line.operands.size() != 1)
    throw Failure(ExitCode::usage_error, "'watch' needs one file to write the token to",
                  "write: sase-credential watch FILE");
  if (may_be_bare_key(line.operands.front()))
    throw Failure(ExitCode::usage_error,
                  "'watch' needs a file, and this may be a key; a file is written './NAME'",
                  cli::where_a_key_goes);
  if (line.operands.front() == "-")
    throw Failure(ExitCode::usage_error, "'watch' writes to a file, not to standard output",
                  "for a file of that name write './-'; for standard output: sase-credential token");
  if (line.exec && line.once)
    throw Failure(ExitCode::usage_error, "'--once' runs no command of '--exec'",
                  "write: sase-credential watch --once FILE && CMD");
  if (line.exec && line.exec->empty())
    throw Failure(ExitCode::usage_error, "the command of '--exec' is empty");
  return {.file = {line.operands.front(), {.mode = parse_mode(line), .group = parse_group(line)}},
          .format = parse_format(line)};
}

Failure unusable(const std::system_error& error) {
  const auto* const rejected = dynamic_cast<const os::RejectedPath*>(&error);
  if (rejected != nullptr)
    return Failure(ExitCode::local_state, protocol::escape(error.what()), rejected->hint());
  // Escaping may cut off the reason at the end of a long message.
  const std::string reason = error.code().message();
  std::string what = protocol::escape(error.what());
  if (std::string_view(error.what()).ends_with(reason) && !what.ends_with(reason)) what += ": " + reason;
  return Failure(ExitCode::local_state, what);
}

/// Two tokens have different names; a name reveals nothing of its token.
std::string name_token(const protocol::BearerToken& token) {
  return cache::hash_name("sase-cred-watchv", {token.reveal()});
}

/// Writes the token to the file, unless `previous` (TokenReport::identity()) shows that the file holds it.
/// The result has a token. Throws Failure.
watch::Attempt refresh_once(const Call& call, const Target& target, std::string_view previous = {}) {
  config::Profile profile = profile_selector(call).without_host();
  profile.refresh_ahead = token::effective_refresh_ahead(profile.refresh_ahead, profile.min_ttl);
  token::TokenSession session(session_context(call), profile);
  const token::ProvidedToken provided = session.provider().get_refreshed();
  const ExpiryTimes times = ExpiryTimes::from(provided.token.expiry);
  // The watcher removes the file a second before the token expires; it must not come back after that.
  if (provided.is_due_for_refresh() && times.expires_in <= token::RefreshSchedule::rounding)
    throw provided.refresh_failure
        ? *provided.refresh_failure
        : Failure(ExitCode::unreachable,
                  "the token is about to expire, and a new one may not be requested yet");
  watch::TokenReport report{.token = name_token(provided.token.bearer),
                            .file = target.file.identity(),
                            .left = times.expires_in,
                            .refresh_ahead = profile.refresh_ahead,
                            .is_due_for_refresh = provided.is_due_for_refresh()};
  const protocol::TokenDetails details{.profile = profile.name,
                                       .api_url = profile.rest_url,
                                       .expires_in = times.expires_in,
                                       .expires_at = times.expires_at};
  if (previous != report.identity())
    report.file = target.file.write(target.format.write(provided.token.bearer, details).reveal());
  return {.token = std::move(report), .failure = provided.refresh_failure};
}

/// One attempt of a watcher, which is the parent process: stdin holds the previous report, and the new one is
/// written to stdout.
ExitCode run_attempt(const Call& call, const Target& target) {
  const protocol::Secret previous = os::read_all(call.input, max_previous);
  const watch::Attempt attempt = refresh_once(call, target, previous.reveal());
  write_output(call, attempt.token->format());
  if (attempt.failure) throw Failure(*attempt.failure);
  return ExitCode::success;
}

/// `watch --once`
ExitCode write_once(const Call& call, const Target& target) {
  target.file.prepare();
  (void)refresh_once(call, target);
  return ExitCode::success;
}

os::NotifySocket open_manager(const Call& call) try {
  return os::NotifySocket(call.environment.find("NOTIFY_SOCKET"));
} catch (const std::system_error& error) {
  call.diagnostics.warning(protocol::escape(error.what()));
  return os::NotifySocket(std::nullopt);
}

std::optional<long> read_number(const Call& call, std::string_view variable) {
  return protocol::parse_number<long>(call.environment.find(variable).value_or(""));
}

/// sd_watchdog_enabled(3): WATCHDOG_PID may name another process that has the same environment.
std::optional<std::chrono::milliseconds> read_watchdog(const Call& call) {
  const auto micros = read_number(call, "WATCHDOG_USEC");
  if (!micros || *micros < 2000 ||
      read_number(call, "WATCHDOG_PID").value_or(os::process_id()) != os::process_id())
    return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(*micros));
}

/// The arguments of this call, with a program name that makes it an attempt.
std::vector<std::string> attempt_arguments(const Call& call) {
  std::vector<std::string> arguments(call.arguments.begin(), call.arguments.end());
  arguments.front() = watch::attempt_name;
  return arguments;
}

}  // namespace

ExitCode watch(const Call& call) try {
  const Target target = read_target(call.line);
  if (call.arguments.front() == watch::attempt_name) return run_attempt(call, target);
  if (call.line.once) return write_once(call, target);
  target.file.prepare();
  const os::NotifySocket manager = open_manager(call);
  std::vector<protocol::Secret> added;
  std::vector<const char*> environment;
  if (call.line.exec) environment = environment_without_keys(call, added);
  environment.push_back(nullptr);
  const watch::WatcherParts parts{.file = target.file,
                                  .diagnostics = call.diagnostics,
                                  .manager = manager,
                                  .watchdog = read_watchdog(call),
                                  .program = os::program_path().value_or("/proc/self/exe"),
                                  .arguments = attempt_arguments(call),
                                  .environment = call.environment.entries(),
                                  .command = call.line.exec.value_or(""),
                                  .command_environment = environment.data()};
  return watch::Watcher(parts).run();
} catch (const std::system_error& error) {
  throw unusable(error);
}

}  // namespace sase::commands
