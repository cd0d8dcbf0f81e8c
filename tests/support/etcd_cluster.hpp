// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/temporary_directory.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace sase::tests {

/// Certificates for 127.0.0.1 of an authority of their own, made by openssl(1).
class StoreCertificates {
 public:
  StoreCertificates();

  [[nodiscard]] std::string path(std::string_view name) const { return directory_.path(name); }
  [[nodiscard]] std::string ca() const { return path("ca.pem"); }

 private:
  TemporaryDirectory directory_;
};

/// Whether etcd is installed; without it, a message says what is skipped.
[[nodiscard]] bool has_etcd();

/// Members of etcd on loopback that accept clients with a certificate. They end with this object, and at the
/// latest after two minutes.
class EtcdCluster {
 public:
  explicit EtcdCluster(std::size_t size);
  EtcdCluster(const EtcdCluster&) = delete;
  EtcdCluster& operator=(const EtcdCluster&) = delete;
  ~EtcdCluster();

  [[nodiscard]] std::vector<std::string> urls() const;
  [[nodiscard]] const StoreCertificates& certificates() const noexcept { return certificates_; }

  /// Sends a signal to a member.
  void signal(std::size_t member, int number) const;

 private:
  StoreCertificates certificates_;
  TemporaryDirectory data_;
  std::vector<int> ports_;  ///< two per member: clients, other members
  std::vector<pid_t> members_;
};

}  // namespace sase::tests
