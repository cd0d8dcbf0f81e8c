// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/command.hpp"

#include "helper/failure.hpp"
#include "helper/nearest_name.hpp"
#include "helper/posix/stream.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <system_error>

namespace sase::helper {

namespace {

constexpr std::array table = {
    Command{"get", "", "answer a credential request on stdin with a token", get},
    Command{"store", "", "read a credential and keep nothing of it", store},
    Command{"erase", "", "drop the cached token if the request on stdin carries it", erase},
    Command{"capability", "", "announce what is understood beyond the first git", capability},
    Command{"token", "", "write a token; see --format", token},
    Command{"help", "[COMMAND]", "show help", help},
};

}  // namespace

std::span<const Command> commands() noexcept {
  return table;
}

const Command* find_command(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(table, name, &Command::name);
  return found == table.end() ? nullptr : found;
}

Failure unknown_command(std::string_view name) {
  std::array<std::string_view, table.size()> known;
  std::ranges::transform(table, known.begin(), &Command::name);
  return Failure(ExitCode::usage, "unknown command" + quote_if_short(name),
                 suggest(name, known, "see: sase-credential --help"));
}

void ignore_request(const Call& call) noexcept {
  // A caller that never comes to an end is left alone after a while.
  constexpr std::chrono::seconds patience{10};
  try {
    discard_message(call.input, std::chrono::steady_clock::now() + patience);
  } catch (const std::exception&) {
    discard_input(call.input);
  }
}

void write_output(const Call& call, std::string_view text) {
  try {
    write_all(call.output, text);
  } catch (const std::system_error& error) {
    throw Failure(ExitCode::local_state, "cannot write to standard output: " + error.code().message());
  }
}

}  // namespace sase::helper
