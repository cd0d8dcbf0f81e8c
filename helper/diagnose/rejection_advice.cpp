// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/rejection_advice.hpp"

#include "helper/diagnose/effective_setting.hpp"
#include "protocol/escape.hpp"

namespace sase::diagnose {

namespace {

using protocol::ErrorKind;

bool gives(const AskedService& asked, config::SettingId id) noexcept {
  return asked.values.find(id) != nullptr;
}

std::string api_of(const AskedService& asked) {
  return asked.profile.api == config::Api::v1 ? "v1" : "v3";
}

std::string describe(const AskedService& asked) {
  std::string where;
  if (!gives(asked, config::SettingId::url))
    where = "the region '" + region_name(asked.values) + '\'' +
            (gives(asked, config::SettingId::region) ? "" : ", as none is set") + ", ";
  return "; asked was " + where + "api " + api_of(asked) + ", at '" +
         protocol::escape(asked.profile.authorize_url) + '\'';
}

/// One for each combination of what is set.
std::string remedy_for_key(const AskedService& asked) {
  const bool is_v3 = asked.profile.api == config::Api::v3;
  if (gives(asked, config::SettingId::api) && is_v3)
    return "if the key was made for v1, leave api out or set it to v1; else make a new key in the console, "
           "Settings > API Support";
  if (gives(asked, config::SettingId::url))
    return "check that the key was made at this service and has not expired; if it is for " +
           std::string(is_v3 ? "v1" : "v3") + ", set api to that";
  if (!gives(asked, config::SettingId::region))
    return "set region to the tenant's: " + region_name(asked.values) +
           " is only what is asked when none is set; if it is right, make a new key in the console, Settings "
           "> "
           "API Support";
  return "look for the key in the console of the region '" + region_name(asked.values) +
         "', Settings > API Support: it may have expired, been deleted, or be another region's";
}

std::string remedy_for_access(const AskedService& asked) {
  if (asked.profile.api == config::Api::v1)
    return "give the key its permissions in the console, Settings > API Support, and check region and api";
  return "check api and region first: v3 answers like this to whatever it does not know; then the key's "
         "permissions";
}

bool is_redirect(std::optional<unsigned> status) noexcept {
  return status && *status / 100 == 3;
}

}  // namespace

void advise(CheckResult& check, const protocol::AuthError& auth_error, std::optional<unsigned> status,
            const AskedService& asked) {
  if (auth_error.kind == ErrorKind::rejected) {
    check.what += describe(asked);
    check.remedy = status == 403U ? remedy_for_access(asked) : remedy_for_key(asked);
  } else if (is_redirect(status)) {
    check.remedy =
        "log in to this network in a browser: a captive portal may have answered; else check proxy, "
        "region and url";
  } else if (status && *status >= 500) {
    check.remedy = "try again later: the fault is the service's, or that of a proxy before it";
  }
}

}  // namespace sase::diagnose
