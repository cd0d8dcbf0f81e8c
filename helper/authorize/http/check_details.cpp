// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/check_details.hpp"

#include "helper/authorize/tls/tls_failure.hpp"
#include "protocol/time.hpp"

#include <Poco/Net/SocketAddress.h>

namespace sase::authorize {

namespace {

using protocol::CheckId;
using std::chrono::sys_seconds;

constexpr std::chrono::hours day{24};

/// `12 days left`, `ended 3 days ago`.
std::string describe_time_left(std::chrono::seconds rest) {
  const auto days = std::chrono::abs(rest) / day;
  const std::string text = std::to_string(days) + (days == 1 ? " day" : " days");
  return rest.count() < 0 ? "ended " + text + " ago" : text + " left";
}

}  // namespace

std::string describe_addresses(const protocol::Host& host,
                               const std::vector<Poco::Net::SocketAddress>& addresses) {
  if (host.is_address()) return host.bare_name() + " is an address";
  std::string text = host.bare_name() + " resolves to ";
  for (const auto& address : addresses)
    text += (&address == &addresses.front() ? "" : ", ") + address.host().toString();
  return text;
}

std::string describe_no_proxy(const protocol::AuthorizeRequest& request, const protocol::Host& host) {
  return request.proxy.empty() ? "none is set"
                               : "not used for '" + host.authority() + "' because of no-proxy";
}

std::string describe_tunnel(const protocol::ProxyUrl& proxy, const protocol::Host& host) {
  return "tunnel through '" + proxy.host.authority() + "' established to '" + host.authority() + '\'' +
         (proxy.has_credentials ? ", with user name and password" : "");
}

std::string describe_tls(const TlsSession& session, sys_seconds now) {
  const auto end = session.end();
  return session.describe() + ", valid until " + format_time(end) +
         (end ? " (" + describe_time_left(*end - now) + ')' : std::string());
}

void report_tls(Progress& progress, const TlsSession& session) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto end = session.end();
  if (end && *end - now < short_validity)
    progress.warned(
        CheckId::tls, describe_tls(session, now),
        "the operator of the service, or of the proxy that intercepts TLS, must renew the certificate");
  else
    progress.passed(CheckId::tls, [&] { return describe_tls(session, now); });
}

void report_clock(Progress& progress, std::string_view date, sys_seconds now) {
  const auto service_time = protocol::parse_http_date(date);
  if (!service_time) {
    progress.warned(CheckId::clock, "the response of the service has no valid Date", "");
    return;
  }
  const auto difference = now - *service_time;
  const std::string text = protocol::describe_duration(std::chrono::abs(difference)) +
                           (difference.count() < 0 ? " behind" : " ahead of");
  if (difference <= most_difference && -difference <= most_difference)
    progress.passed(CheckId::clock, [&] {
      return difference.count() == 0 ? "the same as the service's"
                                     : "this machine's is " + text + " the service's";
    });
  else
    progress.failed(CheckId::clock, protocol::ErrorKind::misconfigured,
                    "this machine's clock is " + text + " the service's: it says " + format_time(now) +
                        ", and the service " + format_time(*service_time),
                    "set this machine's clock, as with: timedatectl set-ntp true");
}

}  // namespace sase::authorize
