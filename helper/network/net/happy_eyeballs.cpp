// SPDX-License-Identifier: Apache-2.0
#include "helper/network/net/happy_eyeballs.hpp"

#include "helper/os/fd.hpp"
#include "helper/os/processes/this_process.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

namespace sase::network {

namespace {

using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// More addresses than a service has; there would be no time to try the rest.
constexpr std::size_t most_addresses = 16;

struct FreeList {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};

std::string describe_failure(int code, const std::error_code& error) {
  switch (code) {
    case EAI_NONAME:
    case EAI_NODATA: return "no such name";
    case EAI_AGAIN: return "no answer from the name server";
    case EAI_SYSTEM: return error.message();
    default: return gai_strerror(code);
  }
}

/// For the resolver, a socket that it cannot create is a name server that does not answer.
std::error_code test_socket() noexcept {
  const os::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return socket ? std::error_code() : os::last_error();
}

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
      if (const auto connected = wait()) return *connected;
    }
  }

 private:
  void start_next() {
    const SocketAddress& address = addresses_[next_++];
    next_start_ = steady_clock::now() + attempt_delay;
    progress_.trace("connect: trying " + address.toString());
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
    progress_.trace("connect: " + address.toString() + ": " + std::generic_category().message(reason));
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
      if (reason == 0) {
        progress_.trace("connect: " + running_[i].address.toString() + " answers");
        return running_[i].socket;
      }
      record_failure(running_[i].address, reason);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return std::nullopt;
  }

  /// Milliseconds until the next attempt may start; -1 without another one.
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

std::string remedy_for_socket(const std::error_code& error, std::string_view usual) {
  if (const auto remedy = os::remedy_for_shortage(error); !remedy.empty()) return std::string(remedy);
  for (const int forbidden : {EPERM, EACCES, EAFNOSUPPORT})
    if (error.value() == forbidden)
      return "allow the connection in the sandbox of the container or service, and in the firewall";
  return std::string(usual);
}

std::vector<SocketAddress> alternate_families(std::vector<SocketAddress> addresses) {
  if (addresses.empty()) return addresses;
  const auto is_first_family = [first = addresses.front().family()](const auto& it) {
    return it.family() == first;
  };
  const auto others = std::stable_partition(addresses.begin(), addresses.end(), is_first_family);
  std::vector<SocketAddress> alternating;
  auto other = others;
  for (auto next = addresses.begin(); next != others || other != addresses.end();) {
    if (next != others) alternating.push_back(*next++);
    if (other != addresses.end()) alternating.push_back(*other++);
  }
  return alternating;
}

std::vector<SocketAddress> resolve(const protocol::Host& host, const PeerWords& words) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  // No queries for a family without an address on this machine. An address in the URL is tried in any case.
  hints.ai_flags = host.is_address() ? AI_NUMERICHOST : AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.bare_name().c_str(), std::to_string(host.port).c_str(), &hints, &found);
  const std::error_code error = os::last_error();
  if (const std::error_code no_socket = code == 0 ? std::error_code() : test_socket())
    throw std::system_error(no_socket);
  if (code != 0)
    throw FailedAttempt(
        {.kind = protocol::ErrorKind::unreachable,
         .transient = true,
         .what = "cannot look up '" + host.bare_name() + "': " + describe_failure(code, error),
         .hint = remedy_for_socket(error, words.no_address)});
  const std::unique_ptr<addrinfo, FreeList> owner(found);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr && addresses.size() < most_addresses;
       entry = entry->ai_next)
    addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
  return alternate_families(std::move(addresses));
}

StreamSocket connect_to_first(const std::vector<SocketAddress>& addresses, Progress& progress) {
  StreamSocket socket = Race(addresses, progress).run();
  socket.setBlocking(true);
  return socket;
}

}  // namespace sase::network
