// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/options.hpp"
#include "tests/sandbox/service.hpp"
#include "tests/sandbox/state_directory.hpp"

#include <cstdint>
#include <memory>

namespace sase::sandbox {

/// The HTTPS server around a service. It listens from construction to destruction, on threads of its own.
class Server {
 public:
  /// The certificate must be in `directory` already; `directory` and `service` must outlive this.
  /// Throws Poco::Exception when the address cannot be had.
  Server(const Options& options, const StateDirectory& directory, Service& service);

  /// Ends every exchange, however far it is, and all threads.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sase::sandbox
