// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/subject_names.hpp"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstddef>
#include <memory>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace sase::authorize {

namespace {

/// More names than these make a message that nobody reads.
constexpr int most_names = 4;

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

struct FreeText {
  void operator()(unsigned char* text) const noexcept { OPENSSL_free(text); }
};

std::string text_of(const ASN1_STRING* string) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, string);
  if (size < 0) return {};
  const std::unique_ptr<unsigned char, FreeText> owner(utf8);
  return {reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size)};
}

std::string entry_of(const X509_NAME* name, int nid) {
  const int index = X509_NAME_get_index_by_NID(name, nid, -1);
  return index < 0 ? std::string() : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  const int family = ASN1_STRING_length(address) == sizeof(in_addr) ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != sizeof(in6_addr)) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* const written = inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
  return written == nullptr ? std::string() : written;
}

std::string text_of(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) return text_of(name.d.dNSName);
  if (name.type == GEN_IPADD) return address_text(name.d.iPAddress);
  return {};
}

}  // namespace

std::string display_name(const X509_NAME* name) {
  const std::string common = entry_of(name, NID_commonName);
  const std::string organisation = entry_of(name, NID_organizationName);
  if (common.empty()) return organisation.empty() ? "an unnamed authority" : organisation;
  return organisation.empty() || organisation == common ? common : common + " (" + organisation + ')';
}

std::string subject_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string list;
  int listed = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::string text = text_of(*sk_GENERAL_NAME_value(names.get(), i));
    if (text.empty()) continue;
    if (listed == most_names) return list + ", ...";
    list += (listed++ == 0 ? "" : ", ") + text;
  }
  return list.empty() ? display_name(X509_get_subject_name(certificate)) : list;
}

}  // namespace sase::authorize
