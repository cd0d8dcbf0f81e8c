// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::config {

namespace {

/// The members of a profile that settings with a default can change.
std::string describe_shape(const Profile& profile) {
  return profile.authorize_url + ' ' + std::to_string(profile.min_ttl.count()) + ' ' +
         std::to_string(profile.refresh_ahead.count()) + ' ' + std::to_string(profile.timeout.count()) + ' ' +
         std::to_string(static_cast<int>(profile.cache)) + ' ' + profile.trace;
}

}  // namespace

TEST_CASE("the default in the table is the one that a profile has", "[settings]") {
  const std::string unset = describe_shape(make_profile("default", Settings()));

  for (const Setting& setting : settings) {
    if (setting.fallback.empty()) continue;
    INFO(setting.name);
    Settings values;
    values.add({{Assignment{.setting = &setting, .value = setting.fallback, .layer = Layer::flag}}});
    CHECK(describe_shape(make_profile("default", values)) == unset);
  }
}

TEST_CASE("a setting accepts each value that its table names", "[settings]") {
  for (const Setting& setting : settings) {
    for (const NamedValue& known : setting.values) {
      INFO(setting.name << ' ' << known.name);
      Settings values;
      values.add({{Assignment{.setting = &setting, .value = known.name, .layer = Layer::flag}}});
      CHECK_NOTHROW(make_profile("default", values));
    }
  }
}

}  // namespace sase::config
