// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/check_details.hpp"

#include "helper/authorize/net/endpoint.hpp"
#include "helper/authorize/tls/certificate_time.hpp"
#include "protocol/time.hpp"

#include <Poco/Net/SocketAddress.h>

namespace sase::authorize {

namespace {

using protocol::CheckId;
using std::chrono::sys_seconds;

constexpr std::chrono::hours day{24};

sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string count_days(std::chrono::seconds duration) {
  const auto days = duration / day;
  return std::to_string(days) + (days == 1 ? " day" : " days");
}

/// `12 days left`, `ended 3 days ago`.
std::string describe_rest(std::chrono::seconds rest) {
  return rest.count() < 0 ? "ended " + count_days(-rest) + " ago" : count_days(rest) + " left";
}

}  // namespace

std::string describe_addresses(const protocol::Host& host,
                               const std::vector<Poco::Net::SocketAddress>& addresses) {
  if (host.is_address()) return host.bare_name() + " is an address";
  std::string words = host.bare_name() + " is ";
  for (const auto& address : addresses)
    words += (&address == &addresses.front() ? "" : ", ") + address.host().toString();
  return words;
}

std::string describe_no_proxy(const protocol::AuthorizeRequest& request, const protocol::Host& host) {
  return request.proxy.empty() ? "none is set" : "not for '" + host.authority() + "', says no-proxy";
}

std::string describe_tunnel(const protocol::ProxyUrl& proxy, const protocol::Host& host) {
  return "'" + proxy.host.authority() + "' opened the way to '" + host.authority() + '\'' +
         (proxy.has_credentials ? ", with user name and password" : "");
}

std::string describe_tls(const TlsSession& session, sys_seconds now) {
  const auto end = session.end();
  return session.describe() + ", valid until " + show(end) +
         (end ? " (" + describe_rest(*end - now) + ')' : std::string());
}

void report_tls(CheckReport& report, const TlsSession& session) {
  const auto now = wall_clock();
  const auto end = session.end();
  if (end && *end - now < short_validity)
    report.warns(CheckId::tls, describe_tls(session, now),
                 "the certificate ends soon: whoever runs the service, or the proxy that speaks for it, must "
                 "renew it");
  else
    report.holds(CheckId::tls, describe_tls(session, now));
}

void report_clock(CheckReport& report, std::string_view date, sys_seconds now) {
  const auto theirs = protocol::parse_http_date(date);
  if (!theirs) {
    report.warns(CheckId::clock, "the service does not say what time it is", "");
    return;
  }
  const auto difference = now - *theirs;
  const std::string words = protocol::describe_duration(std::chrono::abs(difference)) +
                            (difference.count() < 0 ? " behind" : " ahead of");
  if (difference <= most_difference && -difference <= most_difference)
    report.holds(CheckId::clock, difference.count() == 0 ? "the same as the service's"
                                                         : "this machine's is " + words + " the service's");
  else
    report.fails(CheckId::clock, protocol::ErrorKind::misconfigured,
                 "this machine's clock is " + words + " the service's: it says " + show(now) +
                     ", and the service " + show(*theirs),
                 "set this machine's clock, as with: timedatectl set-ntp true");
}

}  // namespace sase::authorize
