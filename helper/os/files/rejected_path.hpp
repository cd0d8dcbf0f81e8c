// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <system_error>

namespace sase::os {

/// A path that is not used for a reason of this program, with a message of its own instead of that of EPERM.
class RejectedPath : public std::system_error {
 public:
  explicit RejectedPath(const std::string& what)
      : std::system_error(EPERM, std::generic_category()), text_(std::make_shared<const std::string>(what)) {}

  [[nodiscard]] const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;  // copying an exception must not throw
};

}  // namespace sase::os
