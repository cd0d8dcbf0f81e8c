// SPDX-License-Identifier: Apache-2.0
#include "helper/environment.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"

namespace sase {

TEST_CASE("finds a variable by its complete name", "[environment]") {
  const tests::EnvironmentList environment{"SASE_API=v3", "SASE_API_KEY=k", "ASE_API=x", "SASE=y"};

  CHECK((*environment).find("SASE_API") == "v3");
  CHECK((*environment).find("SASE_API_KEY") == "k");
  CHECK((*environment).find("SASE") == "y");
  CHECK_FALSE((*environment).find("SASE_AP"));
  CHECK_FALSE((*environment).find("SASE_API_KEY_FILE"));
  CHECK_FALSE((*environment).find("sase_api"));
  CHECK_FALSE((*environment).find("API"));
}

TEST_CASE("a value may contain any character, also '='", "[environment]") {
  const tests::EnvironmentList environment{"A=b=c", "B= b \n", "C=="};

  CHECK((*environment).find("A") == "b=c");
  CHECK((*environment).find("B") == " b \n");
  CHECK((*environment).find("C") == "=");
}

TEST_CASE("an empty variable counts as absent", "[environment]") {
  const tests::EnvironmentList environment{"A=", "B"};

  CHECK_FALSE((*environment).find("A"));
  CHECK_FALSE((*environment).find("B"));
}

TEST_CASE("a CR at the end of a value is from a file with Windows line ends", "[environment]") {
  const tests::EnvironmentList environment{"A=b\r", "B=\r", "C=b\r\r", "D=\rb"};

  CHECK((*environment).find("A") == "b");
  CHECK_FALSE((*environment).find("B"));
  CHECK((*environment).find("C") == "b\r");
  CHECK((*environment).find("D") == "\rb");
}

TEST_CASE("uses the first of repeated variables, as getenv does", "[environment]") {
  const tests::EnvironmentList environment{"A=1", "A=2"};

  CHECK((*environment).find("A") == "1");
}

TEST_CASE("finds nothing in an empty environment", "[environment]") {
  const tests::EnvironmentList environment{};

  CHECK_FALSE((*environment).find("A"));
}

}  // namespace sase
