// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/options.hpp"
#include "tests/sandbox/service.hpp"
#include "tests/sandbox/state_directory.hpp"

#include <cstdint>
#include <memory>

namespace sase::sandbox {

/// The HTTPS server for a Service. It listens from construction to destruction, on its own threads.
class Server {
 public:
  /// The certificate must be in `directory` already; `directory` and `service` must outlive this.
  /// Throws Poco::Exception if the address cannot be bound.
  Server(const Options& options, const StateDirectory& directory, Service& service);

  /// Aborts all exchanges and joins all threads.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sase::sandbox
