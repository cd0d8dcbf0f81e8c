// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/profile.hpp"
#include "helper/config/settings.hpp"
#include "helper/diagnose/check_result.hpp"
#include "protocol/authorize/exchange.hpp"

#include <optional>

namespace sase::diagnose {

/// What was asked.
struct AskedService {
  const config::Profile& profile;
  const config::Settings& values;
};

/// Adds to the link `authorize`, which `denied` broke, what was asked, and puts the likeliest remedy for just
/// that in the place of a general one. A refusal does not say whether it is the key, the region or the API
/// that is wrong, so nothing is claimed. `status` is that of HTTP, if there was an answer.
void advise(CheckResult& check, const protocol::AuthError& auth_error, std::optional<unsigned> status,
            const AskedService& asked);

}  // namespace sase::diagnose
