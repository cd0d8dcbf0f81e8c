// SPDX-License-Identifier: Apache-2.0
#include "helper/policy/ledger.hpp"

#include "helper/posix/stream.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

#include <time.h>

namespace sase::helper {

namespace {

/// The first line of the file; the rest is an AuthorizeReply as the authorizer wrote it.
constexpr std::string_view time_key = "failed_at_ms=";

/// Two lines for people are far below this.
constexpr std::size_t largest_ledger = 8192;

std::optional<Ledger::Instant> parse_time(std::string_view line) noexcept {
  if (!line.starts_with(time_key)) return std::nullopt;
  line.remove_prefix(time_key.size());
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error != std::errc{} || end != line.data() + line.size()) return std::nullopt;
  return Ledger::Instant(value);
}

}  // namespace

Ledger::Instant Ledger::now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::duration_cast<Instant>(std::chrono::seconds(time.tv_sec) +
                                             std::chrono::nanoseconds(time.tv_nsec));
}

std::optional<protocol::Denied> Ledger::failure_since(Instant start) const {
  const Fd file = folder_.open_file(file_);
  if (!file) return std::nullopt;
  try {
    const protocol::Secret text = read_all(file.get(), largest_ledger);
    const std::string_view all = text.reveal();
    const auto line_end = std::min(all.find('\n'), all.size());
    const auto time = parse_time(all.substr(0, line_end));
    // A time ahead of now is of an earlier start of the machine.
    if (!time || *time < start || *time > now()) return std::nullopt;
    auto reply = protocol::AuthorizeReply::parse(all.substr(std::min(line_end + 1, all.size())));
    auto* const denied = std::get_if<protocol::Denied>(&reply.outcome);
    return denied == nullptr ? std::nullopt : std::optional(std::move(*denied));
  } catch (const protocol::ProtocolError&) {
    return std::nullopt;
  } catch (const std::length_error&) {
    return std::nullopt;
  }
}

void Ledger::record(const protocol::Denied& failure) const {
  std::string text = std::string(time_key) + std::to_string(now().count()) + '\n';
  text += protocol::AuthorizeReply{.requests = 0, .outcome = failure}.write().reveal();
  folder_.replace_file(file_, text);
}

}  // namespace sase::helper
