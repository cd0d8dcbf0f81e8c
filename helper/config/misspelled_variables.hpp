// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"

namespace sase::config {

/// Says once that a variable such as `SASE_REGOIN` is not known. Only one that a single typed mistake turns
/// into one of ours is taken for a misspelt one: other tools may have variables that begin with `SASE_` too.
/// It costs nothing until it looks, and a call that the cache answers does not.
class MisspelledVariables {
 public:
  /// Both must outlive this.
  MisspelledVariables(const Environment& environment, const Diagnostics& diagnostics) noexcept
      : environment_(environment), diagnostics_(diagnostics) {}

  /// Looks at the first call alone; one warning a variable, without its value.
  void warn() noexcept;

 private:
  const Environment& environment_;
  const Diagnostics& diagnostics_;
  bool looked_ = false;
};

}  // namespace sase::config
