// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/command.hpp"

#include "helper/failure.hpp"
#include "helper/posix/stream.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace sase::helper {

namespace {

constexpr std::array table = {
    Command{"get", "", "answer a credential request on stdin with a token", get, true},
    Command{"store", "", "read a credential and keep nothing of it", store, true},
    Command{"erase", "", "drop the cached token if the request on stdin carries it", erase, true},
    Command{"capability", "", "announce what is understood beyond the first git", capability, true},
    Command{"token", "", "write a token; see --format", token, false},
    Command{"help", "[COMMAND]", "show help", help, false},
};

}  // namespace

std::span<const Command> commands() noexcept {
  return table;
}

const Command* find_command(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(table, name, &Command::name);
  return found == table.end() ? nullptr : found;
}

void write_output(const Call& call, std::string_view text) {
  try {
    write_all(call.output, text);
  } catch (const std::system_error& error) {
    throw Failure(ExitCode::local_state, "cannot write to standard output: " + error.code().message());
  }
}

}  // namespace sase::helper
