// SPDX-License-Identifier: Apache-2.0
#include "tests/helper/fleet/etcd/hostile_member.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temporary_directory.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace sase::fleet {

namespace {

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
      {"is deeply nested", always(http(std::string(1'000'000, '['))), "too many elements"},
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
      {"ends a lease that a read does not have",
       always(http(R"({"code":5,"message":"etcdserver: requested lease not found"})", "404 Not Found")),
       "has ended a lease"},
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
      CHECK_NOTHROW(protocol::parse_fleet_reply(protocol::write_message(unavailable.reply()).reveal()));
    }
    CHECK(steady_clock::now() - begun < tests::patience * row.limit);
  }
}

TEST_CASE("a member that ends a new connection without a reply may reject the client certificate",
          "[hostile_store]") {
  struct Row {
    const char* name;
    Answer answer;
  };
  const auto row = GENERATE(values<Row>({
      {"closes", then_closed("")},
      {"does not announce the end",
       [](SecureStreamSocket& socket, const std::string&) {
         socket.abort();
         return false;
       }},
      {"resets",
       [](SecureStreamSocket& socket, const std::string&) {
         socket.setLinger(true, 0);
         socket.abort();
         return false;
       }},
  }));

  DYNAMIC_SECTION(row.name) {
    const HostileMember member(row.answer);
    const std::string name = member.url().substr(8);
    auto setup = setup_for({member.url()});
    setup.budget = 600ms;
    const auto reason = [&setup] {
      try {
        (void)open_store(setup)->confirm();
      } catch (const Unavailable& unavailable) {
        return unavailable.reply();
      }
      return protocol::FleetUnavailable{};
    };

    const auto rejected = reason();
    CHECK(rejected.what == name + ": closed the connection before it replied");
    CHECK(
        rejected.hint ==
        "if it runs, it may reject the client certificate: use a fleet-client-cert that the members' CA for "
        "hosts has issued");
    setup.client_cert = setup.client_key = "";
    CHECK(reason().hint ==
          "if it runs, it may require a client certificate: set fleet-client-cert and fleet-client-key");
  }
}

TEST_CASE("a member that has replied accepts the client certificate", "[hostile_store]") {
  std::atomic<int> requests = 0;
  const HostileMember member([&requests](SecureStreamSocket& socket, const std::string&) {
    if (++requests != 1) return false;
    send_text(socket, http(no_values));
    return true;
  });
  const auto store = open_store({member.url()});
  (void)store->read();

  try {
    (void)store->confirm();
    FAIL("the connection was not closed");
  } catch (const Unavailable& unavailable) {
    CHECK(unavailable.reply().what == member.url().substr(8) + ": closed the connection");
    CHECK(unavailable.reply().hint.empty());
  }
}

TEST_CASE("a hint about a file for a member names its path, or its setting", "[hostile_store]") {
  const tests::TemporaryDirectory directory;
  auto setup = setup_for({"https://127.0.0.1:1"});
  setup.client_key = directory.write("client-key.pem", "", 0644);
  std::string hint = "chmod 600 " + setup.client_key;
  SECTION("the path of the key") {}
  SECTION("the setting of the CA") { setup.ca_file = "/nowhere.pem", hint = "check fleet-ca-file"; }

  try {
    (void)open_store(setup)->confirm();
    FAIL("the file was accepted");
  } catch (const Unavailable& unavailable) {
    CHECK(unavailable.reply().hint == hint);
  }
}

TEST_CASE("a healthy member serves beside hostile ones", "[hostile_store]") {
  const HostileMember silent(then_silent(""));
  const HostileMember web_page(always(http("<html></html>")));
  const HostileMember healthy(always(http(no_values)));
  for (int i = 0; i < 4; ++i) {
    const auto begun = steady_clock::now();

    CHECK(open_store({silent.url(), web_page.url(), healthy.url()})->read().revision == 601);

    CHECK(steady_clock::now() - begun < tests::patience * 1200ms);
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

}  // namespace sase::fleet
