// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/progress.hpp"

namespace sase::helper::authorize {

std::string_view words_for(Phase phase) noexcept {
  switch (phase) {
    case Phase::starting: return "while starting";
    case Phase::resolving: return "while looking up the name";
    case Phase::connecting: return "while connecting";
    case Phase::asking_proxy: return "while waiting for the proxy";
    case Phase::handshaking: return "during the TLS handshake";
    case Phase::waiting: return "while waiting for the answer";
    case Phase::reading: return "while reading the answer";
    case Phase::pausing: return "between two tries";
  }
  return "in an unknown phase";
}

}  // namespace sase::helper::authorize
