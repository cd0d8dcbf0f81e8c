// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/terminal.hpp"

#include "helper/os/processes/signals.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace sase::os {

namespace {

using protocol::Secret;

/// The fatal signals, and that of Ctrl-Z.
constexpr auto stopping = [] {
  std::array<int, fatal_signals.size() + 1> numbers{SIGTSTP};
  std::ranges::copy(fatal_signals, numbers.begin() + 1);
  return numbers;
}();

/// Turns off echo and the terminal's line buffer, which holds 4,096 bytes at most.
class HiddenInput {
 public:
  explicit HiddenInput(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) throw_errno("cannot ask at the terminal");
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON);
    hidden.c_cc[VMIN] = 1;
    hidden.c_cc[VTIME] = 0;
    if (::tcsetattr(terminal_, TCSAFLUSH, &hidden) != 0) throw_errno("cannot turn off the echo");
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;
  ~HiddenInput() { ::tcsetattr(terminal_, TCSAFLUSH, &before_); }

  [[nodiscard]] bool erases(char c) const noexcept {
    return c == '\b' || c == '\x7f' || is(c, before_.c_cc[VERASE]);
  }
  [[nodiscard]] bool erases_all(char c) const noexcept { return is(c, before_.c_cc[VKILL]); }
  [[nodiscard]] bool ends(char c) const noexcept {
    return c == '\n' || c == '\r' || is(c, before_.c_cc[VEOF]);
  }

 private:
  static bool is(char c, cc_t special) noexcept {
    return special != _POSIX_VDISABLE && static_cast<cc_t>(c) == special;
  }

  int terminal_;
  termios before_{};
};

/// Reads one byte; nothing at the end of the input or after a signal.
std::optional<char> read_byte(int terminal, const DeferredSignals& signals) {
  std::array<pollfd, 2> waiting{{{.fd = terminal, .events = POLLIN, .revents = 0},
                                 {.fd = signals.fd(), .events = POLLIN, .revents = 0}}};
  while (true) {
    const int ready = ::poll(waiting.data(), waiting.size(), -1);
    if (ready > 0 && waiting[1].revents != 0) return std::nullopt;
    char byte = 0;
    const ssize_t got = ready > 0 ? ::read(terminal, &byte, 1) : ready;
    if (got == 1) return byte;
    if (got == 0) return std::nullopt;
    if (errno != EINTR) throw_errno("cannot read from the terminal");
  }
}

/// Pasted lines arrive at once. The shell would run the lines that are not read, and keep them in its
/// history.
bool more_is_pasted(int terminal) noexcept {
  constexpr int patience_in_milliseconds = 50;
  pollfd waiting{.fd = terminal, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, patience_in_milliseconds) == 1;
}

/// The line that is being typed. Bytes beyond the limit are discarded.
struct Line {
  Secret text;
  std::size_t limit;
  bool is_too_long = false;

  void take(char byte, const HiddenInput& typing) {
    if (is_too_long) return;
    if (typing.erases_all(byte))
      text.shrink(0);
    else if (typing.erases(byte))
      text.shrink(text.size() > 0 ? text.size() - 1 : 0);
    else if (text.size() == limit)
      is_too_long = true;
    else
      text.append({&byte, 1});
  }
};

/// Turns off the echo before it writes the question, so that a fast paste is not echoed. Reads a line that is
/// too long to its end: the shell would get the rest. Nothing after a signal.
std::optional<Secret> read_hidden(int terminal, std::string_view question, std::size_t limit) {
  const DeferredSignals signals(stopping);
  const HiddenInput typing(terminal);
  write_all(terminal, question);
  Line line{.text = Secret::with_capacity(limit), .limit = limit};
  while (const auto byte = read_byte(terminal, signals)) {
    if (typing.ends(*byte) && !more_is_pasted(terminal)) break;
    line.take(*byte, typing);
  }
  write_all(terminal, "\n");
  if (signals.one_came()) return std::nullopt;
  if (line.is_too_long) throw std::length_error("more than " + std::to_string(limit) + " bytes");
  return std::move(line.text);
}

}  // namespace

bool is_terminal(int fd) noexcept { return ::isatty(fd) == 1; }

std::optional<std::size_t> terminal_columns(int fd) noexcept {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

Prompt::Prompt() : terminal_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {}

std::optional<std::string> Prompt::ask(std::string_view question) const {
  write_all(terminal_.get(), question);
  std::string line;
  while (true) {
    char byte = 0;
    const ssize_t got = ::read(terminal_.get(), &byte, 1);
    if (got < 0 && errno != EINTR) throw_errno("cannot read from the terminal");
    if (got == 0) return std::nullopt;
    if (got == 1 && byte == '\n') return line;
    if (got == 1) line += byte;
  }
}

Secret Prompt::ask_hidden(std::string_view question, std::size_t limit) const {
  // A signal has its effect when the terminal is restored. After Ctrl-Z and `fg`, ask again.
  while (true)
    if (auto line = read_hidden(terminal_.get(), question, limit)) return std::move(*line);
}

}  // namespace sase::os
