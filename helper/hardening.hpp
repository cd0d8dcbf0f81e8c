// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sase::helper {

/// The first statement of both programs: no core files, not traceable by other processes of the user, private
/// files from birth, a vanished reader or a full quota is an error code and not a signal, children can be
/// waited for and alarms arrive whatever the caller did to these signals, and descriptors 0 to 2 are open, so
/// that no file opened later can be mistaken for a standard stream. A standard stream that was closed fails
/// when it is used. What the system refuses is left as it is.
void harden_process() noexcept;

}  // namespace sase::helper
