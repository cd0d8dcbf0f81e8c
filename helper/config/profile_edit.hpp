// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sase::config {

/// The text of a profile with one setting changed: its line where it stands, or a new one at the end.
/// Everything else, comments too, stays as it is. Of a setting that stands there several times (`host`), the
/// new values take the place of all. No values: the setting goes. The values hold no line end.
[[nodiscard]] std::string with_setting(std::string_view text, const Setting& setting,
                                       std::span<const std::string_view> values);

}  // namespace sase::config
