// SPDX-License-Identifier: Apache-2.0
#include "protocol/secret.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

namespace sase::protocol {

namespace {

/// One guarded block that the small secrets of a process share, because allocating a guarded block takes
/// about ten system calls. A secret that does not fit gets its own block.
class SharedBlock {
 public:
  [[nodiscard]] char* acquire(std::size_t size) {
    const std::lock_guard hold(mutex_);
    if (block_ == nullptr) block_ = allocate(capacity);
    if (size > capacity - used_) return nullptr;
    char* const acquired = block_ + used_;
    used_ += size;
    ++in_use_;
    return acquired;
  }

  [[nodiscard]] bool release(const char* data) noexcept {
    const std::lock_guard hold(mutex_);
    const auto start = reinterpret_cast<std::uintptr_t>(block_);
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    if (block_ == nullptr || address < start || address >= start + capacity) return false;
    if (--in_use_ == 0) used_ = 0;
    return true;
  }

  [[nodiscard]] static char* allocate(std::size_t size) {
    // libsodium needs random canaries. Repeated calls are free.
    if (sodium_init() < 0) throw std::bad_alloc();
    void* const block = sodium_malloc(size);
    if (block == nullptr) throw std::bad_alloc();
    return static_cast<char*>(block);
  }

 private:
  /// Enough for a request, a key, a token and its reply. libsodium fills the whole block once.
  static constexpr std::size_t capacity = 8192 - 64;

  std::mutex mutex_;
  char* block_ = nullptr;
  std::size_t used_ = 0;
  std::size_t in_use_ = 0;
};

/// State of an allocator, hence global. It is never freed, so that static secrets can use it until the end.
constinit SharedBlock shared_block;

}  // namespace

Secret::Secret(std::string_view plain) {
  append(plain);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  release();
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

Secret::~Secret() {
  release();
}

Secret Secret::with_capacity(std::size_t capacity) {
  Secret secret;
  secret.reserve(capacity);
  return secret;
}

Secret Secret::join(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts)
    size += part.size();
  Secret joined = with_capacity(size);
  for (const std::string_view part : parts)
    joined.append(part);
  return joined;
}

void Secret::append(std::string_view plain) {
  if (plain.empty()) return;
  std::memcpy(spare_capacity(plain.size()).data(), plain.data(), plain.size());
  commit(plain.size());
}

std::span<char> Secret::spare_capacity(std::size_t size) {
  if (size > capacity_ - size_) reserve(std::max(size_ + size, capacity_ * 2));
  return {data_ + size_, capacity_ - size_};
}

void Secret::commit(std::size_t size) noexcept {
  size_ += std::min(size, capacity_ - size_);
}

void Secret::shrink(std::size_t size) noexcept {
  if (size >= size_) return;
  sodium_memzero(data_ + size, size_ - size);
  size_ = size;
}

void Secret::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  Secret larger;
  larger.data_ = shared_block.acquire(capacity);
  if (larger.data_ == nullptr) larger.data_ = SharedBlock::allocate(capacity);
  larger.capacity_ = capacity;
  if (size_ != 0) std::memcpy(larger.data_, data_, size_);
  larger.size_ = size_;
  *this = std::move(larger);
}

void Secret::release() noexcept {
  if (data_ == nullptr) return;
  // The whole capacity: callers of spare_capacity() may have written after the end.
  sodium_memzero(data_, capacity_);
  if (!shared_block.release(data_)) sodium_free(data_);
  data_ = nullptr;
  size_ = 0;
  capacity_ = 0;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace sase::protocol
