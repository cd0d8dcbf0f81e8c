// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/identity.hpp"

#include "helper/cache/digest.hpp"

#include <sodium.h>

#include <cstddef>
#include <span>

namespace sase::cache {

namespace {

constexpr std::size_t sealing_key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t fingerprint_size = 32;
constexpr std::size_t name_bytes = 16;

constexpr std::string_view key_purpose = "sase-cred-key-v1";
constexpr std::string_view identity_purpose = "sase-cred-id--v1";
static_assert(key_purpose.size() == crypto_generichash_blake2b_PERSONALBYTES);
static_assert(identity_purpose.size() == crypto_generichash_blake2b_PERSONALBYTES);

}  // namespace

Identity::Identity(std::string_view profile, std::string_view authorize_url, std::string_view api_key)
    : sealing_key_(protocol::Secret::with_capacity(sealing_key_size + fingerprint_size)),
      file_stem_(profile) {
  // 64 bytes of hash: the first half seals, the second is the fingerprint. Neither half tells the other.
  constexpr std::size_t both = sealing_key_size + fingerprint_size;
  Digest key_digest(key_purpose, both);
  key_digest.add(api_key);
  key_digest.finish({reinterpret_cast<unsigned char*>(sealing_key_.room(both).data()), both});
  sealing_key_.commit(both);

  Digest identity_digest(identity_purpose, size);
  identity_digest.add(profile);
  identity_digest.add(authorize_url);
  identity_digest.add(sealing_key_.reveal().substr(sealing_key_size));
  identity_digest.finish(bytes_);
  sealing_key_.shrink(sealing_key_size);

  file_stem_ += '@';
  append_hexadecimal(file_stem_, std::span(bytes_).first(name_bytes));
}

}  // namespace sase::cache
