// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace sase::os {

/// A path that is not used for a reason of this program, with a message of its own instead of that of EPERM.
class RejectedPath : public std::system_error {
 public:
  explicit RejectedPath(std::string what, std::string hint = {})
      : std::system_error(EPERM, std::generic_category()),
        text_(std::make_shared<const Text>(Text{std::move(what), std::move(hint)})) {}

  [[nodiscard]] const char* what() const noexcept override { return text_->what.c_str(); }

  /// The remedy, or empty.
  [[nodiscard]] const std::string& hint() const noexcept { return text_->hint; }

 private:
  struct Text {
    std::string what;
    std::string hint;
  };
  std::shared_ptr<const Text> text_;  // copying an exception must not throw
};

}  // namespace sase::os
