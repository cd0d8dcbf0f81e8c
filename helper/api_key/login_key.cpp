// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/login_key.hpp"

#include "helper/config/config_directory.hpp"

namespace sase::api_key {

std::optional<std::string> login_key_path(const Environment& environment, std::string_view profile) {
  auto file = config::config_directory(environment);
  if (file) file->append("/keys/").append(profile);
  return file;
}

}  // namespace sase::api_key
