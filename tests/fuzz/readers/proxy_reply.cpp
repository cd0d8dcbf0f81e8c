// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/proxy.hpp"
#include "helper/network/report/progress.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"
#include "tests/fuzz/wire.hpp"

#include <Poco/Exception.h>

namespace sase::fuzz {

namespace {

/// Whether the tunnel is established if `piece` bytes of the response arrive at a time.
bool opens(std::string_view bytes, std::size_t piece) {
  static const auto proxy = protocol::ProxyUrl::parse("http://user:hunter2hunter2@proxy.test:3128");
  const auto wire = std::make_shared<Wire>(Wire{.sent = bytes, .piece = piece});
  bool opened = false;
  try {
    const auto tunnel = authorize::open_tunnel(plain_socket(wire), proxy, {.name = "api.example.test"});
    opened = true;
  } catch (const network::FailedAttempt& failed) {
    check_outcome(failed.auth_error(), "hunter2hunter2");
  } catch (const Poco::Exception&) {
    opened = false;
  }
  const std::string_view received = wire->received;
  check(received.starts_with("CONNECT api.example.test:443 HTTP/1.1\r\n"), "the request is CONNECT");
  check(received.find("\r\n\r\n") == received.size() - 4, "the proxy receives one request and nothing else");
  return opened;
}

}  // namespace

/// The response of a proxy to CONNECT.
void proxy_reply(std::string_view bytes) {
  const bool opened = opens(bytes, bytes.size() + 1);
  check(opened == opens(bytes, 3), "the result is the same regardless of how it is split into pieces");
  check(!opened || bytes.find('2') != std::string_view::npos, "only 2xx establishes a tunnel");
}

}  // namespace sase::fuzz
