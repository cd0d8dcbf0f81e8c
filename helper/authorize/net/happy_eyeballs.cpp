// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/net/happy_eyeballs.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <system_error>

#include <poll.h>

namespace sase::authorize {

namespace {

using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Attempt {
  SocketAddress address;
  StreamSocket socket;
};

class Race {
 public:
  Race(const std::vector<SocketAddress>& addresses, Progress& progress)
      : addresses_(addresses), progress_(progress) {}

  StreamSocket run() {
    while (true) {
      if (next_ < addresses_.size() && (running_.empty() || steady_clock::now() >= next_start_)) start_next();
      if (running_.empty() && next_ == addresses_.size())
        throw std::system_error(reason_, std::generic_category());
      if (auto connected = wait()) return *connected;
    }
  }

 private:
  void start_next() {
    const SocketAddress& address = addresses_[next_++];
    next_start_ = steady_clock::now() + attempt_delay;
    progress_.trace([&] { return "connect: trying " + address.toString(); });
    StreamSocket socket;
    try {
      socket.connectNB(address);
      running_.push_back({.address = address, .socket = socket});
    } catch (const Poco::Exception& error) {
      record_failure(address, error.code() != 0 ? error.code() : ENETUNREACH);
    }
  }

  /// The next attempt starts at once.
  void record_failure(const SocketAddress& address, int reason) {
    reason_ = reason;
    next_start_ = {};
    progress_.trace(
        [&] { return "connect: " + address.toString() + ": " + std::generic_category().message(reason); });
  }

  /// Waits until an attempt succeeds or fails, or the next one may start.
  std::optional<StreamSocket> wait() {
    std::vector<pollfd> polled;
    for (const Attempt& attempt : running_)
      polled.push_back({.fd = attempt.socket.impl()->sockfd(), .events = POLLOUT, .revents = 0});
    (void)poll(polled.data(), polled.size(), poll_timeout());
    for (std::size_t i = polled.size(); i-- > 0;) {
      if (polled[i].revents == 0) continue;
      const int reason = running_[i].socket.impl()->socketError();
      if (reason == 0) return succeed(running_[i]);
      record_failure(running_[i].address, reason);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return std::nullopt;
  }

  StreamSocket succeed(const Attempt& attempt) {
    progress_.trace([&] { return "connect: " + attempt.address.toString() + " answers"; });
    return attempt.socket;
  }

  /// Milliseconds until the next attempt may start; -1 if there is none.
  [[nodiscard]] int poll_timeout() const {
    if (next_ == addresses_.size()) return -1;
    const auto left = std::chrono::ceil<milliseconds>(next_start_ - steady_clock::now());
    return static_cast<int>(std::clamp(left, milliseconds(0), attempt_delay).count());
  }

  const std::vector<SocketAddress>& addresses_;
  Progress& progress_;
  steady_clock::time_point next_start_;
  std::size_t next_ = 0;
  std::vector<Attempt> running_;
  int reason_ = EHOSTUNREACH;
};

}  // namespace

StreamSocket connect_to_first(const std::vector<SocketAddress>& addresses, Progress& progress) {
  StreamSocket socket = Race(addresses, progress).run();
  socket.setBlocking(true);
  return socket;
}

}  // namespace sase::authorize
