// SPDX-License-Identifier: Apache-2.0
#include "helper/network/net/happy_eyeballs.hpp"

#include "tests/helper/network/recorded_progress.hpp"
#include "tests/support/catch.hpp"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <vector>

using namespace sase::network;
using namespace std::chrono_literals;
using Poco::Net::ServerSocket;
using Poco::Net::SocketAddress;
using std::chrono::steady_clock;

namespace {

/// An address that rejects connections: its port belongs to a socket that does not listen.
class ClosedPort {
 public:
  ClosedPort() { socket_.bind(SocketAddress("127.0.0.1", Poco::UInt16{0})); }
  [[nodiscard]] SocketAddress address() const { return socket_.address(); }

 private:
  ServerSocket socket_;
};

/// A server that does not answer: its queue is full, so that Linux drops further connection requests.
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

TEST_CASE("the next address is tried at once if a connection is rejected", "[authorize][happy_eyeballs]") {
  RecordedProgress recorded;
  const ClosedPort closed;
  ServerSocket open(SocketAddress("127.0.0.1", Poco::UInt16{0}));
  const auto start = steady_clock::now();
  const auto socket =
      connect_to_first({closed.address(), closed.address(), open.address()}, recorded.progress);

  CHECK(socket.peerAddress() == open.address());
  CHECK(steady_clock::now() - start < attempt_delay);
}

TEST_CASE("the next address is tried after the attempt delay", "[authorize][happy_eyeballs]") {
  RecordedProgress recorded;
  const SilentPort silent;
  ServerSocket open(SocketAddress("127.0.0.1", Poco::UInt16{0}));
  const auto start = steady_clock::now();
  const auto socket = connect_to_first({silent.address(), open.address()}, recorded.progress);

  CHECK(socket.peerAddress() == open.address());
  CHECK(steady_clock::now() - start >= attempt_delay);
  CHECK(steady_clock::now() - start < 5s);
}

TEST_CASE("reports the error of the last address", "[authorize][happy_eyeballs]") {
  RecordedProgress recorded;
  const ClosedPort closed;

  try {
    (void)connect_to_first({closed.address()}, recorded.progress);
    FAIL("connected");
  } catch (const std::system_error& error) {
    CHECK(error.code().value() == ECONNREFUSED);
  }
  CHECK_THROWS_AS(connect_to_first({}, recorded.progress), std::system_error);
}

TEST_CASE("traces each attempt and its result", "[authorize][happy_eyeballs]") {
  RecordedProgress recorded(Tracing::on);
  const ClosedPort closed;
  ServerSocket open(SocketAddress("127.0.0.1", Poco::UInt16{0}));
  (void)connect_to_first({closed.address(), open.address()}, recorded.progress);

  CHECK(recorded.trace_texts() == std::vector<std::string>{
                                      "connect: trying " + closed.address().toString(),
                                      "connect: " + closed.address().toString() + ": Connection refused",
                                      "connect: trying " + open.address().toString(),
                                      "connect: " + open.address().toString() + " answers",
                                  });
}
