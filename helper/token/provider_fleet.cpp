// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>
#include <variant>

// What a provider gets from the fleet.

namespace sase::token {

using std::chrono::milliseconds;

protocol::FleetSetup make_fleet_setup(const TokenProviderParts& parts, const cache::FleetIdentity& identity,
                                      std::chrono::steady_clock::time_point deadline) {
  const config::FleetSettings& fleet = *parts.fleet_settings;
  const std::string key = fleet.prefix + "v1/" + identity.name();
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  protocol::FleetSetup setup{
      .members = {},
      .ca_file = fleet.ca_file,
      .client_cert = fleet.client_cert,
      .client_key = fleet.client_key,
      .record_key = key + "/record",
      .lock_key = key + "/lock",
      .timeout = std::max(left, milliseconds(1)),
      .budget = std::clamp(milliseconds(parts.profile.timeout) * 3 / 10, milliseconds(1), milliseconds(3000)),
      .trace = parts.trace.on()};
  for (const protocol::Host& member : fleet.members)
    setup.members.push_back("https://" + member.authority());
  return setup;
}

/// Whether there is a fleet. Throws Failure for an invalid setting.
bool TokenProvider::load_fleet() {
  if (parts_.find_fleet) parts_.fleet_settings = parts_.find_fleet(parts_.profile.name);
  parts_.find_fleet = nullptr;
  return parts_.fleet_settings.has_value();
}

/// An invalid setting matters only to a call that needs the fleet.
bool TokenProvider::has_known_fleet() noexcept try { return load_fleet(); } catch (const std::exception&) {
  return false;
}

FleetCall TokenProvider::fleet_call(RateLimitedAuthorizer& requests) {
  return {parts_, requests, [this](const Token& token, bool is_of_fleet) {
            if (is_of_fleet)
              store(token);
            else
              keep_longer_lived(token);
          }};
}

/// The token of a fleet, if it gave one. Another host's may be due.
std::optional<ProvidedToken> TokenProvider::provide(FleetResult shared) {
  if (!shared.token) return std::nullopt;
  ProvidedToken provided = provide(*std::move(shared.token));
  const auto left = time_left(provided.token.expiry, ClockReading::now(), current_boot);
  if (!shared.is_from_store || left >= parts_.profile.refresh_ahead) return provided;
  if (auto cached = find_usable()) return cached;
  provided.freshness = Freshness::due_for_refresh;
  return provided;
}

/// Through the fleet, if there is one.
ProvidedToken TokenProvider::request(RateLimitedAuthorizer requests) {
  if (!load_fleet()) return accept(requests.authorize());
  if (auto shared = provide(fleet_call(requests).get())) return *std::move(shared);
  ProvidedToken own = accept(requests.authorize());
  requests.change_log([](rate_limit::RequestLog& log) {
    record_fleet_use(log, rate_limit::FleetUse::fallback, BootClock::now());
  });
  return own;
}

std::optional<ProvidedToken> TokenProvider::refresh(RateLimitedAuthorizer requests,
                                                    std::chrono::seconds left) {
  if (!load_fleet()) return accept(requests.refresh());
  FleetResult shared = fleet_call(requests).refresh(left);
  if (shared.falls_back) return accept(requests.refresh());
  return provide(std::move(shared));
}

FleetReport TokenProvider::examine_fleet() {
  const cache::FleetIdentity identity(parts_.profile.authorize_url, key_.key().reveal());
  const auto deadline = std::chrono::steady_clock::now() + parts_.profile.timeout;
  (void)load_fleet();
  parts_.fleet->open(make_fleet_setup(parts_, identity, deadline));
  const protocol::FleetReply reply =
      parts_.fleet->ask({.operation = protocol::FleetOperation::examine}, deadline, parts_.trace);
  parts_.fleet->close();
  FleetReport report{.members = parts_.fleet->members(), .view = {}, .unavailable = {}};
  if (const auto* const snapshot = std::get_if<protocol::FleetSnapshot>(&reply))
    report.view = FleetView::of(*snapshot, identity, BootClock::now());
  else if (const auto* const unavailable = std::get_if<protocol::FleetUnavailable>(&reply))
    report.unavailable = *unavailable;
  return report;
}

}  // namespace sase::token
