// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <string>
#include <string_view>

/// The trust rule: who may decide where the API key goes and who receives a token.
///
/// - A file is regular. Its owner is this user or root; for root, only root. Others cannot write it, and
///   neither can a group except this user's private group, whose number is that of the user.
/// - Every directory and symbolic link on its path has such an owner. Others can write a directory only if it
///   is sticky, because they cannot replace files of other users in it. The group of root may write it, and
///   so may any group that root has given a directory of its own.
/// - Others cannot read a file that contains a secret, and a group can only if root has given it root's file.
///   Exception: root's file on an in-memory file system, as Docker and Kubernetes mount secrets. Such a file
///   may also be a pipe.
/// - In a user namespace in which root has no number, the overflow user counts as root in system directories.
///
/// A violation is a RejectedPath. Its text names each offending path with owner and mode; its hint is the
/// remedy.
namespace sase::os {

/// The hint if no command of this user restores the rule.
inline constexpr std::string_view use_own_file = "use a file of your own in a directory of your own";

enum class Sensitivity { settings, secret };

/// Opens a file for reading. Does not wait for the writer of a pipe. A closed Fd if the file does not exist.
/// Throws RejectedPath, and std::system_error if the file cannot be opened. `/dev/fd/N` and
/// `/proc/self/fd/N` are not checked by their path: the caller has opened the file.
[[nodiscard]] Fd open_trusted_file(const std::string& path, Sensitivity sensitivity);

/// Checks the directories and links on a path, and the directory itself if the path leads to one. False if
/// the path does not exist. The result is valid until this user or root changes one of them. Throws as above.
bool check_directories(const std::string& path);

}  // namespace sase::os
