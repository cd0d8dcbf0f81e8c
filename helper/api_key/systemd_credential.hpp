// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sase::api_key {

/// Where systemd has put a credential of this service, if it gave it one: `$CREDENTIALS_DIRECTORY/NAME`
/// (systemd.exec(5)). Nothing where that directory is not given, or is not an absolute path.
[[nodiscard]] std::optional<std::string> credential_path(const Environment& environment,
                                                         std::string_view name);

/// Reads the credential at a path of credential_path(), as strictly as any file of a key. systemd makes them
/// 0400 of the service's user or, where its directory can have access lists, root's in memory with an entry
/// for that user, which shows as 0440. A name in place of a path stands for one without a directory. Throws
/// Failure.
[[nodiscard]] ApiKey read_systemd_credential(const std::string& path);

}  // namespace sase::api_key
