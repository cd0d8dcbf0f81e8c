// SPDX-License-Identifier: Apache-2.0
#include "tests/support/etcd_cluster.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/shell_run.hpp"

#include <csignal>
#include <iostream>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::tests {

namespace {

/// The kernel gives the next one to the next caller, so a port stays free for a while.
int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  (void)::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
  (void)::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

pid_t spawn(const std::string& command) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
  ::_exit(127);
}

std::string url(int port) { return "https://127.0.0.1:" + std::to_string(port); }

}  // namespace

StoreCertificates::StoreCertificates() {
  const auto made = ShellRun{.script = "cd " + directory_.path() + R"( && umask 077 && exec 2>&1 &&
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 \
      -subj "/CN=Test authority" &&
    make() {
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr -subj "$2" &&
      printf "$3\n" >$1.ext &&
      openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $1.ext -out $1.pem
    } &&
    make member /O=Members "extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=IP:127.0.0.1" &&
    make client /O=Hosts extendedKeyUsage=clientAuth)"}
                        .run();
  if (!made || made->wait_status != 0)
    throw std::runtime_error(made ? made->output : "openssl takes too long");
}

bool has_etcd() {
  if (ShellRun{.script = "command -v etcd"}.run()->wait_status == 0) return true;
  std::cerr << "skipped: etcd is not installed (package etcd-server)\n";
  return false;
}

EtcdCluster::EtcdCluster(std::size_t size) {
  std::string cluster;
  for (std::size_t i = 0; i < size; ++i) {
    ports_.push_back(free_port());
    ports_.push_back(free_port());
    cluster += (i == 0 ? "m" : ",m") + std::to_string(i) + '=' + url(ports_.back());
  }
  const std::string files = "--cert-file=" + certificates_.path("member.pem") +
                            " --key-file=" + certificates_.path("member.key") +
                            " --trusted-ca-file=" + certificates_.ca() +
                            " --client-cert-auth --peer-cert-file=" + certificates_.path("member.pem") +
                            " --peer-key-file=" + certificates_.path("member.key") +
                            " --peer-trusted-ca-file=" + certificates_.ca() + " --peer-client-cert-auth";
  for (std::size_t i = 0; i < size; ++i) {
    const std::string name = 'm' + std::to_string(i);
    const std::string clients = url(ports_[2 * i]);
    const std::string peers = url(ports_[2 * i + 1]);
    members_.push_back(spawn("timeout --foreground 120 env GOMAXPROCS=1 etcd --name=" + name +
                             " --data-dir=" + data_.path(name) + " --listen-client-urls=" + clients +
                             " --advertise-client-urls=" + clients + " --listen-peer-urls=" + peers +
                             " --initial-advertise-peer-urls=" + peers + " --initial-cluster=" + cluster +
                             ' ' + files + " >" + data_.path("log") + name + " 2>&1"));
  }
}

EtcdCluster::~EtcdCluster() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    signal(i, SIGCONT);
    signal(i, SIGKILL);
    (void)::kill(members_[i], SIGKILL);
    (void)::waitpid(members_[i], nullptr, 0);
  }
}

std::vector<std::string> EtcdCluster::urls() const {
  std::vector<std::string> urls;
  for (std::size_t i = 0; i < members_.size(); ++i)
    urls.push_back(url(ports_[2 * i]));
  return urls;
}

void EtcdCluster::signal(std::size_t member, int number) const {
  // `timeout` is the parent of etcd.
  (void)ShellRun{.script = "pkill -" + std::to_string(number) + " -P " + std::to_string(members_[member])}
      .run();
}

}  // namespace sase::tests
