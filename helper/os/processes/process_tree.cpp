// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/process_tree.hpp"

#include "helper/os/fd.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// What was being started while we looked is found by the next look.
constexpr int most_looks = 10;

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  char state = '?';
};

/// The number at the beginning, which goes with the blank behind it.
pid_t take_number(std::string_view& text) noexcept {
  pid_t number = 0;
  const auto end = std::min(text.find(' '), text.size());
  std::from_chars(text.data(), text.data() + end, number);
  text.remove_prefix(std::min(end + 1, text.size()));
  return number;
}

/// Reads `/proc/PID/stat` (proc(5)); nothing where the process has gone.
std::optional<Process> process_of(const char* pid) {
  const Fd file(::open(("/proc/" + std::string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> bytes{};
  const ssize_t got = file ? ::read(file.get(), bytes.data(), bytes.size()) : -1;
  if (got <= 0) return std::nullopt;
  std::string_view text(bytes.data(), static_cast<std::size_t>(got));
  Process process;
  process.pid = take_number(text);
  // The name is in parentheses and may hold any of its own.
  const auto name_end = text.rfind(") ");
  if (name_end == std::string_view::npos || text.size() < name_end + 4) return std::nullopt;
  process.state = text[name_end + 2];
  text.remove_prefix(name_end + 4);
  process.parent = take_number(text);
  (void)take_number(text);  // the process group
  process.session = take_number(text);
  return process;
}

std::vector<Process> all_processes() {
  struct Close {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
  };
  std::vector<Process> all;
  const std::unique_ptr<DIR, Close> directory(::opendir("/proc"));
  // One thread, and a stream of its own: readdir is safe here.
  while (const dirent* const entry =
             directory ? ::readdir(directory.get()) : nullptr) {  // NOLINT(concurrency-mt-unsafe)
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (const auto process = process_of(entry->d_name)) all.push_back(*process);
  }
  return all;
}

/// Those of them that the leader's are, itself among them.
std::vector<Process> tree_of(pid_t leader, std::vector<Process> others) {
  std::vector<Process> tree;
  const auto belongs = [leader, &tree](const Process& process) {
    return process.pid == leader || process.session == leader ||
           std::ranges::find(tree, process.parent, &Process::pid) != tree.end();
  };
  for (std::size_t before = 1; before != tree.size();) {
    before = tree.size();
    // Not of std::ranges, whose result clang 14 cannot read.
    const auto rest = std::partition(others.begin(), others.end(), std::not_fn(belongs));
    tree.insert(tree.end(), rest, others.end());
    others.erase(rest, others.end());
  }
  return tree;
}

/// False where nothing of it is alive. All are stopped first, so that no shell has the time to tell of the
/// end of another one, or to start anything.
bool kill_what_is_seen(pid_t leader) {
  std::vector<Process> alive = tree_of(leader, all_processes());
  std::erase_if(alive, [](const Process& process) { return process.state == 'Z'; });
  for (const int number : {SIGSTOP, SIGKILL})
    for (const Process& process : alive)
      ::kill(process.pid, number);
  return !alive.empty();
}

/// Without a /proc, or memory, at least these.
void kill_group(pid_t leader) noexcept {
  ::kill(-leader, SIGKILL);
  ::kill(leader, SIGKILL);
}

}  // namespace

void kill_process_tree(pid_t leader) noexcept try {
  for (int looks = 0; looks < most_looks; ++looks)
    if (!kill_what_is_seen(leader)) break;
  kill_group(leader);
} catch (const std::exception&) {
  kill_group(leader);
}

}  // namespace sase::os
