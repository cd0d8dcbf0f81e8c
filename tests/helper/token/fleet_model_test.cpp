// SPDX-License-Identifier: Apache-2.0
#include "tests/helper/token/fleet_model.hpp"

#include "tests/support/catch.hpp"

#include <stdexcept>

namespace sase::token::fleet_model {

TEST_CASE("calls of two hosts with one store end in every order of their steps, and lose no token",
          "[fleet_model]") {
  CHECK(Search({}, 2, 2).run() > 1000);
}

TEST_CASE("calls of three hosts with one store end in every order of their steps", "[fleet_model]") {
  CHECK(Search({}, 3, 1).run() > 1000);
}

TEST_CASE("a stopped host that another one replaces overwrites no newer token", "[fleet_model]") {
  CHECK(Search({.early_lease_ends = 1}, 2, 2).run() > 1000);
  CHECK(Search({.early_lease_ends = 2}, 3, 1).run() > 1000);
}

TEST_CASE(
    "the model finds that a host which keeps its own token after a failed publish may have an ended one",
    "[fleet_model]") {
  CHECK_THROWS_AS(Search({.early_lease_ends = 1, .looks_after_loss = false}, 2, 1).run(), std::logic_error);
}

TEST_CASE("the model finds what a publish without a comparison breaks", "[fleet_model]") {
  CHECK_THROWS_AS(Search({.early_lease_ends = 1, .compares_on_publish = false}, 2, 1).run(),
                  std::logic_error);
}

TEST_CASE("the model finds what an acquire without a new revision of the record breaks", "[fleet_model]") {
  CHECK_THROWS_AS(Search({.early_lease_ends = 1, .acquire_writes_record = false}, 2, 1).run(),
                  std::logic_error);
}

}  // namespace sase::token::fleet_model
