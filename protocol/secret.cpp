// SPDX-License-Identifier: Apache-2.0
#include "protocol/secret.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace sase::protocol {

namespace {

/// Every block starts at a multiple of this.
constexpr std::size_t alignment = 16;

/// On both sides of a region; a multiple of the page size of every kernel.
constexpr std::size_t guard_size = 65536;

/// The memory that an unprivileged process may lock on older systems (RLIMIT_MEMLOCK) is 64 KiB. Memory is
/// locked in steps, because mlock(2) makes every page resident.
constexpr std::size_t region_size = 65536;
constexpr std::size_t lock_step = 8192;

constexpr std::size_t round_up(std::size_t size, std::size_t step) noexcept {
  return (size + step - 1) / step * step;
}

/// Precedes the bytes of a secret, or free bytes.
struct Block {
  std::size_t size;  ///< of the bytes
  bool is_used;
};
constexpr std::size_t head_size = round_up(sizeof(Block), alignment);

/// Memory between two guard pages, excluded from core files, and locked as far as it is used.
class Region {
 public:
  /// Throws std::bad_alloc.
  static Region* map(std::size_t size, Region* next) {
    const std::size_t whole = guard_size + size + guard_size;
    void* const reserved = ::mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (reserved == MAP_FAILED) throw std::bad_alloc();
    char* const begin = static_cast<char*>(reserved) + guard_size;
    if (::mprotect(begin, size, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    (void)::madvise(begin, size, MADV_DONTDUMP);
    return new (begin) Region(begin, size, next);
  }

  /// Null if there is no space.
  char* acquire(std::size_t size) noexcept {
    if (char* const reused = reuse(size)) return reused;
    if (end_ - top_ < static_cast<std::ptrdiff_t>(head_size + size)) return nullptr;
    return append(size);
  }

  /// The locks do not survive fork(2).
  void lock_again() noexcept {
    locked_ = 0;
    // Free blocks at the end need no lock.
    (void)reuse(std::numeric_limits<std::size_t>::max());
    lock();
  }

  [[nodiscard]] bool is_locked() const noexcept { return used() <= locked_; }
  [[nodiscard]] Region* next() const noexcept { return next_; }

 private:
  Region(char* begin, std::size_t size, Region* next) noexcept
      : begin_(begin), end_(begin + size), top_(begin + round_up(sizeof(Region), alignment)), next_(next) {}

  [[nodiscard]] std::size_t used() const noexcept { return static_cast<std::size_t>(top_ - begin_); }

  /// Finds free bytes; joins those that are adjacent.
  char* reuse(std::size_t size) noexcept {
    for (char* at = begin_ + round_up(sizeof(Region), alignment); at != top_;) {
      Block& block = head(at);
      char* following = at + head_size + block.size;
      for (; !block.is_used && following != top_ && !head(following).is_used;
           following = at + head_size + block.size)
        block.size += head_size + head(following).size;
      if (!block.is_used && following == top_) {
        top_ = at;
        return nullptr;
      }
      if (!block.is_used && block.size >= size) return use(at, size);
      at = following;
    }
    return nullptr;
  }

  /// Uses a free block; what is left of it becomes another one.
  static char* use(char* at, std::size_t size) noexcept {
    Block& block = head(at);
    block.is_used = true;
    char* const data = at + head_size;
    if (block.size >= size + 2 * head_size) {
      new (data + size) Block{.size = block.size - size - head_size, .is_used = false};
      block.size = size;
    }
    return data;
  }

  char* append(std::size_t size) noexcept {
    char* const data = top_ + head_size;
    char* const block = top_;
    top_ = data + size;
    lock();
    new (block) Block{.size = size, .is_used = true};
    return data;
  }

  void lock() noexcept {
    const std::size_t wanted = std::min(round_up(used(), lock_step), static_cast<std::size_t>(end_ - begin_));
    if (wanted > locked_ && ::mlock(begin_ + locked_, wanted - locked_) == 0) locked_ = wanted;
  }

  static Block& head(char* block) noexcept { return *std::launder(reinterpret_cast<Block*>(block)); }

  char* begin_;
  char* end_;
  char* top_;  ///< the end of the last block
  std::size_t locked_ = 0;
  Region* next_;
};

/// The memory of all secrets of a process. One region is enough for a request, a key, a token and its reply.
class SecretMemory {
 public:
  [[nodiscard]] char* acquire(std::size_t size) {
    const std::lock_guard hold(mutex_);
    size = round_up(size, alignment);
    for (Region* region = first_; region != nullptr; region = region->next())
      if (char* const data = region->acquire(size)) return data;
    // The functions of libsodium choose their fast versions. Repeated calls are free.
    if (sodium_init() < 0) throw std::bad_alloc();
    first_ = Region::map(round_up(size + 2 * head_size + sizeof(Region), region_size), first_);
    return first_->acquire(size);
  }

  void release(char* data) noexcept {
    const std::lock_guard hold(mutex_);
    std::launder(reinterpret_cast<Block*>(data - head_size))->is_used = false;
  }

  void lock_again() noexcept {
    for (Region* region = first_; region != nullptr; region = region->next())
      region->lock_again();
  }

  [[nodiscard]] bool is_locked() noexcept {
    const std::lock_guard hold(mutex_);
    for (const Region* region = first_; region != nullptr; region = region->next())
      if (!region->is_locked()) return false;
    return true;
  }

 private:
  std::mutex mutex_;
  Region* first_ = nullptr;
};

/// State of an allocator, hence global. It is never freed, so that static secrets can use it until the end.
constinit SecretMemory memory;

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
  larger.data_ = memory.acquire(capacity);
  larger.capacity_ = capacity;
  if (size_ != 0) std::memcpy(larger.data_, data_, size_);
  larger.size_ = size_;
  *this = std::move(larger);
}

void Secret::release() noexcept {
  if (data_ == nullptr) return;
  // The whole capacity: callers of spare_capacity() may have written after the end.
  sodium_memzero(data_, capacity_);
  memory.release(data_);
  data_ = nullptr;
  size_ = 0;
  capacity_ = 0;
}

void lock_secrets_again() noexcept {
  memory.lock_again();
}

bool are_secrets_locked() noexcept {
  return memory.is_locked();
}

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace sase::protocol
