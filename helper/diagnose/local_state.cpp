// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/cache/token_cache.hpp"
#include "helper/clock.hpp"
#include "helper/config/directories.hpp"
#include "helper/diagnose/report.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "helper/os/processes/this_process.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "helper/rate_limit/rules.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <system_error>

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

constexpr auto check_name = "files";

std::string remedy_for(const std::system_error& error, const std::string& directory, bool is_keyring_error) {
  const auto* const rejected = dynamic_cast<const os::RejectedPath*>(&error);
  if (rejected != nullptr && !rejected->hint().empty()) return rejected->hint();
  if (error.code() == std::errc::no_space_on_device || os::is_quota_exceeded(error.code()))
    return "free disk space for '" + protocol::escape(directory) + "'";
  if (is_keyring_error) return "set cache to file: this kernel or container forbids the keyring";
  return "make '" + protocol::escape(directory) +
         "' writable, or set XDG_RUNTIME_DIR or XDG_CACHE_HOME to a directory of your own";
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
          .what = "no state directory: neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME names a directory",
          .remedy = "set XDG_RUNTIME_DIR or HOME",
          .code = is_required ? ExitCode::local_state : ExitCode::success};
}

/// A call that requests a token needs these files.
void check_certificates(const config::Profile& profile) try {
  for (const std::string& path : {profile.ca_file, profile.client_cert, profile.client_key})
    if (!path.empty() && !os::open_trusted_file(path, os::Sensitivity::settings))
      throw Failure(ExitCode::invalid_settings, "there is no file '" + protocol::escape(path) + '\'');
} catch (const std::system_error& error) {
  throw Failure(ExitCode::invalid_settings, protocol::escape(error.what()));
}

bool has_usable_token(const config::Profile& profile, const LocalState& state) noexcept {
  return state.token_left &&
         token::judge(*state.token_left, profile.min_ttl, profile.refresh_ahead) != token::Freshness::stale;
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
  if (const auto use = log.fleet.last_use)
    state.fleet = {.what = rate_limit::fleet_uses.at(static_cast<std::size_t>(*use)),
                   .ago = std::chrono::floor<std::chrono::seconds>(now - log.fleet.last_used),
                   .error = log.fleet.unavailable_since ? log.fleet.error : std::string()};
  // A call that starts now, with the network settings of the failed one.
  const rate_limit::CallContext call{
      .started = now + std::chrono::milliseconds(1),
      .now = now,
      .network_fingerprint = log.failure ? std::string_view(log.failure->network_fingerprint) : "",
      .min_ttl = min_ttl};
  if (const auto auth_error = why_blocked(log, call)) {
    state.pause_code = token::exit_code_for(auth_error->kind);
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
  if (const auto holder = opened ? rate_limit::find_overdue_holder(*opened, key.key_id()) : std::nullopt)
    state.failure = {.what = "process " + std::to_string(holder->pid) +
                             " still holds the lock after its deadline; is it stopped?",
                     .ago = std::chrono::floor<std::chrono::seconds>(BootClock::now() - holder->deadline)};
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
    return {.name = check_name,
            .state = CheckState::broken,
            .what = protocol::escape(error.what()),
            .remedy = remedy_for(error, *directory, is_keyring_error),
            .code = ExitCode::local_state};
  }
}

ProfileStatus read_status(const token::SessionContext& context, const config::ProfileSelector& selector,
                          std::string_view name) {
  ProfileStatus status;
  status.name = name;
  try {
    const config::ProfileSettings given = selector.read_settings(name);
    const config::Profile profile = make_profile(name, given.values);
    status.region = region_name(given.values);
    status.api = config::api_generation(profile.api).name;
    status.host = profile.hosts.front().text();
    if (profile.fleet) status.fleet = describe_fleet(*profile.fleet);
    const auto source = api_key::find_source(profile, context.environment);
    if (!source) throw api_key::no_key(profile, context.environment);
    status.key = api_key::describe(*source);
    token::TokenSession session(context, profile);
    token::ApiKeyHandle& key = session.provider().key();
    // A report runs no key command, so there is no identity unless the key is deferred.
    if (source->kind != config::ApiKeySource::Kind::command || key.is_deferred())
      status.local_state = read_local_state(profile, key, config::state_directory(context.environment));
    if (has_usable_token(profile, status.local_state)) return status;
    status.code = status.local_state.pause_code;
    check_certificates(profile);
  } catch (const Failure& failure) {
    // The report shows it, and the other profiles as well.
    status.failure = failure;
  } catch (const std::system_error& error) {
    status.failure = Failure(ExitCode::local_state, protocol::escape(error.what()));
  }
  return status;
}

}  // namespace sase::diagnose
