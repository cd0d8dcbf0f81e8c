// SPDX-License-Identifier: Apache-2.0
#include "helper/posix/successor.hpp"

#include "helper/posix/fd.hpp"

#include <cerrno>
#include <vector>

#include <unistd.h>

namespace sase::helper {

namespace {

/// A script whose interpreter is missing is there all the same.
bool is_there(const std::string& program) noexcept {
  return program.find('/') != std::string::npos && ::access(program.c_str(), F_OK) == 0;
}

}  // namespace

void become(std::span<const std::string> words, std::span<const char* const> environment) {
  std::vector<char*> argv;
  for (const std::string& word : words)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> entries;
  for (const char* const entry : environment)
    entries.push_back(const_cast<char*>(entry));
  entries.push_back(nullptr);
  ::execvpe(argv.front(), argv.data(), entries.data());
  if (errno == ENOENT && is_there(words.front())) errno = ENOEXEC;
  throw_errno("cannot run '" + words.front() + "'");
}

}  // namespace sase::helper
