// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "helper/authorize/report/check_report.hpp"
#include "helper/authorize/report/progress.hpp"
#include "helper/authorize/timing.hpp"
#include "protocol/authorize/exchange.hpp"

namespace sase::authorize {

/// Tries the chain to the service link by link, each once: never more than one request for a token.
class ConnectivityProbe {
 public:
  /// All must outlive this. `progress` writes into `report`.
  ConnectivityProbe(Transport& transport, Timing& timing, Progress& progress, CheckReport& report) noexcept
      : transport_(transport), timing_(timing), progress_(progress), report_(report) {}

  /// The usual outcome beside all links. A token that was given is the outcome, whatever comes after it.
  [[nodiscard]] protocol::AuthorizeReply run(const protocol::AuthorizeRequest& request);

 private:
  [[nodiscard]] protocol::AuthorizeReply reach();
  [[nodiscard]] protocol::AuthorizeReply ask(const protocol::AuthorizeRequest& request);
  void read(std::string_view url, const protocol::BearerToken& token);

  Transport& transport_;
  Timing& timing_;
  Progress& progress_;
  CheckReport& report_;
};

/// The reply of a probe that `denied` has ended; with the token, if one was given before that.
[[nodiscard]] protocol::AuthorizeReply broken_off(protocol::AuthError auth_error, const Progress& progress,
                                                  CheckReport& report);

/// What the answer to a read call comes to, as the link `read` of `report`. Nothing of its body is shown.
void report_read(CheckReport& report, const HttpReply& reply);

}  // namespace sase::authorize
