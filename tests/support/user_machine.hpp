// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"
#include "helper/commands/commands.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sase::tests {

/// A user's machine on which a token is cached already, so that no call needs the network.
struct UserMachine {
  using Describe = std::vector<std::string>;

  /// What a call leaves behind.
  struct Result {
    ExitCode code{};
    std::string output, error;
  };

  static constexpr std::string_view key = "hunter2-key";
  static constexpr std::string_view token = "hunter2.token==";

  TemporaryDirectory root;
  cache::Identity identity{"default", "https://api.example.test/api/v1/auth/authorize", key};
  cache::FileCache cache{root.path("run/sase-credential")};
  EnvironmentList with_key{"HOME=" + root.path(), "XDG_RUNTIME_DIR=" + root.path("run"),
                           "SASE_URL=https://api.example.test", "SASE_API_KEY=" + std::string(key)};
  EnvironmentList without_key{"HOME=" + root.path(), "XDG_RUNTIME_DIR=" + root.path("run"),
                              "SASE_URL=https://api.example.test"};

  UserMachine() {
    cache.store(identity, {.bearer = protocol::BearerToken(protocol::Secret(token)),
                           .expiry = Expiry::after(ClockReading::now(), std::chrono::seconds(3000))});
  }

  [[nodiscard]] static Result run_with(const Environment& environment, const Describe& words, int input,
                                       const MemoryFile& output) {
    std::vector<const char*> arguments;
    for (const std::string& word : words)
      arguments.push_back(word.c_str());
    const MemoryFile error;
    const ExitCode code = commands::run(arguments, environment, input, output.fd(), Diagnostics(error.fd()));
    return {.code = code, .output = output.text(), .error = error.text()};
  }

  [[nodiscard]] Result run_words(const Describe& words, std::string_view input = "") const {
    return run_with(*with_key, words, MemoryFile(input).fd(), MemoryFile());
  }

  /// Called by its own name.
  [[nodiscard]] Result call(Describe words, std::string_view input = "") const {
    words.insert(words.begin(), "/usr/bin/sase-credential");
    return run_words(words, input);
  }
  /// Called by git's name for it.
  [[nodiscard]] Result call_by_git(Describe words, std::string_view input = "") const {
    words.insert(words.begin(), "git-credential-sase");
    return run_words(words, input);
  }
  [[nodiscard]] Result call_without_key(Describe words, std::string_view input = "") const {
    words.insert(words.begin(), "sase-credential");
    return run_with(*without_key, words, MemoryFile(input).fd(), MemoryFile());
  }

  [[nodiscard]] bool has_token() { return cache.find(identity).has_value(); }
};

/// A request for the host whose token is cached.
inline const std::string matching_request = "protocol=https\nhost=api.example.test\n";

/// The whole of a failure's text: one line, and at most one hint.
inline void check_is_one_failure(const UserMachine::Result& result) {
  CHECK(result.output.empty());
  CHECK(result.error.starts_with("sase-credential: "));
  CHECK(count_lines(result.error) <= 2);
  CHECK((count_lines(result.error) == 1 || contains(result.error, "\nsase-credential: hint: ")));
  CHECK_FALSE(contains(result.error, "hunter2"));
  for (const char c : result.error)
    CHECK((c == '\n' || (c >= 0x20 && c < 0x7f)));
}

}  // namespace sase::tests
