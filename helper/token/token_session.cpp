// SPDX-License-Identifier: Apache-2.0
#include "helper/config/directories.hpp"
#include "helper/config/profile_selector.hpp"
#include "helper/token/provider.hpp"

#include <utility>

namespace sase::token {

namespace {

using std::chrono::steady_clock;

std::unique_ptr<cache::TokenCache> make_cache(const SessionContext& context, const config::Profile& profile,
                                              const std::optional<std::string>& directory) {
  if (!directory && profile.cache != config::CacheKind::none)
    context.diagnostics.warning(std::string("no place for the ") +
                                (profile.cache == config::CacheKind::file ? "cache" : "lock") +
                                ": neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME leads to a directory; "
                                "set one, or choose 'cache = none'");
  return cache::make_token_cache(profile.cache, directory);
}

}  // namespace

TokenSession::TokenSession(const SessionContext& context, const config::Profile& profile,
                           std::optional<api_key::ApiKey> key)
    : context_(context),
      trace_(profile.trace, context.start, context.diagnostics),
      state_directory_(config::state_directory(context.environment)),
      cache_(make_cache(context, profile, state_directory_)),
      authorizer_(context.environment),
      fleet_(context.environment),
      provider_({.profile = profile,
                 .cache = cache_.get(),
                 .state_directory = state_directory_,
                 .authorizer = authorizer_,
                 .diagnostics = context.diagnostics,
                 .ignored_variables = &context.ignored_variables,
                 .trace = trace_,
                 .deadline = steady_clock::now() + profile.timeout,
                 .fleet = &fleet_,
                 .find_fleet =
                     [this](const std::string& name) {
                       return config::read_fleet(context_.environment, context_.flags, name);
                     }},
                key ? ApiKeyHandle(profile, std::move(*key))
                    : make_key_handle(context, profile, cache_ != nullptr, trace_)) {}

}  // namespace sase::token
