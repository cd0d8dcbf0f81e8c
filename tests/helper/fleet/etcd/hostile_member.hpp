// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/fleet/etcd/etcd_store.hpp"
#include "tests/support/etcd_cluster.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// Members of a store that answer as a test wants.
namespace sase::fleet {

using namespace std::chrono_literals;
using Poco::Net::SecureStreamSocket;
using std::chrono::steady_clock;

inline const tests::StoreCertificates& test_certificates() {
  static const tests::StoreCertificates certificates;
  return certificates;
}

/// What a member does with one request. False closes the connection.
using Answer = std::function<bool(SecureStreamSocket&, const std::string& path)>;

/// A member that answers as a test wants, one thread per connection.
class HostileMember {
 public:
  explicit HostileMember(Answer answer)
      : answer_(std::move(answer)),
        socket_(
            Poco::Net::SocketAddress("127.0.0.1", 0), 64,
            new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, test_certificates().path("member.key"),
                                   test_certificates().path("member.pem"), test_certificates().ca(),
                                   Poco::Net::Context::VERIFY_RELAXED)),
        accepting_([this] { accept(); }) {}
  HostileMember(const HostileMember&) = delete;
  HostileMember& operator=(const HostileMember&) = delete;
  ~HostileMember() {
    is_ending_ = true;
    accepting_.join();
    for (std::thread& connection : connections_)
      connection.join();
  }

  [[nodiscard]] std::string url() const { return "https://" + socket_.address().toString(); }
  [[nodiscard]] int requests() const { return requests_; }

  /// The paths of the requests that ask for a leader.
  [[nodiscard]] std::vector<std::string> leader_requests() const {
    const std::lock_guard lock(mutex_);
    return leader_requests_;
  }

 private:
  void accept() {
    while (!is_ending_)
      if (socket_.poll(Poco::Timespan(0, 50'000), Poco::Net::Socket::SELECT_READ))
        connections_.emplace_back([this, client = socket_.acceptConnection()] { serve(client); });
  }

  void serve(const Poco::Net::StreamSocket& client) try {
    SecureStreamSocket socket(client);
    socket.setReceiveTimeout(Poco::Timespan(0, 700'000));
    for (std::string path = read_path(socket); !path.empty(); path = read_path(socket)) {
      ++requests_;
      if (!answer_(socket, path)) break;
    }
    socket.close();
  } catch (const Poco::Exception&) {
    // The client has given up.
  }

  /// The path of the next request, whose body is skipped.
  std::string read_path(SecureStreamSocket& socket) {
    std::string text;
    std::size_t end = std::string::npos;
    const auto has_all = [&] {
      end = text.find("\r\n\r\n");
      const auto length = text.find("Content-Length: ");
      if (end == std::string::npos) return false;
      return length == std::string::npos || text.size() >= end + 4 + std::stoul(text.substr(length + 16));
    };
    char piece[4096];
    while (!has_all()) {
      const int size = socket.receiveBytes(piece, sizeof piece);
      if (size <= 0) return {};
      text.append(piece, static_cast<std::size_t>(size));
    }
    const auto begin = text.find(' ') + 1;
    std::string path = text.substr(begin, text.find(' ', begin) - begin);
    const std::lock_guard lock(mutex_);
    if (text.find("Grpc-Metadata-hasleader: true\r\n") < end) leader_requests_.push_back(path);
    return path;
  }

  Answer answer_;
  Poco::Net::SecureServerSocket socket_;
  std::atomic<bool> is_ending_ = false;
  std::atomic<int> requests_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> leader_requests_;
  std::vector<std::thread> connections_;
  std::thread accepting_;
};

inline void send_text(SecureStreamSocket& socket, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();)
    sent +=
        static_cast<std::size_t>(socket.sendBytes(text.data() + sent, static_cast<int>(text.size() - sent)));
}

inline constexpr auto date_line = "Date: Sun, 29 Nov 2026 01:29:48 GMT\r\n";

inline std::string http(const std::string& body, const std::string& status = "200 OK",
                        const std::string& fields = date_line) {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

inline const std::string no_values = R"({"header":{"revision":"601"}})";

inline Answer always(const std::string& text) {
  return [text](SecureStreamSocket& socket, const std::string&) {
    send_text(socket, text);
    return true;
  };
}

/// Sends the text and says no more.
inline Answer then_silent(const std::string& text) {
  return [text](SecureStreamSocket& socket, const std::string&) {
    send_text(socket, text);
    char byte = 0;
    (void)socket.receiveBytes(&byte, 1);
    return false;
  };
}

inline const std::string lease = R"({"header":{"revision":"601"},"ID":"77","TTL":"4"})";
inline const std::string no_leader = R"({"code":14,"message":"etcdserver: no leader"})";

inline protocol::FleetSetup setup_for(const std::vector<std::string>& members) {
  return {.members = members,
          .ca_file = test_certificates().ca(),
          .client_cert = test_certificates().path("client.pem"),
          .client_key = test_certificates().path("client.key"),
          .record_key = "r",
          .lock_key = "l",
          .timeout = 10s,
          .budget = 1500ms};
}

inline std::unique_ptr<EtcdStore> open_store(const protocol::FleetSetup& setup) {
  return std::make_unique<EtcdStore>(
      std::make_shared<const CallContext>(setup, "", std::make_shared<Inbox>()));
}
inline std::unique_ptr<EtcdStore> open_store(const std::vector<std::string>& members) {
  return open_store(setup_for(members));
}

}  // namespace sase::fleet
