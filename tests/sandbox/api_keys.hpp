// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/state_directory.hpp"

#include <string_view>

namespace sase::sandbox {

/// The API keys this sandbox accepts: the lines of the state directory's file `api-key`.
/// The file is read at every question, so a key can be added or revoked while the server runs.
class ApiKeys {
 public:
  /// Makes the file with one random key if there is none. `directory` must outlive this.
  explicit ApiKeys(const StateDirectory& directory);

  [[nodiscard]] bool accepts(std::string_view key) const;

 private:
  const StateDirectory& directory_;
};

}  // namespace sase::sandbox
