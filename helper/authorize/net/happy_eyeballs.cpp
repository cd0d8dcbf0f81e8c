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
  Race(const std::vector<SocketAddress>& addresses, steady_clock::time_point deadline, Progress& progress)
      : addresses_(addresses), deadline_(deadline), progress_(progress) {}

  StreamSocket run() {
    while (true) {
      if (next_ < addresses_.size() && (running_.empty() || steady_clock::now() >= next_start_)) start_next();
      if (running_.empty() && next_ == addresses_.size())
        throw std::system_error(reason_, std::generic_category());
      if (steady_clock::now() >= deadline_) throw std::system_error(ETIMEDOUT, std::generic_category());
      if (auto winner = wait()) return *winner;
    }
  }

 private:
  void start_next() {
    const SocketAddress& address = addresses_[next_++];
    next_start_ = steady_clock::now() + attempt_delay;
    progress_.note([&] { return "connect: trying " + address.toString(); });
    StreamSocket socket;
    try {
      socket.connectNB(address);
      running_.push_back({.address = address, .socket = socket});
    } catch (const Poco::Exception& error) {
      lose(address, error.code() != 0 ? error.code() : ENETUNREACH);
    }
  }

  /// The next one need not wait for its head start.
  void lose(const SocketAddress& address, int reason) {
    reason_ = reason;
    next_start_ = {};
    progress_.note(
        [&] { return "connect: " + address.toString() + ": " + std::generic_category().message(reason); });
  }

  /// Until something happens to a running connection, or the next one may start, or the deadline.
  std::optional<StreamSocket> wait() {
    std::vector<pollfd> polled;
    for (const Attempt& runner : running_)
      polled.push_back({.fd = runner.socket.impl()->sockfd(), .events = POLLOUT, .revents = 0});
    (void)poll(polled.data(), polled.size(), static_cast<int>(patience().count()));
    for (std::size_t i = polled.size(); i-- > 0;) {
      if (polled[i].revents == 0) continue;
      const int reason = running_[i].socket.impl()->socketError();
      if (reason == 0) return win(running_[i]);
      lose(running_[i].address, reason);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return std::nullopt;
  }

  StreamSocket win(const Attempt& runner) {
    progress_.note([&] { return "connect: " + runner.address.toString() + " answers"; });
    return runner.socket;
  }

  [[nodiscard]] milliseconds patience() const {
    const auto until = next_ < addresses_.size() ? std::min(next_start_, deadline_) : deadline_;
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    return std::clamp(left, milliseconds(0), milliseconds(60'000));
  }

  const std::vector<SocketAddress>& addresses_;
  steady_clock::time_point deadline_;
  Progress& progress_;
  steady_clock::time_point next_start_;
  std::size_t next_ = 0;
  std::vector<Attempt> running_;
  int reason_ = EHOSTUNREACH;
};

}  // namespace

StreamSocket connect_to_first(const std::vector<SocketAddress>& addresses, steady_clock::time_point deadline,
                              Progress& progress) {
  StreamSocket socket = Race(addresses, deadline, progress).run();
  socket.setBlocking(true);
  return socket;
}

}  // namespace sase::authorize
