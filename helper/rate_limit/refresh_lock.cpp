// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/refresh_lock.hpp"

namespace sase::rate_limit {

RefreshLock::RefreshLock(const std::string& directory, const std::string& key_id)
    : directory_(os::PrivateDirectory::create(directory)),
      lock_(directory_.open_lock(key_id + ".lock")),
      key_id_(key_id) {}

}  // namespace sase::rate_limit
