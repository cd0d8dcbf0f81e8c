// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/files_check.hpp"

#include "helper/config/state_directory.hpp"
#include "helper/diagnose/local_state.hpp"
#include "helper/os/files/private_directory.hpp"
#include "helper/shell_quote.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::diagnose {

namespace {

using protocol::CheckState;

constexpr auto check_name = "files";

/// What is wrong with a file or directory (`kind`) that must be this user's alone, as the command that mends
/// it; empty where nothing is.
std::string mend(const std::string& path, mode_t kind) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if ((status.st_mode & S_IFMT) != kind) return "rm -r " + shell_word(path);
  if (status.st_uid != ::geteuid()) return "remove it: sudo rm -r " + shell_word(path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) return "chmod go-rwx " + shell_word(path);
  const mode_t needed = kind == S_IFDIR ? S_IRWXU : S_IRUSR | S_IWUSR;
  if ((status.st_mode & needed) == needed) return {};
  return (kind == S_IFDIR ? "chmod u+rwx " : "chmod u+rw ") + shell_word(path);
}

/// All that is looked at in the directory.
std::vector<std::string> files_of(const std::string& directory, token::ApiKeyHandle& key) {
  std::string key_id = directory + '/';
  key_id += key.key_id();
  std::vector<std::string> paths = {key_id + ".lock", key_id + ".ledger"};
  if (const cache::Identity* const identity = key.find_identity())
    paths.push_back(directory + '/' + identity->file_stem() + ".token");
  return paths;
}

std::string make_writable(const std::string& directory) {
  return "make it possible to write to '" + protocol::escape(directory) +
         "', or set XDG_RUNTIME_DIR or XDG_CACHE_HOME to a directory of your own";
}

/// Empty where nothing is seen that would be wrong.
std::string remedy_for(const std::system_error& error, const std::string& directory,
                       token::ApiKeyHandle& key) {
  if (auto command = mend(directory, S_IFDIR); !command.empty()) return command;
  for (const std::string& path : files_of(directory, key))
    if (auto command = mend(path, S_IFREG); !command.empty()) return command;
  const int code = error.code().value();
  return code == ENOSPC || code == EDQUOT ? "make room where '" + protocol::escape(directory) + "' is"
                                          : std::string();
}

/// As any call would, and a little more: that something can be written there shows only in trying.
void try_to_write(const std::string& path) {
  const os::PrivateDirectory directory = os::PrivateDirectory::create(path);
  const std::string name = "doctor." + std::to_string(::getpid());
  directory.replace_file(name, "written by 'sase-credential doctor'\n");
  directory.remove_file(name);
}

/// Which variable leads to the directory.
std::string reason_for(const std::string& directory, const Environment& environment) {
  for (const std::string_view name : {"XDG_RUNTIME_DIR", "XDG_CACHE_HOME"}) {
    const auto base = environment.find(name);
    if (base && directory == std::string(*base) + "/sase-credential") return std::string(name);
  }
  const char* const reason = environment.find("XDG_RUNTIME_DIR")
                                 ? "HOME, as XDG_RUNTIME_DIR is no directory of yours alone"
                                 : "HOME, as XDG_RUNTIME_DIR is not set";
  return reason;
}

std::string describe_cache(const config::Profile& profile, const LocalState& state) {
  if (profile.cache == config::CacheKind::none) return "no cache, says the setting 'cache'";
  std::string words =
      profile.cache == config::CacheKind::file ? "cache in files" : "cache in the kernel's keyring";
  return words + (state.token_left
                      ? ", a token with " + protocol::describe_duration(*state.token_left) + " left"
                      : ", no token");
}

std::string describe_memory(const LocalState& state) {
  if (!state.pause.empty()) return "; the service is not asked now: " + state.pause;
  if (!state.failure) return {};
  return "; the last call failed " + protocol::describe_duration(state.failure->ago) +
         " ago: " + state.failure->what;
}

CheckResult without_directory(const config::Profile& profile) {
  const bool is_wanted = profile.cache != config::CacheKind::none;
  return {.name = check_name,
          .state = is_wanted ? CheckState::broken : CheckState::warning,
          .what =
              "no place for locks and memory: neither XDG_RUNTIME_DIR, XDG_CACHE_HOME nor HOME leads to a "
              "directory",
          .remedy = "set XDG_RUNTIME_DIR or HOME",
          .code = is_wanted ? ExitCode::local_state : ExitCode::success};
}

}  // namespace

CheckResult check_files(const config::Profile& profile, token::ApiKeyHandle& key,
                        const Environment& environment) {
  const auto directory = config::state_directory(environment);
  if (!directory) return without_directory(profile);
  bool is_writable = false;
  try {
    try_to_write(*directory);
    is_writable = true;
    const LocalState state = read_local_state(profile, key, directory);
    return {.name = check_name,
            .state = CheckState::ok,
            .what = "state in '" + protocol::escape(*directory) + "' (" +
                    reason_for(*directory, environment) + "); " + describe_cache(profile, state) +
                    describe_memory(state),
            .remedy = {}};
  } catch (const std::system_error& error) {
    // It is what this command is there to tell.
    const bool is_of_keyring = is_writable && profile.cache == config::CacheKind::keyring;
    std::string remedy = remedy_for(error, *directory, key);
    if (remedy.empty() && is_of_keyring)
      remedy = "set cache to file: this kernel or container forbids the keyring";
    return {.name = check_name,
            .state = CheckState::broken,
            .what = protocol::escape(error.what()),
            .remedy = remedy.empty() ? make_writable(*directory) : std::move(remedy),
            .code = ExitCode::local_state};
  }
}

}  // namespace sase::diagnose
