// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <system_error>

namespace sase::os {

/// A path that we do not use, in words of our own: what the system would say of EPERM helps nobody.
class RejectedPath : public std::system_error {
 public:
  explicit RejectedPath(const std::string& what)
      : std::system_error(EPERM, std::generic_category()), text_(std::make_shared<const std::string>(what)) {}

  [[nodiscard]] const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;  // copying an exception must not throw
};

}  // namespace sase::os
