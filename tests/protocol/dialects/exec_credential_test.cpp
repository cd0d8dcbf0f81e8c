// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/exec_credential.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>

namespace sase::protocol {

namespace {

/// An ExecCredential of v1 with these additional members.
std::string v1(const std::string& members) {
  return R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1")" + members + "}";
}
std::string with_cluster(const std::string& members) {
  return v1(R"(,"spec":{"cluster":{)" + members + R"(},"interactive":false})");
}

}  // namespace

TEST_CASE("the reply has the version that kubectl requests", "[exec_info]") {
  CHECK(ExecInfo::parse(v1("")).api_version == "client.authentication.k8s.io/v1");
  CHECK(ExecInfo::parse(
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{}})")
            .api_version == "client.authentication.k8s.io/v1beta1");
  CHECK(ExecInfo().api_version == "client.authentication.k8s.io/v1");
}

TEST_CASE("the server of the cluster is optional", "[exec_info]") {
  CHECK_FALSE(ExecInfo::parse(v1("")).server);
  CHECK_FALSE(ExecInfo::parse(v1(R"(,"spec":null)")).server);
  CHECK_FALSE(ExecInfo::parse(v1(R"(,"spec":{"interactive":true})")).server);
  CHECK_FALSE(ExecInfo::parse(v1(R"(,"spec":{"cluster":null})")).server);
  CHECK(ExecInfo::parse(with_cluster(R"("server":"https://API.example.test:8443/x","config":{"a":[1]})"))
            .server.value()
            .text() == "https://api.example.test:8443");
  CHECK(ExecInfo::parse(with_cluster(R"("server":"http://api.example.test")")).server.value().scheme ==
        "http");
}

TEST_CASE("an ExecCredential may be as large as a variable", "[exec_info]") {
  const std::string head = R"("server":"https://a.test","certificate-authority-data":")";
  const std::size_t space = ExecInfo::limit - with_cluster(head + "\"").size();

  CHECK(ExecInfo::parse(with_cluster(head + std::string(space, 'A') + "\"")).server);
  CHECK(tests::catch_message([&] {
          (void)ExecInfo::parse(with_cluster(head + std::string(space + 1, 'A') + "\""));
        }) == "it is longer than 131072 bytes");
}

TEST_CASE("a malformed ExecCredential is rejected", "[exec_info]") {
  struct Row {
    std::string text;
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {"no", "it is not valid JSON at byte 2"},
      {"{}", "unknown kind ''"},
      {R"({"kind":"Pod","apiVersion":"client.authentication.k8s.io/v1"})", "unknown kind 'Pod'"},
      {R"({"kind":1})", "'kind' is not a string"},
      {R"({"kind":"ExecCredential"})", "unknown apiVersion ''"},
      {R"({"kind":"ExecCredential","apiVersion":1})", "'apiVersion' is not a string"},
      {R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"})",
       "unknown apiVersion 'client.authentication.k8s.io/v1alpha1'"},
      {R"({"kind":"ExecCredential","apiVersion":"\u001b[2J"})", "unknown apiVersion '\\x1b[2J'"},
      {R"({"kind":"ExecCredential","apiVersion":")" + std::string(61, 'v') + "\"}", "unknown apiVersion"},
      {v1(R"(,"kind":"ExecCredential")"), "'kind' is repeated"},
      {v1(R"(,"spec":"x")"), "'spec' is not an object"},
      {v1(R"(,"spec":{"cluster":[]})"), "'cluster' is not an object"},
      {with_cluster(""), "'server' of the cluster is missing or empty"},
      {with_cluster(R"("server":"")"), "'server' of the cluster is missing or empty"},
      {with_cluster(R"("server":1)"), "'server' is not a string"},
      {with_cluster(R"("server":"https://a.test","server":"https://b.test")"), "'server' is repeated"},
      {with_cluster(R"("server":"api.example.test")"), "'server': the URL has no scheme"},
      {with_cluster(R"("server":"https://u@a.test")"), "'server': the URL contains a user name"},
  }));

  DYNAMIC_SECTION(row.text) {
    CHECK(tests::catch_message([&] { (void)ExecInfo::parse(row.text); }) == row.error);
  }
}

}  // namespace sase::protocol
