// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/digest.hpp"
#include "helper/commands/commands.hpp"
#include "helper/commands/format_choice.hpp"
#include "helper/failure.hpp"
#include "helper/nearest_name.hpp"
#include "helper/os/files/group_id.hpp"
#include "helper/token/session.hpp"
#include "helper/watch/watcher.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace sase::commands {

namespace {

struct Mode {
  std::string_view word;
  mode_t mode;
};

/// A token is nobody's but the user's and, where that is wanted, one group's.
constexpr std::array modes = {Mode{"600", 0600}, Mode{"640", 0640}, Mode{"400", 0400}, Mode{"440", 0440}};

mode_t mode_of(const cli::CommandLine& line) {
  std::string_view word = line.mode ? std::string_view(*line.mode) : modes.front().word;
  if (word.size() == 4 && word.starts_with('0')) word.remove_prefix(1);
  const auto* const found = std::ranges::find(modes, word, &Mode::word);
  if (found != modes.end()) return found->mode;
  throw Failure(ExitCode::usage_error, "unusable mode" + quote_if_short(word),
                "choose 600, 640, 400 or 440: the file is not for others, and they write none of it");
}

std::optional<gid_t> group_of(const cli::CommandLine& line) {
  if (!line.group) return std::nullopt;
  const auto group = os::find_group(*line.group);
  if (!group)
    throw Failure(ExitCode::usage_error, "unknown group" + quote_if_short(*line.group),
                  "name one of /etc/group, or write its number");
  if (!os::may_give_to(*group))
    throw Failure(ExitCode::usage_error,
                  "no file of this user can be given to the group" + quote_if_short(*line.group),
                  "name a group that this user is in");
  return group;
}

os::PublishedFile file_of(const cli::CommandLine& line) {
  if (line.operands.size() != 1)
    throw Failure(ExitCode::usage_error, "'watch' wants one file to write the token to",
                  "write: sase-credential watch FILE");
  if (line.operands.front() == "-")
    throw Failure(ExitCode::usage_error, "'watch' writes to a file, not to standard output",
                  "for a file of that name write './-'; for standard output: sase-credential token");
  return {line.operands.front(), {.mode = mode_of(line), .group = group_of(line)}};
}

/// A long path may cost the words their end, where the reason stands.
Failure unusable(const std::system_error& error) {
  const std::string reason = error.code().message();
  std::string what = protocol::escape(error.what());
  if (std::string_view(error.what()).ends_with(reason) && !what.ends_with(reason)) what += ": " + reason;
  return Failure(ExitCode::local_state, what);
}

void prepare(const os::PublishedFile& file) try { file.prepare(); } catch (const std::system_error& error) {
  throw unusable(error);
}

std::string name_of(const protocol::BearerToken& token) {
  cache::Digest digest("sase-cred-watchv");
  digest.add(token.reveal());
  return digest.hexadecimal();
}

/// One round: the settings and the key are read anew, so that what was changed counts.
class RefreshOnce {
 public:
  RefreshOnce(const Call& call, const os::PublishedFile& file, protocol::TokenFormat format) noexcept
      : call_(call), file_(file), format_(format) {}

  /// Throws Failure.
  [[nodiscard]] watch::RefreshAttempt get(const watch::PublishedToken* current) const {
    config::Profile profile = profile_selector(call_).without_host();
    profile.refresh_ahead = token::effective_refresh_ahead(profile.refresh_ahead, profile.min_ttl);
    token::TokenSession session(session_context(call_), profile);
    const token::KeptToken kept = session.provider().get_ahead();
    // The watcher takes it for dead and removes it; it must not come back for its last second.
    if (kept.is_due_for_refresh && kept.fresh.time_left <= token::RefreshSchedule::rounding)
      throw kept.trouble ? *kept.trouble
                         : Failure(ExitCode::unreachable, "a new token is not to be asked for yet");
    watch::PublishedToken token{.name = name_of(kept.fresh.token),
                                .mark = {},
                                .left = kept.fresh.time_left,
                                .ahead = profile.refresh_ahead,
                                .is_due_for_refresh = kept.is_due_for_refresh};
    const bool is_there = current != nullptr && current->name == token.name && file_.is(current->mark);
    token.mark = is_there ? current->mark : write(profile, kept.fresh);
    return {.token = std::move(token), .trouble = kept.trouble};
  }

 private:
  [[nodiscard]] os::FileMark write(const config::Profile& profile, const token::FreshToken& fresh) const try {
    const protocol::TokenFacts facts{.profile = profile.name,
                                     .api_url = profile.rest_url,
                                     .expires_in = fresh.time_left,
                                     .expires_at = ClockReading::now().wall + fresh.time_left};
    return file_.write(protocol::write_token(format_, fresh.token, facts).reveal());
  } catch (const std::system_error& error) {
    throw unusable(error);
  }

  const Call& call_;
  const os::PublishedFile& file_;
  protocol::TokenFormat format_;
};

/// The same in a process of its own.
watch::RefreshAttempt look(const Call& call, const os::PublishedFile& file, protocol::TokenFormat format,
                           const watch::RefreshOptions& order) {
  using Verbosity = Diagnostics::Verbosity;
  const Diagnostics diagnostics = call.diagnostics.anew(order.said);
  const Diagnostics at_first =
      call.diagnostics.anew(order.is_first ? Verbosity::all : Verbosity::all_but_warnings);
  config::MisspelledVariables misspelled_variables(call.environment, at_first);
  const Call round{.line = call.line,
                   .environment = call.environment,
                   .input = call.input,
                   .output = call.output,
                   .diagnostics = diagnostics,
                   .misspelled_variables = misspelled_variables};
  try {
    return RefreshOnce(round, file, format).get(order.current);
  } catch (const Failure& failure) {
    if (failure.code == ExitCode::invalid_settings) misspelled_variables.warn();
    return {.token = {}, .trouble = failure};
  }
}

os::NotifySocket manager_of(const Call& call) try {
  return os::NotifySocket(call.environment.find("NOTIFY_SOCKET"));
} catch (const std::system_error& error) {
  call.diagnostics.warning(protocol::escape(error.what()));
  return os::NotifySocket(std::nullopt);
}

std::optional<long> number_of(const Call& call, std::string_view variable) {
  const auto text = call.environment.find(variable);
  long number = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc())
    return std::nullopt;
  return number;
}

/// sd_watchdog_enabled(3): the variables may be meant for another process, whose environment we have.
std::optional<BootTime> watchdog_of(const Call& call) {
  const auto micros = number_of(call, "WATCHDOG_USEC");
  if (!micros || *micros < 2000 || number_of(call, "WATCHDOG_PID").value_or(::getpid()) != ::getpid())
    return std::nullopt;
  return std::chrono::duration_cast<BootTime>(std::chrono::microseconds(*micros));
}

}  // namespace

ExitCode watch(const Call& call) {
  const os::PublishedFile file = file_of(call.line);
  const protocol::TokenFormat format = format_of(call.line);
  prepare(file);
  if (call.line.once) {
    (void)RefreshOnce(call, file, format).get(nullptr);
    return ExitCode::success;
  }
  const os::NotifySocket manager = manager_of(call);
  const watch::WatcherParts parts{
      .file = file,
      .diagnostics = call.diagnostics,
      .manager = manager,
      .watchdog = watchdog_of(call),
      .look = [&](const watch::RefreshOptions& order) { return look(call, file, format, order); }};
  watch::Watcher(parts).run();
  return ExitCode::success;
}

}  // namespace sase::commands
