// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/fleet/store/store.hpp"

#include <functional>
#include <memory>

namespace sase::tests {

/// One host's connection to the store, as `fleet` has it while its front runs.
struct StoreHost {
  std::unique_ptr<fleet::Store> store;
  std::function<void()> end_front = {};  ///< closes the input
};

/// Creates a host. All hosts of a function share one record and one lock, which do not exist at first.
using OpenStore = std::function<StoreHost()>;

/// The contract of every kind of store (helper/fleet/store/store.hpp). Each function has keys of its own.
void an_unused_store_has_neither_record_nor_lock(const OpenStore& open);
void an_acquired_lock_is_seen_by_all(const OpenStore& open);
void one_of_two_hosts_acquires(const OpenStore& open);
void a_repeated_acquire_recognizes_its_own_write(const OpenStore& open);
void a_published_record_replaces_the_lock(const OpenStore& open);
void a_repeated_publish_recognizes_its_own_write(const OpenStore& open);
void a_late_holder_does_not_publish(const OpenStore& open);
void a_waiter_gets_the_published_record(const OpenStore& open);
void a_waiter_gets_each_change_in_turn(const OpenStore& open);
void a_change_before_the_wait_is_not_missed(const OpenStore& open);
void a_wait_without_a_change_ends(const OpenStore& open);
void a_renewed_lock_stays(const OpenStore& open);
void a_lock_without_a_holder_ends(const OpenStore& open);
void a_released_lock_is_free_at_once(const OpenStore& open);
void a_publish_finishes_after_the_front_has_ended(const OpenStore& open);
void an_operation_ends_with_the_front(const OpenStore& open);
void records_of_any_bytes_and_size_are_kept(const OpenStore& open);
void the_store_has_a_clock(const OpenStore& open);
void members_are_examined(const OpenStore& open);

}  // namespace sase::tests
