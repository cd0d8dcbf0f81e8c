// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/plain_origin.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

namespace sase::protocol {

TEST_CASE("an origin is read, and what is refused names the member", "[plain_origin]") {
  CHECK(plain_origin("HTTPS://A.test:8443/x", "uri").text() == "https://a.test:8443");
  CHECK(tests::what_of([] { (void)plain_origin("https://u@a.test", "uri"); }) ==
        "'uri': the URL names a user");
  CHECK(tests::what_of([] { (void)plain_origin("https://a.test/ ", "server"); }) ==
        "'server': a blank or a control byte in the URL");
}

}  // namespace sase::protocol
