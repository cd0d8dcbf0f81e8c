// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/transmission.hpp"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketImpl.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sase::sandbox {

namespace {

/// A reset discards what still waits to be sent; this lets the bytes before it arrive.
constexpr std::chrono::milliseconds before_reset{30};

constexpr std::size_t chunk_size = std::size_t{64} * 1024;

/// How much of an answer is sent.
std::string sent_part(std::string_view head, std::string_view body, const FaultPlan& plan) {
  if (plan.reset == ResetStage::headers) return std::string(head.substr(0, head.size() / 2));
  const bool cut = plan.reset == ResetStage::body || plan.truncate;
  return std::string(head) + std::string(cut ? body.substr(0, body.size() / 2) : body);
}

bool resets(const FaultPlan& plan) {
  return plan.reset == ResetStage::headers || plan.reset == ResetStage::body;
}

}  // namespace

Transmission::Transmission(const Poco::Net::StreamSocket& socket, std::stop_token stop)
    : socket_(socket), stop_(std::move(stop)) {}

void Transmission::send(std::string_view head, std::string_view body, const FaultPlan& plan) {
  pause(plan.delay);
  const std::string bytes = sent_part(head, body, plan);
  if (plan.drip.count() > 0) {
    send_slowly(bytes, plan.drip);
  } else {
    send_whole(bytes);
  }
  if (!resets(plan)) return;
  pause(before_reset);
  reset_connection(socket_);
}

void Transmission::send_whole(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), chunk_size);
    const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(size));
    if (sent <= 0) throw Poco::Net::ConnectionAbortedException("peer has gone");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Transmission::send_slowly(std::string_view bytes, std::chrono::milliseconds between) {
  for (std::size_t i = 0; i < bytes.size() && !stop_.stop_requested(); ++i) {
    send_whole(bytes.substr(i, 1));
    pause(between);
  }
}

void Transmission::pause(std::chrono::milliseconds duration) const {
  if (duration.count() == 0) return;
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop_, duration, [] { return false; });
}

void reset_connection(const Poco::Net::StreamSocket& socket) {
  const int fd = socket.impl()->sockfd();
  const ::linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  // Replacing the descriptor by /dev/null closes the connection without the TLS close_notify that POCO and
  // OpenSSL would send first, and leaves them a descriptor to close.
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0) return;
  ::dup2(nothing, fd);
  ::close(nothing);
}

bool ends_connection(const FaultPlan& plan) noexcept { return resets(plan) || plan.truncate || plan.hang; }

}  // namespace sase::sandbox
