// SPDX-License-Identifier: Apache-2.0
#include "protocol/secret.hpp"

#include "protocol/parsing.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <sys/mman.h>

namespace sase::protocol {

namespace {

/// The memory of all secrets of this process.
struct Allocations {
  std::mutex mutex;
  std::vector<std::span<char>> memory;
};

/// State of an allocator, hence global.
Allocations& allocations() {
  static Allocations all;
  return all;
}

/// The size of the guards before and after the memory of a secret; a multiple of the page size of every
/// kernel.
constexpr std::size_t guard_size = 65536;

constexpr std::size_t size_with_guards(std::size_t size) noexcept {
  return (size + guard_size - 1) / guard_size * guard_size + 2 * guard_size;
}

/// Memory of its own for each secret. That of libsodium costs a tenth of a cached answer.
char* allocate(std::size_t size) {
  // The functions of libsodium choose their fast versions. Repeated calls are free.
  if (sodium_init() < 0) throw std::bad_alloc();
  void* const guard = ::mmap(nullptr, size_with_guards(size), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (guard == MAP_FAILED) throw std::bad_alloc();
  char* const data = static_cast<char*>(guard) + guard_size;
  if (::mprotect(data, size, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  (void)::madvise(data, size, MADV_DONTDUMP);
  (void)::mlock(data, size);
  const std::lock_guard hold(allocations().mutex);
  allocations().memory.emplace_back(data, size);
  return data;
}

void release(char* data, std::size_t size) noexcept {
  sodium_memzero(data, size);
  const std::lock_guard hold(allocations().mutex);
  std::erase_if(allocations().memory, [data](std::span<char> each) { return each.data() == data; });
  (void)::munmap(data - guard_size, size_with_guards(size));
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" )`, RFC 6750 section 2.1.
constexpr CharacterSet token_characters{
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"};

bool is_b64token(std::string_view text) noexcept {
  const auto unpadded = text.substr(0, text.find_last_not_of('=') + 1);
  return !unpadded.empty() && token_characters.has_all(unpadded);
}

}  // namespace

Secret::Secret(std::string_view plain) { append(plain); }

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  Secret taken(std::move(other));
  std::swap(data_, taken.data_);
  std::swap(size_, taken.size_);
  std::swap(capacity_, taken.capacity_);
  return *this;
}

Secret::~Secret() {
  // The whole capacity: callers of spare_capacity() may have written after the end.
  if (data_ != nullptr) release(data_, capacity_);
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

void Secret::commit(std::size_t size) noexcept { size_ += std::min(size, capacity_ - size_); }

void Secret::shrink(std::size_t size) noexcept {
  if (size >= size_) return;
  sodium_memzero(data_ + size, size_ - size);
  size_ = size;
}

void Secret::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  Secret larger;
  larger.data_ = allocate(capacity);
  larger.capacity_ = capacity;
  larger.append(reveal());
  *this = std::move(larger);
}

bool lock_secrets() noexcept {
  const std::lock_guard hold(allocations().mutex);
  bool are_locked = true;
  for (const std::span<char> each : allocations().memory)
    are_locked = ::mlock(each.data(), each.size()) == 0 && are_locked;
  return are_locked;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

BearerToken::BearerToken(Secret text) : text_(std::move(text)) {
  if (text_.empty()) throw ProtocolError("the access token is empty");
  if (text_.size() > max_size) throw ProtocolError("the access token is longer than 64 KiB");
  if (!is_b64token(text_.reveal())) throw ProtocolError("the access token is not RFC 6750 b64token text");
}

}  // namespace sase::protocol
