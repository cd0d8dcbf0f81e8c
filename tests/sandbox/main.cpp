// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/certificate_authority.hpp"
#include "tests/sandbox/options.hpp"
#include "tests/sandbox/server.hpp"
#include "tests/sandbox/service.hpp"
#include "tests/sandbox/state_directory.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/SSLManager.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// sase-sandbox: a local HTTPS stand-in for the Check Point SASE API. `run` composes it.

namespace {

using sase::sandbox::StateDirectory;

enum ExitCode { done = 0, failed = 1, usage = 2 };

/// The signals that `serve` waits for. They are blocked in each thread, so that only sigwait() receives them.
sigset_t awaited_signals() {
  sigset_t signals{};
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1})
    sigaddset(&signals, signal);
  return signals;
}

void prepare_process() {
  ::umask(077);
  // A peer that disconnects early must not kill the server.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  const sigset_t signals = awaited_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Each of a thousand connections is a descriptor; the usual soft limit is 1,024.
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
  }
}

/// Initializes POCO's global TLS state, and releases it in the destructor.
class TlsLibrary {
 public:
  TlsLibrary() { Poco::Net::initializeSSL(); }
  TlsLibrary(const TlsLibrary&) = delete;
  TlsLibrary& operator=(const TlsLibrary&) = delete;
  ~TlsLibrary() { Poco::Net::uninitializeSSL(); }
};

/// The files `url` and `pid`, which exist while the sandbox runs.
class Announcement {
 public:
  Announcement(const StateDirectory& directory, const std::string& url) : directory_(directory) {
    directory_.write("pid", std::to_string(::getpid()) + "\n");
    directory_.write("url", url + "\n");
  }
  Announcement(const Announcement&) = delete;
  Announcement& operator=(const Announcement&) = delete;
  ~Announcement() {
    directory_.remove("url");
    directory_.remove("pid");
  }

 private:
  const StateDirectory& directory_;
};

void wait_for_termination(sase::sandbox::Service& service) {
  const sigset_t signals = awaited_signals();
  for (;;) {
    int signal = 0;
    ::sigwait(&signals, &signal);
    if (signal != SIGUSR1) return;
    // With reset=accept, no connection could clear the faults.
    service.faults().clear();
  }
}

void serve(const sase::sandbox::Options& options) {
  const StateDirectory directory(options.state);
  const sase::sandbox::DirectoryLock lock(directory);
  // A client that waits for `url` must not read the file of a killed sandbox.
  directory.remove("url");
  sase::sandbox::issue_certificate(directory, options.certificate, options.names);
  const TlsLibrary tls;
  sase::sandbox::Service service(directory, options.lifetime);
  service.faults().replace(options.faults);
  const sase::sandbox::Server server(options, directory, service);
  const std::string url = "https://localhost:" + std::to_string(server.port());
  const Announcement announcement(directory, url);
  std::cout << "sase-sandbox: listening on " << url << " (state in " << directory.path().string() << ")"
            << std::endl;
  wait_for_termination(service);
}

int report(ExitCode code, const std::string& what) {
  std::cerr << "sase-sandbox: " << what << "\n";
  return code;
}

int run(int argc, const char* const* argv) {
  std::string information;
  const auto options = sase::sandbox::parse_options(argc, argv, information);
  if (!options) {
    std::cout << information;
    return done;
  }
  prepare_process();
  serve(*options);
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const sase::sandbox::BadUsage& bad) {
    report(usage, bad.what());
    return report(usage, "hint: see 'sase-sandbox --help'");
  } catch (const Poco::Exception& error) {
    return report(failed, error.displayText());
  } catch (const std::exception& error) {
    return report(failed, error.what());
  }
}
