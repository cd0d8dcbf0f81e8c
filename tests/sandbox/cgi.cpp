// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/cgi.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::sandbox {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

/// A file in memory: unlike with a pipe, program and sandbox cannot wait for each other.
int make_input(std::string_view bytes) {
  const int fd = ::memfd_create("cgi", MFD_CLOEXEC);
  if (fd < 0) return fd;
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts)
    all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Returns 0 if the program cannot be run.
pid_t spawn(std::vector<std::string> command, std::vector<std::string> environment, int input, int output) {
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  // The sandbox blocks the signals that it waits for, and ignores SIGPIPE.
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t none{};
  sigemptyset(&none);
  sigset_t pipe = none;
  sigaddset(&pipe, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &pipe);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, command.front().c_str(), &actions, &attributes,
                                   pointers(command).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? child : 0;
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 16384> piece{};
  for (ssize_t size = 0; (size = ::read(fd, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(size));
  return text;
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<std::string> run_cgi(const std::vector<std::string>& command, const CgiVariables& variables,
                                   std::string_view input) {
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables)
    if (!value.empty()) environment.push_back(std::string(name).append("=").append(value));
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread of the sandbox changes the environment
  if (const char* const path = std::getenv("PATH")) environment.push_back(std::string("PATH=") + path);
  std::array<int, 2> ends{};
  const Descriptor source(make_input(input));
  if (source.get() < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const Descriptor from_program(ends[0]);
  Descriptor to_sandbox(ends[1]);
  const pid_t child = spawn(command, environment, source.get(), to_sandbox.get());
  to_sandbox.close();
  if (child == 0) return std::nullopt;
  std::string output = read_all(from_program.get());
  ::waitpid(child, nullptr, 0);
  return output;
}

Response parse_cgi(std::string_view output) {
  Response response;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    if (line.empty()) {
      response.body = output;
      return response;
    }
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) break;
    const std::string name(line.substr(0, colon));
    const std::string value(line.substr(colon + 2));
    if (name == "Status")
      response.status = std::atoi(value.c_str());  // NOLINT(cert-err34-c): 0 is no worse than another status
    else
      response.headers.emplace_back(name, value);
  }
  return text_response(502, "the program answered without headers");
}

}  // namespace sase::sandbox
