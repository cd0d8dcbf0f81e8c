// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"

namespace sase::config {

/// Warns once about variables such as `SASE_REGOIN`. Only a variable that one typing mistake turns into a
/// known one counts as misspelled, because other programs may have `SASE_` variables too. It costs nothing
/// until warn(), which a call that the cache answers does not reach.
class MisspelledVariables {
 public:
  /// Both must outlive this.
  MisspelledVariables(const Environment& environment, const Diagnostics& diagnostics) noexcept
      : environment_(environment), diagnostics_(diagnostics) {}

  /// One warning a variable, without its value; nothing on later calls.
  void warn() noexcept;

 private:
  const Environment& environment_;
  const Diagnostics& diagnostics_;
  bool has_warned_ = false;
};

}  // namespace sase::config
