// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/refresh_lock.hpp"

namespace sase::helper {

Turn::Turn(const std::string& folder, const std::string& account)
    : folder_(PrivateDirectory::create(folder)),
      lock_(folder_.open_lock(account + ".lock")),
      account_(account) {}

}  // namespace sase::helper
