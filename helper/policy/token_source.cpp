// SPDX-License-Identifier: Apache-2.0
#include "helper/policy/token_source.hpp"

#include "helper/failure.hpp"
#include "helper/posix/private_directory.hpp"
#include "protocol/escape.hpp"
#include "protocol/lifetime.hpp"

#include <system_error>
#include <utility>

namespace sase::helper {

namespace {

using std::chrono::steady_clock;

ExitCode exit_code_of(protocol::Denial denial) noexcept {
  switch (denial) {
    case protocol::Denial::refused:
    case protocol::Denial::nonsense: return ExitCode::refused;
    case protocol::Denial::unreachable:
    case protocol::Denial::rate_limited: return ExitCode::unreachable;
    case protocol::Denial::misconfigured: return ExitCode::settings;
  }
  return ExitCode::bug;
}

Failure to_failure(const protocol::Denied& denied) {
  return Failure(exit_code_of(denied.denial), denied.what, denied.hint);
}

}  // namespace

TokenSource::TokenSource(const Profile& profile, ApiKey key, TokenCache* cache,
                         std::optional<std::string> state_folder, Authorizer& authorizer,
                         const Diagnostics& diagnostics, steady_clock::time_point deadline)
    : profile_(profile),
      key_(std::move(key)),
      identity_(profile.name, profile.authorize_url, key_.reveal()),
      cache_(cache),
      state_folder_(std::move(state_folder)),
      authorizer_(authorizer),
      diagnostics_(diagnostics),
      deadline_(deadline) {}

FreshToken TokenSource::get() {
  if (auto cached = find_fresh()) return std::move(*cached);
  // Without a cache there is nothing to wait for: no other call's token could be found afterwards.
  if (cache_ == nullptr) return authorize(std::nullopt);
  const auto turn = wait_for_turn();
  // Whoever had the turn before us has most likely left a token, or at least the reason why there is none.
  if (auto cached = find_fresh()) return std::move(*cached);
  if (turn) share_failure(*turn);
  return authorize(turn);
}

void TokenSource::erase(std::string_view token) {
  if (cache_ == nullptr || token.empty()) return;
  try {
    const auto turn = wait_for_turn();
    const auto cached = cache_->find(identity_);
    if (cached && protocol::equal_in_constant_time(cached->token.reveal(), token)) cache_->remove(identity_);
  } catch (const std::system_error& error) {
    warn_once(error.what());
  } catch (const Failure&) {
    return;  // whoever holds the lock is replacing the token
  }
}

std::optional<FreshToken> TokenSource::find_fresh() {
  if (cache_ == nullptr) return std::nullopt;
  try {
    auto cached = cache_->find(identity_);
    if (!cached) return std::nullopt;
    const auto left = time_left(cached->expiry, Moment::now(), current_boot);
    if (left <= std::chrono::seconds(0) || left < profile_.min_ttl || left > protocol::longest_lifetime)
      return std::nullopt;
    return FreshToken{.token = std::move(cached->token), .time_left = left};
  } catch (const std::system_error& error) {
    warn_once(error.what());
    return std::nullopt;
  }
}

std::optional<TokenSource::Turn> TokenSource::wait_for_turn() {
  if (!state_folder_) return std::nullopt;
  try {
    PrivateDirectory folder = PrivateDirectory::create(*state_folder_);
    auto lock = FileLock::acquire(folder.open_lock(identity_.file_stem() + ".lock"), deadline_);
    if (lock) return Turn{.folder = std::move(folder), .lock = std::move(*lock)};
  } catch (const std::system_error& error) {
    warn_once(error.what());
    return std::nullopt;
  }
  throw Failure(ExitCode::unreachable,
                "another call for the profile '" + profile_.name + "' is still asking for a token after " +
                    protocol::format_duration(profile_.timeout),
                "try again, or raise 'timeout'");
}

void TokenSource::share_failure(const Turn& turn) {
  try {
    const auto failure = Ledger(turn.folder, identity_.file_stem()).failure_since(start_);
    if (failure) throw to_failure(*failure);
  } catch (const std::system_error& error) {
    warn_once(error.what());
  }
}

void TokenSource::record_failure(const Turn& turn, const protocol::Denied& failure) {
  try {
    Ledger(turn.folder, identity_.file_stem()).record(failure);
  } catch (const std::system_error& error) {
    warn_once(error.what());
  }
}

FreshToken TokenSource::authorize(const std::optional<Turn>& turn) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_clock::now());
  protocol::AuthorizeRequest request{.url = profile_.authorize_url,
                                     .api_key = protocol::Secret(key_.reveal()),
                                     .timeout = std::max(left, std::chrono::milliseconds(1)),
                                     .ca_file = profile_.ca_file,
                                     .client_cert = profile_.client_cert,
                                     .client_key = profile_.client_key,
                                     .proxy = profile_.proxy,
                                     .no_proxy = profile_.no_proxy};
  // Taken before the request is sent, so that the token is never believed to live longer than it does.
  const Moment asked = Moment::now();
  protocol::AuthorizeReply reply = authorizer_.authorize(request, deadline_);
  if (const auto* const denied = std::get_if<protocol::Denied>(&reply.outcome)) {
    if (turn) record_failure(*turn, *denied);
    throw to_failure(*denied);
  }

  auto& granted = std::get<protocol::Granted>(reply.outcome);
  if (granted.lifetime <= std::chrono::seconds(0))
    throw Failure(ExitCode::refused, "the service's new token has expired already");
  if (granted.lifetime < profile_.min_ttl)
    throw Failure(ExitCode::refused,
                  "the service's new token lives " + protocol::format_duration(granted.lifetime) +
                      ", less than min-ttl " + protocol::format_duration(profile_.min_ttl),
                  "lower 'min-ttl'");
  const auto lifetime = std::min(granted.lifetime, protocol::longest_lifetime);
  CachedToken token{.token = std::move(granted.token), .expiry = Expiry::after(asked, lifetime)};
  keep(token);
  const auto left_now = time_left(token.expiry, Moment::now(), current_boot);
  return {.token = std::move(token.token), .time_left = left_now};
}

void TokenSource::keep(const CachedToken& token) {
  if (cache_ == nullptr) return;
  try {
    cache_->store(identity_, token);
  } catch (const std::system_error& error) {
    warn_once(error.what());
  }
}

void TokenSource::warn_once(const std::string& trouble) {
  if (!warned_) diagnostics_.warning("going on without the cache: " + protocol::escape(trouble));
  warned_ = true;
}

}  // namespace sase::helper
