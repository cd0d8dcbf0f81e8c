// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd_store.hpp"
#include "tests/support/catch.hpp"
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

namespace sase::fleet {

namespace {

using namespace std::chrono_literals;
using Poco::Net::SecureStreamSocket;
using std::chrono::steady_clock;

const tests::StoreCertificates& test_certificates() {
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

void send_text(SecureStreamSocket& socket, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();)
    sent +=
        static_cast<std::size_t>(socket.sendBytes(text.data() + sent, static_cast<int>(text.size() - sent)));
}

constexpr auto date_line = "Date: Sun, 29 Nov 2026 01:29:48 GMT\r\n";

std::string http(const std::string& body, const std::string& status = "200 OK",
                 const std::string& fields = date_line) {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

const std::string no_values = R"({"header":{"revision":"601"}})";

Answer always(const std::string& text) {
  return [text](SecureStreamSocket& socket, const std::string&) {
    send_text(socket, text);
    return true;
  };
}

/// Sends the text and says no more.
Answer then_silent(const std::string& text) {
  return [text](SecureStreamSocket& socket, const std::string&) {
    send_text(socket, text);
    char byte = 0;
    (void)socket.receiveBytes(&byte, 1);
    return false;
  };
}

Answer then_closed(const std::string& text) {
  return [text](SecureStreamSocket& socket, const std::string&) {
    send_text(socket, text);
    return false;
  };
}

/// The beginning of a valid reply, a byte each 100 ms.
bool drip(SecureStreamSocket& socket, const std::string& /*path*/) {
  for (const char byte : http(no_values).substr(0, 20)) {
    send_text(socket, std::string(1, byte));
    std::this_thread::sleep_for(100ms);
  }
  return false;
}

bool flood(SecureStreamSocket& socket, const std::string& /*path*/) {
  send_text(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 10'000; ++i)
    send_text(socket, "10000\r\n" + std::string(0x10000, ' ') + "\r\n");
  return false;
}

bool flood_fields(SecureStreamSocket& socket, const std::string& /*path*/) {
  send_text(socket, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 100'000; ++i)
    send_text(socket, "X-Field: " + std::string(1000, 'x') + "\r\n");
  return false;
}

const std::string lease = R"({"header":{"revision":"601"},"ID":"77","TTL":"4"})";
const std::string no_leader = R"({"code":14,"message":"etcdserver: no leader"})";

protocol::FleetSetup setup_for(const std::vector<std::string>& members) {
  return {.members = members,
          .ca_file = test_certificates().ca(),
          .client_cert = test_certificates().path("client.pem"),
          .client_key = test_certificates().path("client.key"),
          .record_key = "r",
          .lock_key = "l",
          .timeout = 10s,
          .budget = 1500ms};
}

std::unique_ptr<EtcdStore> open_store(const std::vector<std::string>& members) {
  return std::make_unique<EtcdStore>(
      std::make_shared<const CallContext>(setup_for(members), "", std::make_shared<Inbox>()));
}

}  // namespace

TEST_CASE("a hostile member costs no more than the budget", "[hostile_store]") {
  struct Row {
    const char* name;
    Answer answer;
    std::string what;
    std::chrono::milliseconds limit = 1000ms;  ///< a member that rejects the call is given up at once
  };
  constexpr auto whole_budget = 3500ms;
  const auto row = GENERATE_COPY(values<Row>({
      {"says nothing", then_silent(""), "no answer within 500 ms", whole_budget},
      {"closes at once", then_closed(""), "closed the connection", whole_budget},
      {"begins a status", then_silent("HTTP/1."), "no answer within 500 ms", whole_budget},
      {"cuts the header", then_closed("HTTP/1.1 200 OK\r\nDate: Su"), "", whole_budget},
      {"sends the header alone",
       then_silent(std::string("HTTP/1.1 200 OK\r\n") + date_line + "Content-Length: 5\r\n\r\n"),
       "no answer within 500 ms", whole_budget},
      {"cuts the body", then_closed(http(no_values + "\n").substr(0, 90)), "", whole_budget},
      {"drips", drip, "no answer within 500 ms", whole_budget},
      {"speaks another protocol", then_closed("220 mail.example.test ESMTP\r\n"), "", whole_budget},
      {"floods the body", flood, "the reply is too large", whole_budget},
      {"floods the header", flood_fields, "", whole_budget},
      {"announces a huge body",
       then_silent(std::string("HTTP/1.1 200 OK\r\n") + date_line +
                   "Content-Length: 99999999999999999999\r\n\r\n{}"),
       "", whole_budget},
      {"announces a negative body", then_closed("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"), "",
       whole_budget},
      {"has a chunk without a size",
       then_closed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}"), "", whole_budget},
      {"has a huge chunk",
       then_silent("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}"), "",
       whole_budget},
      {"has a status without a number", always("HTTP/1.1 OK\r\n\r\n"), "", whole_budget},
      {"has the status 99999999999", always(http(no_values, "99999999999 Ok")), "", whole_budget},
      {"continues for ever", always("HTTP/1.1 100 Continue\r\n\r\n"), "no answer within 500 ms",
       whole_budget},
      {"redirects", always(http("", "302 Found", "Location: https://attacker.example.test/\r\n")),
       "HTTP 302"},
      {"asks for a login", always(http("", "401 Unauthorized")), "HTTP 401"},
      {"is a web page", always(http("<html>\x1b[31m</html>")), "no JSON"},
      {"has no body", always(http("")), "no JSON"},
      {"is deeply nested", always(http(std::string(1'000'000, '['))), "no JSON"},
      {"has no revision", always(http("{}")), "no revision"},
      {"has no Date", always(http(no_values, "200 OK", "")), "no valid Date"},
      {"has a Date of 1970", always(http(no_values, "200 OK", "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")),
       "no valid Date"},
      {"has a full disk",
       always(http(R"({"code":8,"message":"etcdserver: mvcc: database space exceeded"})",
                   "429 Too Many Requests")),
       "database space exceeded"},
      {"has no leader",
       always(http(R"({"code":14,"message":"etcdserver: no leader"})", "503 Service Unavailable")),
       "has no leader", whole_budget},
      {"shows control characters", always(http("{\"message\":\"\\u001b]0;\\u0007\"}", "400 Bad Request")),
       R"(\x1b]0;\x07)"},
      {"names its error for ever",
       always(http("{\"message\":\"" + std::string(100'000, 'x') + "\"}", "400 Bad Request")), "..."},
      {"is an older etcd", always(http("404 page not found\n", "404 Not Found")), "does not serve /v3/"},
  }));

  DYNAMIC_SECTION(row.name) {
    const HostileMember member(row.answer);
    const auto store = open_store({member.url()});
    const auto begun = steady_clock::now();
    try {
      (void)store->confirm();
      FAIL("the reply was accepted");
    } catch (const Unavailable& unavailable) {
      CHECK(unavailable.reply().what.find(row.what) != std::string::npos);
      CHECK(unavailable.reply().what.size() < 400);
      CHECK(unavailable.reply().reachable);
      CHECK_NOTHROW(protocol::parse_fleet_reply(protocol::write_message(unavailable.reply()).reveal()));
    }
    CHECK(steady_clock::now() - begun < row.limit);
  }
}

TEST_CASE("a healthy member serves beside hostile ones", "[hostile_store]") {
  const HostileMember silent(then_silent(""));
  const HostileMember web_page(always(http("<html></html>")));
  const HostileMember healthy(always(http(no_values)));
  for (int i = 0; i < 4; ++i) {
    const auto begun = steady_clock::now();

    CHECK(open_store({silent.url(), web_page.url(), healthy.url()})->read().revision == 601);

    CHECK(steady_clock::now() - begun < 1200ms);
  }
}

TEST_CASE("a healthy member gets one connection and one request for a read", "[hostile_store]") {
  const HostileMember member([](SecureStreamSocket& socket, const std::string& path) {
    CHECK(path == "/v3/kv/range");
    send_text(socket, http(no_values));
    return true;
  });
  const auto store = open_store({member.url()});

  CHECK(store->read().revision == 601);

  CHECK(member.requests() == 1);
}

TEST_CASE("a leader is needed for all but a serializable read, which needs one member", "[hostile_store]") {
  const HostileMember member([](SecureStreamSocket& socket, const std::string& path) {
    send_text(socket, http(path == "/v3/lease/grant" ? R"({"header":{"revision":"601"},"ID":"77","TTL":"4"})"
                                                     : R"({"header":{"revision":"601"},"succeeded":true})"));
    return true;
  });
  const auto store = open_store({member.url()});

  CHECK(store->read().revision == 601);
  CHECK(member.leader_requests().empty());
  CHECK(store->confirm().revision == 601);
  CHECK(std::holds_alternative<protocol::FleetWritten>(store->acquire(0, "record", "lock")));

  CHECK(member.leader_requests() ==
        std::vector<std::string>{"/v3/kv/range", "/v3/lease/grant", "/v3/kv/txn"});
}

TEST_CASE("a write whose reply was lost is repeated and recognized", "[hostile_store]") {
  // The first transaction takes effect, and its reply is lost; the second finds the record of the first.
  std::atomic<int> transactions = 0;
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    if (path == "/v3/lease/grant") {
      send_text(socket, http(R"({"header":{"revision":"601"},"ID":"77","TTL":"4"})"));
      return true;
    }
    if (++transactions == 1) return false;
    send_text(
        socket,
        http(
            R"({"header":{"revision":"603"},"responses":[{"response_range":{"kvs":[{"key":"cg==","value":"bWluZQ==","create_revision":"602","mod_revision":"602","version":"1"}]}}]})"));
    return true;
  });
  const auto store = open_store({member.url()});

  const auto reply = store->acquire(0, "mine", "lock");

  REQUIRE(std::holds_alternative<protocol::FleetWritten>(reply));
  CHECK(std::get<protocol::FleetWritten>(reply).revision == 602);
  CHECK(transactions == 2);
}

TEST_CASE("a lease that has ended is granted again", "[hostile_store]") {
  std::atomic<int> grants = 0;
  std::atomic<int> transactions = 0;
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    if (path == "/v3/lease/grant") {
      ++grants;
      send_text(socket, http(R"({"header":{"revision":"601"},"ID":"77","TTL":"4500"})"));
    } else if (++transactions == 1) {
      send_text(socket,
                http(R"({"code":5,"message":"etcdserver: requested lease not found"})", "404 Not Found"));
    } else {
      send_text(socket, http(R"({"header":{"revision":"602"},"succeeded":true})"));
    }
    return true;
  });

  CHECK(std::holds_alternative<protocol::FleetWritten>(open_store({member.url()})->publish(601, "a token")));
  CHECK(grants == 2);
  CHECK(transactions == 2);
}

TEST_CASE("a store that ends each lease at once is given up", "[hostile_store]") {
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    send_text(socket,
              path == "/v3/lease/grant"
                  ? http(R"({"header":{"revision":"601"},"ID":"77","TTL":"4"})")
                  : http(R"({"code":5,"message":"etcdserver: requested lease not found"})", "404 Not Found"));
    return true;
  });

  CHECK_THROWS_AS(open_store({member.url()})->publish(601, "a token"), Unavailable);
}

TEST_CASE("a member that rejects each comparison although the record has the revision compared is not used",
          "[hostile_store]") {
  const auto member_with = [](const std::string& transaction) {
    return [transaction](SecureStreamSocket& socket, const std::string& path) {
      send_text(socket, http(path == "/v3/lease/grant" ? lease : transaction));
      return true;
    };
  };
  // "bWluZQ==" is what another host has written.
  const HostileMember without_record(member_with(no_values));
  const HostileMember with_record(member_with(
      R"({"header":{"revision":"603"},"responses":[{"response_range":{"kvs":[{"key":"cg==","value":"bWluZQ==","create_revision":"602","mod_revision":"602","version":"1"}]}}]})"));
  const HostileMember healthy(member_with(R"({"header":{"revision":"603"},"succeeded":true})"));

  CHECK_THROWS_AS(open_store({without_record.url()})->acquire(0, "record", "lock"), Unavailable);
  CHECK_THROWS_AS(open_store({with_record.url()})->acquire(602, "record", "lock"), Unavailable);
  CHECK_THROWS_AS(open_store({with_record.url()})->publish(602, "record"), Unavailable);
  CHECK(std::holds_alternative<protocol::FleetSnapshot>(
      open_store({with_record.url()})->publish(600, "record")));
  CHECK(std::holds_alternative<protocol::FleetWritten>(
      open_store({without_record.url(), healthy.url()})->acquire(0, "record", "lock")));
}

TEST_CASE("a publish is repeated after the front has ended, until there is a leader", "[hostile_store]") {
  const auto begun = steady_clock::now();
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    if (steady_clock::now() < begun + 2s)
      send_text(socket, http(no_leader, "503 Service Unavailable"));
    else
      send_text(
          socket,
          http(path == "/v3/lease/grant" ? lease : R"({"header":{"revision":"602"},"succeeded":true})"));
    return true;
  });
  auto setup = setup_for({member.url()});
  setup.budget = 3s;
  const auto inbox = std::make_shared<Inbox>();
  EtcdStore store(std::make_shared<const CallContext>(setup, "", inbox));
  inbox->end();

  CHECK(std::holds_alternative<protocol::FleetWritten>(store.publish(601, "a token")));
}

TEST_CASE("a publish whose front has ended is given up after the budget", "[hostile_store]") {
  const HostileMember member(always(http(no_leader, "503 Service Unavailable")));
  const auto inbox = std::make_shared<Inbox>();
  EtcdStore store(std::make_shared<const CallContext>(setup_for({member.url()}), "", inbox));
  const auto begun = steady_clock::now();
  inbox->end();

  CHECK_THROWS_AS(store.publish(601, "a token"), Unavailable);
  CHECK(steady_clock::now() - begun >= 1500ms);
  CHECK(steady_clock::now() - begun < 3500ms);
}

TEST_CASE("releasing the lock takes no longer than 0.3 seconds", "[hostile_store]") {
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    if (path == "/v3/lease/revoke") return then_silent("")(socket, path);
    send_text(socket,
              http(path == "/v3/lease/grant" ? lease : R"({"header":{"revision":"602"},"succeeded":true})"));
    return true;
  });
  auto setup = setup_for({member.url()});
  setup.budget = 3s;
  EtcdStore store(std::make_shared<const CallContext>(setup, "", std::make_shared<Inbox>()));
  CHECK(std::holds_alternative<protocol::FleetWritten>(store.acquire(601, "record", "lock")));
  const auto begun = steady_clock::now();

  store.release();

  CHECK(steady_clock::now() - begun >= 300ms);
  CHECK(steady_clock::now() - begun < 600ms);
}

TEST_CASE("a watch that is rejected, cut or invalid is replaced by a read", "[hostile_store]") {
  struct Row {
    const char* name;
    std::string stream;  ///< after the header of a chunked reply
  };
  const auto chunk = [](const std::string& text) {
    char size[20];
    (void)std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    return size + text + "\r\n";
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"rejected", chunk(R"({"result":{"header":{"revision":"601"},"created":true,"canceled":true}})"
                         "\n")},
      {"without leader", chunk(R"({"error":{"code":14,"message":"etcdserver: no leader"}})"
                               "\n")},
      {"cut in a line", chunk(R"({"result":{"events":)")},
      {"cut in a chunk", "ff\r\n{\"result\":"},
      {"without a line end", chunk(std::string(6'000'000, ' '))},
      {"invalid", chunk("ok\n")},
      {"ended", chunk(R"({"result":{"header":{"revision":"601"},"created":true}})"
                      "\n") +
                    "0\r\n\r\n"},
  }));

  DYNAMIC_SECTION(row.name) {
    const HostileMember member([&row](SecureStreamSocket& socket, const std::string& path) {
      if (path != "/v3/watch") {
        send_text(socket, http(no_values));
        return true;
      }
      send_text(socket, std::string("HTTP/1.1 200 OK\r\n") + date_line +
                            "Transfer-Encoding: chunked\r\n\r\n" + row.stream);
      return false;
    });
    const auto store = open_store({member.url()});
    const auto begun = steady_clock::now();

    CHECK(store->wait(store->read().revision).revision == 601);

    // A silent watch takes four seconds.
    CHECK(steady_clock::now() - begun < 3500ms);
    CHECK(member.requests() == 3);
  }
}

}  // namespace sase::fleet
