// SPDX-License-Identifier: Apache-2.0
#include "tests/helper/fleet/etcd/hostile_member.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

namespace sase::fleet {

TEST_CASE("a watch that is rejected, cut or invalid is replaced by a read", "[hostile_watch]") {
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
    CHECK(steady_clock::now() - begun < tests::patience * 3500ms);
    CHECK(member.requests() == 3);
  }
}

TEST_CASE("a member that reports another lock again and again is left for the next one", "[hostile_watch]") {
  const std::string lock =
      R"({"key":"bA==","mod_revision":"601","create_revision":"601","version":"1","lease":"7","value":"eA=="})";
  std::atomic<int> hostile = -1;
  const auto answer = [&](int number) {
    return [&, number](SecureStreamSocket& socket, const std::string& path) {
      int none = -1;
      const bool is_hostile = hostile.compare_exchange_strong(none, number) || hostile == number;
      if (!is_hostile || path != "/v3/watch") {
        send_text(socket,
                  http(is_hostile ? R"({"header":{"revision":"601"},"kvs":[)" + lock + "]}" : no_values));
        return true;
      }
      send_text(socket,
                std::string("HTTP/1.1 200 OK\r\n") + date_line + "Transfer-Encoding: chunked\r\n\r\n");
      const std::string line = R"({"result":{"header":{"revision":"602"},"events":[{"kv":)" + lock + "}]}}\n";
      char size[20];
      (void)std::snprintf(size, sizeof size, "%zx\r\n", line.size());
      for (int i = 0; i < 150; ++i) {
        send_text(socket, size + line + "\r\n");
        std::this_thread::sleep_for(100ms);
      }
      return false;
    };
  };
  const HostileMember one(answer(1));
  const HostileMember other(answer(2));
  const auto store = open_store({one.url(), other.url()});
  const auto begun = steady_clock::now();

  auto snapshot = store->read();
  REQUIRE(snapshot.lock);
  while (snapshot.lock && steady_clock::now() - begun < 12s)
    snapshot = store->wait(snapshot.revision);

  CHECK_FALSE(snapshot.lock);
  CHECK(steady_clock::now() - begun < tests::patience * 6500ms);
}

}  // namespace sase::fleet
