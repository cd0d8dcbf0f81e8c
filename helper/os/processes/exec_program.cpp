// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/exec_program.hpp"

#include "helper/os/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace sase::os {

namespace {

bool is_path(const std::string& program) noexcept {
  return program.find('/') != std::string::npos;
}

bool exists(const std::string& path) noexcept {
  return ::access(path.c_str(), F_OK) == 0;
}

/// The directories of PATH; an empty one is the working directory.
std::string_view search_path(std::span<const char* const> environment) noexcept {
  constexpr std::string_view variable = "PATH=";
  for (const std::string_view entry : environment)
    if (entry.starts_with(variable)) return entry.substr(variable.size());
  return {};
}

/// True for a script whose interpreter is missing as well.
bool is_found(const std::string& program, std::string_view directories) {
  if (is_path(program)) return exists(program);
  while (!program.empty() && !directories.empty()) {
    const auto end = std::min(directories.find(':'), directories.size());
    std::string path(directories.substr(0, end));
    if (!path.empty()) path += '/';
    if (exists(path += program)) return true;
    directories.remove_prefix(std::min(end + 1, directories.size()));
  }
  return false;
}

/// Corrects the error of execvpe: ENOENT may mean a missing interpreter, ENOTDIR a wrong directory in PATH.
int explain(int error, const std::string& program, std::span<const char* const> environment) {
  if (error == ENOTDIR && !is_path(program)) error = ENOENT;
  return error == ENOENT && is_found(program, search_path(environment)) ? ENOEXEC : error;
}

}  // namespace

void exec_program(std::span<const std::string> words, std::span<const char* const> environment) {
  std::vector<char*> argv;
  for (const std::string& word : words)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> entries;
  for (const char* const entry : environment)
    entries.push_back(const_cast<char*>(entry));
  entries.push_back(nullptr);
  ::execvpe(argv.front(), argv.data(), entries.data());
  errno = explain(errno, words.front(), environment);
  throw_errno("cannot run '" + words.front() + "'");
}

}  // namespace sase::os
