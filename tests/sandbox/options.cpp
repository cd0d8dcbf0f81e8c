// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/options.hpp"

#include "tests/sandbox/fault_grammar.hpp"
#include "tests/sandbox/option_value.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <string_view>
#include <utility>

namespace sase::sandbox {

namespace {

namespace po = boost::program_options;

constexpr std::array<std::pair<std::string_view, CertificateKind>, 5> certificates{
    {{"good", CertificateKind::good},
     {"expired", CertificateKind::expired},
     {"wrong-name", CertificateKind::wrong_name},
     {"self-signed", CertificateKind::self_signed},
     {"not-yet", CertificateKind::not_yet}}};

constexpr std::array<std::pair<std::string_view, TlsVersion>, 3> tls_versions{
    {{"1.1", TlsVersion::v1_1}, {"1.2", TlsVersion::v1_2}, {"1.3", TlsVersion::v1_3}}};

po::options_description description() {
  po::options_description options("Options");
  options.add_options()  //
      ("state", po::value<std::string>(),
       "directory for ca.pem, api-key, url and pid; created if necessary (required)")             //
      ("address", po::value<std::string>()->default_value("127.0.0.1"), "address to listen on")   //
      ("port", po::value<int>()->default_value(8443), "port to listen on; 0 selects a free one")  //
      ("lifetime", po::value<std::string>()->default_value("60m"), "lifetime of access tokens")   //
      ("certificate", po::value<std::string>()->default_value("good"),
       "good|expired|wrong-name|self-signed|not-yet")                                                 //
      ("tls-max", po::value<std::string>()->default_value("1.3"), "newest TLS version: 1.1|1.2|1.3")  //
      ("name", po::value<std::vector<std::string>>()->composing(),
       "further name or address in the certificate")                                                      //
      ("fault", po::value<std::vector<std::string>>()->composing(), "NAME=VALUE, see below; repeatable")  //
      ("threads", po::value<int>()->default_value(64), "requests served at the same time")                //
      ("help", "show this text and exit")                                                                 //
      ("version", "show the version and exit");
  return options;
}

std::string help_text() {
  std::ostringstream text;
  text << "Usage: sase-sandbox --state DIR [OPTION]...\n"
          "A local HTTPS stand-in for the Check Point SASE API, for trying out and for tests.\n\n"
       << description()
       << "\nFaults, set with --fault or with POST /sandbox/faults (one per line; replaces all):\n"
       << fault_help() << "\nDurations: 250ms, 90s, 5m, 1h, 1d. SIGUSR1 clears all faults.\n";
  return text.str();
}

std::string version_text() {
#ifdef SASE_VERSION
  return "sase-sandbox " SASE_VERSION "\n";
#else
  return "sase-sandbox (unversioned)\n";
#endif
}

template <typename Value, std::size_t size>
Value choice(const po::variables_map& given, const char* option,
             const std::array<std::pair<std::string_view, Value>, size>& choices) {
  const auto wanted = given[option].as<std::string>();
  for (const auto& [name, value] : choices) {
    if (name == wanted) return value;
  }
  std::string known;
  for (const auto& [name, value] : choices)
    known.append(known.empty() ? "" : "|").append(name);
  throw BadUsage(std::string("--").append(option) + " has no value '" + wanted + "'; allowed: " + known +
                 suggestion(known, wanted));
}

int number(const po::variables_map& given, const char* option, int least, int most) {
  const int value = given[option].as<int>();
  if (value < least || value > most) {
    throw BadUsage(std::string("--").append(option) + " must be " + std::to_string(least) + " to " +
                   std::to_string(most));
  }
  return value;
}

std::chrono::milliseconds lifetime(const po::variables_map& given) {
  const auto parsed = parse_duration(given["lifetime"].as<std::string>());
  if (!parsed) throw BadUsage("--lifetime must be a duration such as 90s or 60m");
  return *parsed;
}

std::vector<std::string> list(const po::variables_map& given, const char* option) {
  return given.count(option) == 0 ? std::vector<std::string>{} : given[option].as<std::vector<std::string>>();
}

std::vector<std::string> names(const po::variables_map& given) {
  std::vector<std::string> names = list(given, "name");
  for (const std::string& name : names) {
    // A comma or line end would add further entries to the certificate.
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '*' || c == '_';
    });
    if (name.empty() || !plain) throw BadUsage("--name must be a host name or an address");
  }
  return names;
}

std::vector<std::string> faults(const po::variables_map& given) {
  std::vector<std::string> settings = list(given, "fault");
  try {
    static_cast<void>(parse_faults(settings));
  } catch (const BadFault& bad) {
    throw BadUsage(bad.what());
  }
  return settings;
}

Options to_options(const po::variables_map& given) {
  if (given.count("state") == 0 || given["state"].as<std::string>().empty())
    throw BadUsage("--state DIR is required");
  return {.state = given["state"].as<std::string>(),
          .address = given["address"].as<std::string>(),
          .port = static_cast<std::uint16_t>(number(given, "port", 0, 65535)),
          .lifetime = lifetime(given),
          .certificate = choice(given, "certificate", certificates),
          .tls_max = choice(given, "tls-max", tls_versions),
          .names = names(given),
          .faults = faults(given),
          .threads = number(given, "threads", 1, 4096)};
}

po::variables_map parse(int argc, const char* const* argv) {
  try {
    po::variables_map given;
    // No positional arguments, and no abbreviated names: scripts would depend on them.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::positional_options_description none;
    po::store(po::command_line_parser(argc, argv).options(description()).positional(none).style(style).run(),
              given);
    return given;
  } catch (const po::error& error) {
    throw BadUsage(error.what());
  }
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv, std::string& information) {
  const po::variables_map given = parse(argc, argv);
  if (given.count("help") != 0) {
    information = help_text();
    return std::nullopt;
  }
  if (given.count("version") != 0) {
    information = version_text();
    return std::nullopt;
  }
  return to_options(given);
}

}  // namespace sase::sandbox
