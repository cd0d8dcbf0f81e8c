// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/net/happy_eyeballs.hpp"

#include "tests/support/catch.hpp"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <vector>

using namespace sase::authorize;
using namespace std::chrono_literals;
using Poco::Net::ServerSocket;
using Poco::Net::SocketAddress;
using std::chrono::steady_clock;

namespace {

/// An address where nobody listens: its port belongs to a socket that was never told to.
class ClosedPort {
 public:
  ClosedPort() { socket_.bind(SocketAddress("127.0.0.1", Poco::UInt16{0})); }
  [[nodiscard]] SocketAddress address() const { return socket_.address(); }

 private:
  ServerSocket socket_;
};

/// A server that is too busy to answer: its queue is full, so that Linux drops further connection requests.
class SilentPort {
 public:
  SilentPort() {
    server_.bind(SocketAddress("127.0.0.1", Poco::UInt16{0}));
    server_.listen(0);
    for (int i = 0; i < 4; ++i) {
      Poco::Net::StreamSocket filler;
      filler.connectNB(server_.address());
      fillers_.push_back(filler);
    }
  }
  [[nodiscard]] SocketAddress address() const { return server_.address(); }

 private:
  ServerSocket server_;
  std::vector<Poco::Net::StreamSocket> fillers_;
};

}  // namespace

TEST_CASE("a refused address is passed over at once", "[authorize][connection_race]") {
  Progress progress;
  const ClosedPort closed;
  ServerSocket open(SocketAddress("127.0.0.1", Poco::UInt16{0}));
  const auto start = steady_clock::now();
  const auto socket =
      connect_to_first({closed.address(), closed.address(), open.address()}, start + 10s, progress);

  CHECK(socket.peerAddress() == open.address());
  CHECK(steady_clock::now() - start < attempt_delay);
}

TEST_CASE("a dead address costs a head start and not the deadline", "[authorize][connection_race]") {
  Progress progress;
  const SilentPort silent;
  ServerSocket open(SocketAddress("127.0.0.1", Poco::UInt16{0}));
  const auto start = steady_clock::now();
  const auto socket = connect_to_first({silent.address(), open.address()}, start + 10s, progress);

  CHECK(socket.peerAddress() == open.address());
  CHECK(steady_clock::now() - start >= attempt_delay);
  CHECK(steady_clock::now() - start < 5s);
}

TEST_CASE("a dead address alone holds until the deadline", "[authorize][connection_race]") {
  Progress progress;
  const SilentPort silent;
  const auto start = steady_clock::now();

  try {
    (void)connect_to_first({silent.address()}, start + 100ms, progress);
    FAIL("was connected");
  } catch (const std::system_error& error) {
    CHECK(error.code().value() == ETIMEDOUT);
  }
  CHECK(steady_clock::now() - start >= 100ms);
}

TEST_CASE("where nobody listens the reason is given", "[authorize][connection_race]") {
  Progress progress;
  const ClosedPort closed;

  try {
    (void)connect_to_first({closed.address()}, steady_clock::now() + 10s, progress);
    FAIL("was connected");
  } catch (const std::system_error& error) {
    CHECK(error.code().value() == ECONNREFUSED);
  }
  CHECK_THROWS_AS(connect_to_first({}, steady_clock::now() + 10s, progress), std::system_error);
}

TEST_CASE("each address that is tried is noted, and how it went", "[authorize][connection_race]") {
  Progress progress(Tracing::on);
  const ClosedPort closed;
  ServerSocket open(SocketAddress("127.0.0.1", Poco::UInt16{0}));
  (void)connect_to_first({closed.address(), open.address()}, steady_clock::now() + 10s, progress);

  std::vector<std::string> words;
  for (const auto& line : progress.trace())
    words.push_back(line.what);
  CHECK(words == std::vector<std::string>{
                     "connect: trying " + closed.address().toString(),
                     "connect: " + closed.address().toString() + ": Connection refused",
                     "connect: trying " + open.address().toString(),
                     "connect: " + open.address().toString() + " answers",
                 });
}
