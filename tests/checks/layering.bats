#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/layering.sh reports each kind of violation. Each test adds one line to a copy of the tree.

bats_require_minimum_version 1.5.0

setup() {
  root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  violations=0 files=() sentences=()
  cp -R "$root/protocol" "$root/helper" "$BATS_TEST_TMPDIR/"
}

# violation FILE LINE SENTENCE: adds a file with the line beside FILE; expect_reported then looks for both.
violation() {
  local file=${1%/*}/violation$((++violations)).${1##*.}
  mkdir -p "$BATS_TEST_TMPDIR/${1%/*}"
  printf '%s\n' "$2" >"$BATS_TEST_TMPDIR/$file"
  files+=("$file:1:$2") sentences+=("$3")
}

expect_reported() {
  local i block
  run "$root/tests/layering.sh" "$BATS_TEST_TMPDIR"
  [ "$status" -eq 1 ] || { echo "expected exit code 1, got $status" >&2 && return 1; }
  for i in "${!files[@]}"; do
    # The lines below the sentence, up to the next sentence.
    block=$(awk -v sentence="layering: ${sentences[i]} [" '/^layering: /{ found = index($0, sentence) == 1 } found' <<<"$output")
    [[ $block == *"${files[i]}"* ]] || { echo "expected '${sentences[i]}' for ${files[i]}, got: $output" >&2 && return 1; }
  done
}

# accepted FILE LINE
accepted() { printf '%s\n' "$2" >"$BATS_TEST_TMPDIR/${1%/*}/accepted$((++violations)).${1##*.}"; }

@test "accepts the tree" {
  "$root/tests/layering.sh" "$BATS_TEST_TMPDIR"
}

@test "accepts an include of a lower directory, and of the same one" {
  accepted protocol/git/x.cpp '#include "protocol/secret.hpp"'
  accepted helper/config/x.cpp '#include "helper/failure.hpp"'
  accepted helper/commands/x.cpp '#include "helper/commands/command.hpp"'
  accepted helper/authorize/x.cpp '#include <Poco/Net/Context.h>'
  accepted helper/os/files/x.cpp '#include <cerrno>'
  "$root/tests/layering.sh" "$BATS_TEST_TMPDIR"
}

@test "rejects an include of a higher directory" {
  violation protocol/x.hpp '#include "helper/failure.hpp"' 'protocol/ is below helper/ and must not include it'
  violation protocol/x.cpp '#include "protocol/git/credential.hpp"' 'protocol/ is below protocol/git/ and must not include it'
  violation helper/os/x.cpp '#include "helper/failure.hpp"' 'helper/os/ is below helper/ and must not include it'
  violation helper/x.cpp '#include "helper/config/profile.hpp"' 'helper/ is below helper/config/ and must not include it'
  violation helper/cache/x.cpp '#include "helper/token/provider.hpp"' \
    'helper/cache/ is below helper/token/ and must not include it'
  violation helper/token/x.hpp '#include "helper/commands/command.hpp"' \
    'helper/token/ is below helper/commands/ and must not include it'
  violation helper/watch/x.cpp '#include "helper/commands/commands.hpp"' \
    'helper/watch/ is below helper/commands/ and must not include it'
  expect_reported
}

@test "rejects an include of the authorizer in the front" {
  violation helper/commands/x.cpp '#include "helper/authorize/authorizer.hpp"' \
    'helper/commands/ is below helper/authorize/ and must not include it'
  expect_reported
}

@test "rejects an include of the front in the authorizer" {
  violation helper/authorize/x.cpp '#include "helper/cache/token_cache.hpp"' \
    'a program with a network connection shares only protocol/, helper/os/ and helper/network/'
  violation helper/authorize/x.cpp '#include "helper/failure.hpp"' \
    'a program with a network connection shares only protocol/, helper/os/ and helper/network/'
  expect_reported
}

@test "rejects an include of one program with a network connection in another, and an API key in the fleet" {
  local sentence='a program with a network connection shares only protocol/, helper/os/ and helper/network/'
  violation helper/fleet/x.cpp '#include "helper/authorize/authorizer.hpp"' "$sentence"
  violation helper/fleet/x.cpp '#include "helper/cache/token_cache.hpp"' "$sentence"
  violation helper/network/tls/x.cpp '#include "helper/failure.hpp"' "$sentence"
  violation helper/fleet/x.cpp 'request.api_key.reveal();' 'helper/fleet/ connects to the store and never sees an API key'
  expect_reported
}

@test "rejects a directory that is not in its list" {
  violation helper/utilities/x.cpp '#include "protocol/secret.hpp"' \
    'helper/utilities/ is not in the list of directories of tests/layering.sh'
  violation helper/config/x.cpp '#include "somewhere/else.hpp"' \
    'helper/config/ includes somewhere/, which is not in the list of directories of tests/layering.sh'
  expect_reported
}

@test "rejects an include of tests/ in the programs" {
  violation helper/token/x.cpp '#include "tests/support/expect.hpp"' 'the programs do not include tests/'
  expect_reported
}

@test "rejects files, sockets, clocks and the environment in protocol/" {
  local sentence='protocol/ opens no file, socket, clock or environment' line
  for line in '#include <fstream>' '#include <sys/socket.h>' '#include <thread>' 'auto now = std::chrono::system_clock::now();' \
    'getenv("HOME");'; do
    violation protocol/dialects/x.cpp "$line" "$sentence"
  done
  expect_reported
}

@test "rejects a library outside its directory" {
  violation helper/token/x.cpp '#include <Poco/URI.h>' 'POCO is used in helper/network/, helper/authorize/ and helper/fleet/ only'
  violation helper/cache/x.cpp '#include <openssl/evp.h>' 'OpenSSL is used in helper/network/ only'
  violation helper/fleet/etcd/x.cpp '#include <sodium.h>' \
    'helper/fleet/ and helper/network/ use no libsodium: the program for the store never decrypts'
  violation helper/commands/x.cpp '#include <boost/program_options.hpp>' 'Boost.Program_options is used in helper/cli/ only'
  violation protocol/x.cpp '#include <nlohmann/json.hpp>' \
    'nlohmann/json is used in helper/diagnose/ and protocol/json_object.cpp only'
  violation helper/cache/x.cpp '#include <keyutils.h>' 'the kernel keyring is used in helper/os/ only'
  violation helper/authorize/http/x.cpp 'new Poco::Net::ConsoleCertificateHandler(false);' \
    'ConsoleCertificateHandler of POCO writes to stdout, which carries the reply'
  expect_reported
}

@test "rejects a file that is opened without the trust rule" {
  local sentence='files are opened by open_trusted_file() or PrivateDirectory, which apply the trust rule' line
  for line in 'int fd = ::open(path, O_RDONLY);' 'Fd file(::openat(directory, name, O_RDONLY));' \
    'std::ifstream file(path);' 'auto file = fopen(path, "r");' \
    'std::filesystem::exists(path);' 'os::read_file(path, buffer);' 'SSL_CTX_load_verify_file(context, path);' \
    'SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM);'; do
    violation helper/network/tls/x.cpp "$line" "$sentence"
    violation helper/config/x.cpp "$line" "$sentence"
  done
  accepted helper/os/files/x.cpp 'int fd = ::open(path, O_RDONLY);'
  accepted helper/os/processes/x.cpp 'int fd = ::open("/dev/null", O_RDONLY);'
  accepted helper/x.cpp 'os::read_file("/proc/version", text);'
  accepted helper/cache/x.cpp 'const auto directory = os::PrivateDirectory::open(path);'
  expect_reported
}

@test "rejects streams in the front" {
  violation helper/diagnose/x.cpp '#include <sstream>' \
    'the front is built without streams: they cost more than a cached token'
  expect_reported
}

@test "rejects a process whose secrets are not locked again" {
  local sentence='processes are started in helper/os/processes/child_process.cpp only, which locks secrets in memory again' line
  for line in 'const pid_t child = ::fork();' 'if (vfork() == 0) return;' '::posix_spawn(&child, path, nullptr, nullptr, argv, environ);'     'std::system("true");' '::syscall(SYS_clone3, &arguments, sizeof arguments);'; do
    violation helper/os/processes/x.cpp "$line" "$sentence"
  done
  accepted helper/os/processes/x.hpp '/// As after fork(2).'
  expect_reported
}

@test "rejects a second reader of the environment" {
  violation helper/config/x.cpp 'std::getenv("HOME");' 'the environment is read by helper/main.cpp only'
  violation helper/authorize/x.cpp 'std::getenv("HOME");' 'the environment is read by helper/main.cpp only'
  expect_reported
}

@test "rejects errno and POSIX headers outside helper/os/" {
  local sentence='errno and POSIX headers occur in helper/os/ only' line
  for line in '#include <cerrno>' '#include <fcntl.h>' '#include <sys/stat.h>' 'if (errno == EINTR) return;'; do
    violation helper/rate_limit/x.cpp "$line" "$sentence"
  done
  violation helper/x.cpp '#include <unistd.h>' "$sentence"
  expect_reported
}
