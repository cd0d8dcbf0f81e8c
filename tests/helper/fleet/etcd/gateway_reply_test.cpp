// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd/gateway_reply.hpp"

#include "protocol/base64.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::fleet {

namespace {

using protocol::FleetSnapshot;

/// Base64: L3Yx.../record is not needed, the keys are `r` and `l`.
const StoreKeys keys{.record = "r", .lock = "l"};

const std::string header =
    R"("header":{"cluster_id":"10144879847569953045","member_id":"12428976124636271536","revision":"601","raft_term":"2"})";

GatewayReply reply_with(std::string body, int status = 200) {
  return {.status = status,
          .date = "Sun, 29 Nov 2026 01:29:48 GMT",
          .sent = std::chrono::milliseconds(7),
          .body = std::move(body)};
}

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

std::string value_text(const char* key, const char* value, const char* rest = "") {
  return std::string(R"({"key":")") + key +
         R"(","create_revision":"17","mod_revision":"600","version":"4","value":")" + value + '"' + rest +
         '}';
}

}  // namespace

TEST_CASE("reads record and lock of a range", "[gateway_reply]") {
  const auto snapshot = parse_range(
      reply_with('{' + header + R"(,"kvs":[)" + value_text("bA==", "QQ==", R"(,"lease":"77")") + ',' +
                 value_text("b3RoZXI=", "eA==") + ',' + value_text("cg==", "Qg==") + R"(],"count":"3"})"),
      keys);

  REQUIRE(snapshot.lock);
  CHECK(snapshot.lock->bytes == "A");
  CHECK(snapshot.lock->has_lease);
  REQUIRE(snapshot.record);
  CHECK(snapshot.record->bytes == "B");
  CHECK(snapshot.record->mod_revision == 600);
  CHECK(snapshot.record->create_revision == 17);
  CHECK(snapshot.record->version == 4);
  CHECK_FALSE(snapshot.record->has_lease);
  CHECK(snapshot.revision == 601);
  CHECK(snapshot.clock.date.time_since_epoch().count() == 1795915788);
  CHECK(snapshot.clock.sent.count() == 7);
}

TEST_CASE("a range without values has no member for them", "[gateway_reply]") {
  const auto snapshot = parse_range(reply_with('{' + header + '}'), keys);

  CHECK_FALSE(snapshot.record);
  CHECK_FALSE(snapshot.lock);
  CHECK(snapshot.revision == 601);
}

TEST_CASE("numbers may be texts or numbers", "[gateway_reply]") {
  const auto snapshot = parse_range(
      reply_with(
          R"({"header":{"revision":601},"kvs":[{"key":"cg==","value":"QQ==","create_revision":17,"mod_revision":600,"version":4,"lease":5}]})"),
      keys);

  REQUIRE(snapshot.record);
  CHECK(snapshot.record->mod_revision == 600);
  CHECK(snapshot.record->has_lease);
}

TEST_CASE("a value that is larger than a record has no bytes, but its revisions", "[gateway_reply]") {
  const std::string text = protocol::encode_base64(std::string(largest_value + 1, 'x'));
  const auto snapshot =
      parse_range(reply_with('{' + header + R"(,"kvs":[)" + value_text("cg==", text.c_str()) + "]}"), keys);

  REQUIRE(snapshot.record);
  CHECK(snapshot.record->bytes.empty());
  CHECK(snapshot.record->mod_revision == 600);
}

TEST_CASE("an invalid reply is rejected with its reason", "[gateway_reply]") {
  struct Row {
    const char* name;
    std::string body;
    std::string what;
  };
  const std::string range = '{' + header + R"(,"kvs":[)";
  const auto row = GENERATE_COPY(values<Row>({
      {"empty", "", "no JSON"},
      {"text", "Not Found", "no JSON"},
      {"a web page", "<html></html>", "no JSON"},
      {"an array", "[]", "no JSON object"},
      {"a number", "7", "no JSON"},
      {"null", "null", "no JSON"},
      {"cut", range + value_text("cg==", "QQ=="), "no JSON"},
      {"too deep", std::string(1000, '['), "no JSON"},
      {"many elements", range + "{}" + repeat(",{}", 2000) + "]}", "too many elements"},
      {"no next revision", R"({"header":{"revision":"9223372036854775807"}})", "no revision"},
      {"too many levels", range + std::string(30, '[') + std::string(30, ']') + "]}", "no JSON"},
      {"objects too deep", range + std::string(50, '{'), "no JSON"},
      {"no header", R"({"kvs":[]})", "no revision"},
      {"revision 0", R"({"header":{"revision":"0"}})", "no revision"},
      {"header is a text", R"({"header":"601"})", "header is not an object"},
      {"negative revision", R"({"header":{"revision":"-1"}})", "revision is not a number"},
      {"revision beyond 64 bits", R"({"header":{"revision":"9223372036854775808"}})",
       "revision is not a number"},
      {"fractional revision", R"({"header":{"revision":6.5}})", "revision is not a number"},
      {"revision with a blank", R"({"header":{"revision":" 601"}})", "revision is not a number"},
      {"revision is true", R"({"header":{"revision":true}})", "revision is not a number"},
      {"revision is an object", R"({"header":{"revision":{}}})", "revision is not a number"},
      {"values are an object", '{' + header + R"(,"kvs":{}})", "kvs is not an array"},
      {"a value is a text", range + R"("record"]})", "an element is not an object"},
      {"a value is null", range + "null]}", "an element is not an object"},
      {"key is a number", range + R"({"key":7}]})", "key is not a text"},
      {"key is not base64", range + R"({"key":"r"}]})", "key is not base64"},
      {"value is not base64", range + value_text("cg==", "Q-==") + "]}", "value is not base64"},
      {"value has no revision", range + R"({"key":"cg==","value":"QQ=="}]})", "a value has no revision"},
      {"error beside the result", R"({"error":{"message":7}})", "message is not a text"},
  }));

  DYNAMIC_SECTION(row.name) {
    try {
      (void)parse_range(reply_with(row.body), keys);
      FAIL("it was accepted");
    } catch (const AttemptFailed& failed) {
      CHECK(std::string(failed.what()).find(row.what) != std::string::npos);
      CHECK(failed.trouble() == Trouble::rejected);
    }
  }
}

TEST_CASE("a reply without a valid Date is rejected", "[gateway_reply]") {
  for (const char* date :
       {"", "yesterday", "Sunday, 29-Nov-26 01:29:48 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"}) {
    GatewayReply reply = reply_with('{' + header + '}');
    reply.date = date;
    INFO(date);
    CHECK_THROWS_AS(parse_range(reply, keys), AttemptFailed);
  }
}

TEST_CASE("tells the errors of the gateway apart, in the shapes of etcd 3.4 and 3.5", "[gateway_reply]") {
  struct Row {
    const char* name;
    int status;
    std::string body;
    Trouble trouble;
    std::string what;
  };
  const auto row = GENERATE(values<Row>({
      {"no leader, 3.4", 503,
       R"({"error":"etcdserver: no leader","message":"etcdserver: no leader","code":14})", Trouble::unready,
       "has no leader (HTTP 503)"},
      {"no leader, 3.5", 503, R"({"code":14,"message":"etcdserver: no leader","details":[]})",
       Trouble::unready, "has no leader (HTTP 503)"},
      {"no quorum, read", 503, R"({"error":"x","message":"etcdserver: request timed out","code":14})",
       Trouble::unready, "answers 'etcdserver: request timed out' (HTTP 503)"},
      {"no quorum, write", 500, R"({"error":"x","message":"context deadline exceeded","code":2})",
       Trouble::unready, "answers 'context deadline exceeded' (HTTP 500)"},
      {"leader changed", 503, R"({"code":14,"message":"etcdserver: leader changed"})", Trouble::unready,
       "leader changed"},
      {"full, 3.4", 429,
       R"({"error":"etcdserver: mvcc: database space exceeded","message":"etcdserver: mvcc: database space exceeded","code":8})",
       Trouble::rejected, "answers 'etcdserver: mvcc: database space exceeded' (HTTP 429)"},
      {"full, 3.5", 429, R"({"code":8,"message":"etcdserver: mvcc: database space exceeded"})",
       Trouble::rejected, "database space exceeded"},
      {"common name", 400,
       "CommonName of client sending a request against gateway will be ignored and not used",
       Trouble::rejected, "requires a user name"},
      {"RBAC", 400, R"({"error":"x","message":"etcdserver: user name is empty","code":3})", Trouble::rejected,
       "requires a user name"},
      {"permission", 403, R"({"code":7,"message":"etcdserver: permission denied"})", Trouble::rejected,
       "requires a user name, which hosts do not have (HTTP 403)"},
      {"etcd 3.3", 404, "404 page not found\n", Trouble::rejected, "does not serve /v3/ (HTTP 404)"},
      {"unknown path, 3.5", 404, R"({"code":5,"message":"Not Found","details":[]})", Trouble::rejected,
       "does not serve /v3/ (HTTP 404)"},
      {"GET, 3.5", 501, R"({"code":12,"message":"Method Not Allowed"})", Trouble::rejected,
       "Method Not Allowed"},
      {"in a stream, 3.4", 200,
       R"({"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader","http_status":"Service Unavailable"}})",
       Trouble::unready, "has no leader"},
      {"in a stream, 3.5", 200, R"({"error":{"code":14,"message":"etcdserver: no leader"}})",
       Trouble::unready, "has no leader"},
      {"a web page", 302, "<html>\x1b[31m</html>", Trouble::rejected,
       R"(answers '<html>\x1b[31m</html>' (HTTP 302))"},
      {"no message", 418, "{}", Trouble::rejected, "answers '' (HTTP 418)"},
      {"no text", 500, "", Trouble::unready, "answers '' (HTTP 500)"},
  }));

  DYNAMIC_SECTION(row.name) {
    try {
      (void)parse_range(reply_with(row.body, row.status), keys);
      FAIL("it was accepted");
    } catch (const AttemptFailed& failed) {
      CHECK(std::string(failed.what()).find(row.what) != std::string::npos);
      CHECK(failed.trouble() == row.trouble);
      CHECK_FALSE(failed.hint().empty());
    }
  }
}

TEST_CASE("a lease that has ended is not an unknown path", "[gateway_reply]") {
  for (
      const char* body :
      {R"({"error":"etcdserver: requested lease not found","message":"etcdserver: requested lease not found","code":5})",
       R"({"code":5,"message":"etcdserver: requested lease not found"})"})
    CHECK_THROWS_AS(parse_transaction(reply_with(body, 404), keys), LeaseEnded);
}

TEST_CASE("a transaction tells whether it wrote, and what it found otherwise", "[gateway_reply]") {
  const auto written = parse_transaction(
      reply_with('{' + header +
                 R"(,"succeeded":true,"responses":[{"response_put":{"header":{"revision":"601"}}}]})"),
      keys);
  CHECK(written.succeeded);
  CHECK(written.snapshot.revision == 601);

  const auto lost =
      parse_transaction(reply_with('{' + header + R"(,"responses":[{"response_range":{"kvs":[)" +
                                   value_text("cg==", "QQ==") + "]}}]}"),
                        keys);
  CHECK_FALSE(lost.succeeded);
  REQUIRE(lost.snapshot.record);
  CHECK(lost.snapshot.record->bytes == "A");

  CHECK_THROWS_AS(parse_transaction(reply_with('{' + header + R"(,"succeeded":"true"})"), keys),
                  AttemptFailed);
}

TEST_CASE("a keepalive without a TTL reports a dead lease", "[gateway_reply]") {
  CHECK(parse_keepalive(reply_with(R"({"result":{)" + header + R"(,"ID":"77","TTL":"4"}})")));
  CHECK_FALSE(parse_keepalive(reply_with(R"({"result":{)" + header + R"(,"ID":"77"}})")));
  CHECK_THROWS_AS(parse_keepalive(reply_with(R"({"error":{"code":14,"message":"no leader"}})")),
                  AttemptFailed);
}

TEST_CASE("a lease has an ID, and a member a version", "[gateway_reply]") {
  CHECK(parse_lease(reply_with('{' + header + R"(,"ID":"1418812162086273287","TTL":"4"})")) ==
        1418812162086273287);
  CHECK_THROWS_AS(parse_lease(reply_with('{' + header + '}')), AttemptFailed);
  CHECK(parse_version(reply_with(R"({"etcdserver":"3.4.23","etcdcluster":"3.4.0"})")) == "3.4.23");
  CHECK(parse_version(reply_with(R"({"etcdserver":"\u001b[31m"})")) == R"(\x1b[31m)");
}

TEST_CASE("events of a watch change the snapshot", "[gateway_reply]") {
  FleetSnapshot snapshot =
      parse_range(reply_with('{' + header + R"(,"kvs":[)" + value_text("bA==", "QQ==") + "]}"), keys);
  const auto apply = [&](const std::string& result) {
    return apply_watch_line(R"({"result":{"header":{"revision":"700"})" + result + "}}", keys, snapshot);
  };

  CHECK_FALSE(apply(R"(,"created":true)"));
  CHECK_FALSE(apply(""));
  CHECK_FALSE(apply_watch_line("", keys, snapshot));
  CHECK_FALSE(apply(R"(,"events":[{"kv":)" + value_text("b3RoZXI=", "eA==") + "}]"));
  CHECK(snapshot.revision == 601);

  CHECK(apply(R"(,"events":[{"kv":)" + value_text("cg==", "Qg==") +
              R"(},{"type":"DELETE","kv":{"key":"bA==","mod_revision":"700"}}])"));
  CHECK(snapshot.revision == 700);
  CHECK(snapshot.record->bytes == "B");
  CHECK_FALSE(snapshot.lock);
}

TEST_CASE("a watch that the store ends is not a silent one", "[gateway_reply]") {
  FleetSnapshot snapshot;
  for (
      const char* line :
      {R"({"result":{"header":{"revision":"7"},"created":true,"canceled":true,"cancel_reason":"no permission"}})",
       R"({"result":{"header":{"revision":"7"},"canceled":true,"compact_revision":"5"}})",
       R"({"error":{"grpc_code":14,"message":"etcdserver: no leader"}})", R"({"error":"stopped"})",
       R"({"result":[]})", "no JSON"}) {
    INFO(line);
    CHECK_THROWS_AS(apply_watch_line(line, keys, snapshot), AttemptFailed);
  }
}

}  // namespace sase::fleet
