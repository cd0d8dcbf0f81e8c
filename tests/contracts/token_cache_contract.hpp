// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"

#include <functional>
#include <memory>

namespace sase::tests {

/// Creates a cache with the same storage each time, as the processes of one user do. The storage is empty at
/// first.
using OpenCache = std::function<std::unique_ptr<cache::TokenCache>()>;

/// The contract of every kind of cache (helper/cache/token_cache.hpp). Each function runs in its own test
/// case, with its own storage.
void an_empty_cache_finds_nothing(const OpenCache& open);
void a_stored_token_is_found_whole(const OpenCache& open);
void a_stored_token_is_found_by_another_process(const OpenCache& open);
void a_token_is_kept_whether_it_is_fresh_or_not(const OpenCache& open);
void a_token_of_any_length_is_kept(const OpenCache& open);
void a_later_token_takes_the_place_of_the_one_before(const OpenCache& open);
void a_removed_token_is_gone(const OpenCache& open);
void removing_what_is_not_there_is_no_error(const OpenCache& open);
void identities_do_not_mix(const OpenCache& open);
void readers_beside_a_writer_find_a_whole_token(const OpenCache& open);

}  // namespace sase::tests
