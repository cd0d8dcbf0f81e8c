// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/net/proxy_tunnel.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"
#include "tests/fuzz/wire.hpp"

#include <Poco/Exception.h>

namespace sase::fuzz {

namespace {

/// Whether the proxy let us through when so many bytes of its answer arrive at a time.
bool opens(std::string_view bytes, std::size_t piece) {
  static const auto proxy = protocol::ProxyUrl::parse("http://somebody:hunter2hunter2@proxy.test:3128");
  const auto wire = std::make_shared<Wire>(Wire{.said = bytes, .piece = piece});
  bool opened = false;
  try {
    const auto tunnel = authorize::open_tunnel(plain_socket(wire), proxy, {.name = "api.example.test"});
    opened = true;
  } catch (const authorize::FailedAttempt& failed) {
    check_outcome(failed.auth_error(), "hunter2hunter2");
  } catch (const Poco::Exception&) {
    opened = false;
  }
  const std::string_view heard = wire->heard;
  check(heard.starts_with("CONNECT api.example.test:443 HTTP/1.1\r\n"), "a proxy is asked for a tunnel");
  check(heard.find("\r\n\r\n") == heard.size() - 4, "a proxy is asked once and told no more");
  return opened;
}

}  // namespace

/// What a proxy answers to CONNECT.
void proxy_reply(std::string_view bytes) {
  const bool opened = opens(bytes, bytes.size() + 1);
  check(opened == opens(bytes, 3), "an answer is the same in however many pieces it comes");
  check(!opened || bytes.find('2') != std::string_view::npos, "only 2xx opens a tunnel");
}

}  // namespace sase::fuzz
