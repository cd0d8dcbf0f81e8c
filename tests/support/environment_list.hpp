// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace sase::tests {

/// An environment of a test's own.
class EnvironmentList {
 public:
  EnvironmentList(std::initializer_list<std::string> entries)
      : EnvironmentList(std::vector<std::string>(entries)) {}
  explicit EnvironmentList(std::vector<std::string> entries) : entries_(std::move(entries)) {
    for (const std::string& entry : entries_)
      pointers_.push_back(entry.c_str());
    pointers_.push_back(nullptr);
    environment_ = Environment(pointers_.data());
  }
  EnvironmentList(const EnvironmentList&) = delete;
  EnvironmentList& operator=(const EnvironmentList&) = delete;

  [[nodiscard]] const Environment& operator*() const noexcept { return environment_; }

 private:
  std::vector<std::string> entries_;
  std::vector<const char*> pointers_;
  Environment environment_{nullptr};
};

}  // namespace sase::tests
