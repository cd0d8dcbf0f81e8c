// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/token_cache.hpp"
#include "helper/clock.hpp"
#include "helper/config/xdg_directories.hpp"
#include "helper/diagnose/doctor.hpp"
#include "helper/diagnose/status.hpp"
#include "helper/names.hpp"
#include "helper/os/files/file_status.hpp"
#include "helper/os/files/private_directory.hpp"
#include "helper/os/processes/this_process.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "helper/rate_limit/rules.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <system_error>
#include <utility>
#include <vector>

namespace sase::diagnose {

namespace {

using protocol::CheckState;

std::optional<std::chrono::seconds> token_left(cache::TokenCache& cache, token::ApiKeyHandle& key) {
  const cache::Identity* const identity = key.find_identity();
  const auto token = identity != nullptr ? cache.find(*identity) : std::nullopt;
  if (!token) return std::nullopt;
  const auto left = time_left(token->expiry, ClockReading::now(), current_boot);
  return left.count() > 0 ? std::optional(left) : std::nullopt;
}

/// A process that still holds the refresh lock after its deadline is reported as a failure.
void record_overdue_holder(LocalState& state, const os::PrivateDirectory& directory,
                           const std::string& key_id) {
  const auto holder = rate_limit::find_overdue_holder(directory, key_id);
  if (holder)
    state.failure = {.what = "process " + std::to_string(holder->pid) +
                             " still holds the lock after its deadline; is it stopped?",
                     .ago = std::chrono::floor<std::chrono::seconds>(BootClock::now() - holder->deadline)};
}

constexpr auto check_name = "files";

/// The command that makes a file or directory (`kind`) private and usable; empty if it is.
std::string find_repair(const std::string& path, os::FileStatus::Kind kind) {
  const auto status = os::read_link_status(path);
  if (!status) return {};
  if (!status->is(kind)) return "rm -r " + protocol::shell_word(path);
  if (!status->is_own()) return "remove it: sudo rm -r " + protocol::shell_word(path);
  if (status->is_open_to_others()) return "chmod go-rwx " + protocol::shell_word(path);
  const bool is_directory = kind == os::FileStatus::Kind::directory;
  const unsigned needed = is_directory ? 0700 : 0600;
  if ((status->permissions & needed) == needed) return {};
  return (is_directory ? "chmod u+rwx " : "chmod u+rw ") + protocol::shell_word(path);
}

/// The paths of the profile's files.
std::vector<std::string> list_files(const std::string& directory, token::ApiKeyHandle& key) {
  std::string key_id = directory + '/';
  key_id += key.key_id();
  std::vector<std::string> paths = {key_id + ".lock"};
  if (const cache::Identity* const identity = key.find_identity())
    paths.push_back(directory + '/' + identity->file_stem() + ".token");
  return paths;
}

std::string make_writable(const std::string& directory) {
  return "make '" + protocol::escape(directory) +
         "' writable, or set XDG_RUNTIME_DIR or XDG_CACHE_HOME to a directory of your own";
}

/// Empty if no cause is found.
std::string remedy_for(const std::system_error& error, const std::string& directory,
                       token::ApiKeyHandle& key) {
  const auto* const rejected = dynamic_cast<const os::RejectedPath*>(&error);
  if (rejected != nullptr && !rejected->hint().empty()) return rejected->hint();
  if (auto command = find_repair(directory, os::FileStatus::Kind::directory); !command.empty())
    return command;
  for (const std::string& path : list_files(directory, key))
    if (auto command = find_repair(path, os::FileStatus::Kind::regular); !command.empty()) return command;
  const bool is_full = error.code() == std::errc::no_space_on_device || os::is_quota_exceeded(error.code());
  return is_full ? "free disk space for '" + protocol::escape(directory) + "'" : std::string();
}

/// Creates the directory as any call does, and writes a file into it.
void write_test_file(const std::string& path) {
  const os::PrivateDirectory directory = os::PrivateDirectory::create(path);
  const std::string name = "doctor." + std::to_string(os::process_id());
  directory.replace_file(name, "written by 'sase-credential doctor'\n");
  directory.remove_file(name);
}

/// The variable that determines the directory.
std::string find_variable(const std::string& directory, const Environment& environment) {
  for (const std::string_view name : {"XDG_RUNTIME_DIR", "XDG_CACHE_HOME"}) {
    const auto base = environment.find(name);
    if (base && directory == std::string(*base) + "/sase-credential") return std::string(name);
  }
  if (directory.ends_with("/sase-credential-" + std::to_string(os::effective_user())))
    return "because neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME leads to a directory of this user";
  return environment.find("XDG_RUNTIME_DIR") ? "HOME, because XDG_RUNTIME_DIR is not a private directory"
                                             : "HOME, because XDG_RUNTIME_DIR is not set";
}

std::string describe_cache(const config::Profile& profile, const LocalState& state) {
  if (profile.cache == config::CacheKind::none) return "no cache, by the setting 'cache'";
  const std::string kind =
      profile.cache == config::CacheKind::file ? "cache in files" : "cache in the kernel's keyring";
  return kind + (state.token_left
                     ? ", a token with " + protocol::describe_duration(*state.token_left) + " left"
                     : ", no token");
}

CheckResult without_directory(const config::Profile& profile) {
  const bool is_required = profile.cache != config::CacheKind::none;
  return {.name = check_name,
          .state = is_required ? CheckState::broken : CheckState::warning,
          .what =
              "no state directory: neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME names a "
              "directory",
          .remedy = "set XDG_RUNTIME_DIR or HOME",
          .code = is_required ? ExitCode::local_state : ExitCode::success};
}

}  // namespace

std::string describe_problem(const LocalState& state) {
  if (!state.pause.empty()) return "no request is sent now: " + state.pause;
  if (!state.failure) return {};
  return "the last call failed " + protocol::describe_duration(state.failure->ago) +
         " ago: " + state.failure->what;
}

LocalState make_local_state(const rate_limit::RequestLog& log, BootTime now, std::chrono::seconds min_ttl) {
  LocalState state;
  if (log.failure)
    state.failure = {.what = log.failure->auth_error.what,
                     .ago = std::chrono::floor<std::chrono::seconds>(now - log.failure->at)};
  // A call that starts now, with the network settings of the failed one.
  const rate_limit::CallContext call{
      .started = now + std::chrono::milliseconds(1),
      .now = now,
      .network_fingerprint = log.failure ? std::string_view(log.failure->network_fingerprint) : "",
      .min_ttl = min_ttl};
  if (const auto auth_error = why_blocked(log, call)) {
    state.pause = auth_error->what;
    if (!auth_error->hint.empty()) state.pause += "; " + auth_error->hint;
  }
  return state;
}

LocalState read_local_state(const config::Profile& profile, token::ApiKeyHandle& key,
                            const std::optional<std::string>& directory) {
  const auto opened = directory ? os::PrivateDirectory::open(*directory) : std::nullopt;
  const auto log = opened ? rate_limit::read_request_log(*opened, key.key_id()) : rate_limit::RequestLog{};
  LocalState state = make_local_state(log, BootClock::now(), profile.min_ttl);
  if (opened) record_overdue_holder(state, *opened, key.key_id());
  if (const auto cache = cache::make_token_cache(profile.cache, directory))
    state.token_left = token_left(*cache, key);
  return state;
}

CheckResult check_files(const config::Profile& profile, token::ApiKeyHandle& key,
                        const Environment& environment) {
  const auto directory = config::state_directory(environment);
  if (!directory) return without_directory(profile);
  bool is_writable = false;
  try {
    write_test_file(*directory);
    is_writable = true;
    const LocalState state = read_local_state(profile, key, directory);
    const std::string problem = describe_problem(state);
    const bool is_locked = protocol::lock_secrets();
    return {.name = check_name,
            .state = is_locked ? CheckState::ok : CheckState::warning,
            .what = "state in '" + protocol::escape(*directory) + "' (" +
                    find_variable(*directory, environment) + "); " + describe_cache(profile, state) +
                    (problem.empty() ? "" : "; " + problem) +
                    (is_locked ? "" : "; keys and tokens cannot be locked in memory (RLIMIT_MEMLOCK)"),
            .remedy = is_locked ? "" : "raise the limit to 64 KiB: ulimit -l 64"};
  } catch (const std::system_error& error) {
    const bool is_keyring_error = is_writable && profile.cache == config::CacheKind::keyring;
    std::string remedy = remedy_for(error, *directory, key);
    if (remedy.empty() && is_keyring_error)
      remedy = "set cache to file: this kernel or container forbids the keyring";
    return {.name = check_name,
            .state = CheckState::broken,
            .what = protocol::escape(error.what()),
            .remedy = remedy.empty() ? make_writable(*directory) : std::move(remedy),
            .code = ExitCode::local_state};
  }
}

}  // namespace sase::diagnose
