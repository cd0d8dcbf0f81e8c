#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks the architecture: which directory may include which, and which library is used where.
# usage: tests/layering.sh [--strict] [SOURCE_ROOT]     --strict ignores the list of known violations
set -u
strict=no
[ "${1-}" != --strict ] || { strict=yes && shift; }
cd "${1:-$(dirname "$0")/..}" || exit 2

# The directories, lowest first. A file may include files of its own directory and of those above it in this list.
# `helper` is its base (failure, clock, ...); `helper/main` stands for helper/main.cpp.
order='
  protocol
  protocol/git
  protocol/dialects
  protocol/authorize
  protocol/fleet
  helper/os
  helper/os/files
  helper/os/processes
  helper/os/keyring
  helper
  helper/config
  helper/api_key
  helper/cache
  helper/rate_limit
  helper/token
  helper/cli
  helper/diagnose
  helper/watch
  helper/commands
  helper/main
  helper/network/report
  helper/network/tls
  helper/network/net
  helper/network/http
  helper/network/self_sandbox
  helper/authorize/http
  helper/authorize/service
  helper/authorize
  helper/fleet/store
  helper/fleet/etcd
  helper/fleet
'

# Known violations, each with the number of lines that break the rule: it may shrink and must not grow.
not_yet='
'

broken=0
problems=$(mktemp)
trap 'rm -f "$problems"' EXIT

# report RULE SENTENCE: the lines of $problems break the rule unless the list above has that many.
report() {
  count=$(wc -l <"$problems")
  [ "$count" -gt 0 ] || return 0
  allowed=0
  [ "$strict" = yes ] || allowed=$(printf '%s' "$not_yet" | sed -n "s,^ *$1 \([0-9]*\)\$,\1,p")
  [ "$count" -gt "${allowed:-0}" ] || return 0
  broken=1
  printf 'layering: %s [%s %d]:\n' "$2" "$1" "$count" >&2
  cat "$problems" >&2
}

# ---- the order of directories

includes=$(grep -rnE --include='*.hpp' --include='*.cpp' '^ *# *include "' protocol helper)
edges=$(printf '%s\n' "$includes" | awk -v order="$order" '
  # The directory of a path as the list above has it.
  function directory(path) {
    if (path ~ /^helper\/main\./) return "helper/main"
    sub("/[^/]*$", "", path)
    return path
  }
  # The directory of a program with a network connection, or of what these share.
  function program(path) {
    return match(path, "^helper/(authorize|fleet|network)") ? substr(path, 1, RLENGTH) : ""
  }
  BEGIN { for (i = split(order, names, " "); i > 0; i--) rank[names[i]] = i }
  {
    file = $0; sub(":.*", "", file)
    target = $0; sub("^[^\"]*\"", "", target); sub("\".*", "", target)
    from = directory(file); to = directory(target)
    if (!(from in rank)) print "unlisted", from, to, $0
    else if (!(to in rank)) print "outside", from, to, $0
    else if (rank[to] > rank[from]) print "upward", from, to, $0
    else if (program(from) != "" && program(to) != program(from) && to !~ "^(protocol|helper/(network|os))(/|$)") print "shared", from, to, $0
  }')
# The columns of `edges`: what is wrong, the two directories, the line.
printf '%s\n' "$edges" | awk 'NF { print $1, $2, $3 }' | sort -u | while read -r kind from to; do
  printf '%s\n' "$edges" | sed -n "s,^$kind $from $to ,,p" >"$problems"
  case $kind in
    unlisted) report "include $from $to" "$from/ is not in the list of directories of tests/layering.sh" ;;
    outside) report "include $from $to" "$from/ includes $to/, which is not in the list of directories of tests/layering.sh" ;;
    upward) report "include $from $to" "$from/ is below $to/ and must not include it" ;;
    shared) report "include $from $to" "a program with a network connection shares only protocol/, helper/os/ and helper/network/" ;;
  esac
  [ "$broken" = 0 ]
done || broken=1

# ---- libraries and the operating system

# forbid RULE SENTENCE PATTERN [PATH_PREFIX...]: no line of a source file may match, except below the prefixes.
forbid() {
  rule=$1 sentence=$2 pattern=$3
  shift 3
  allowed_paths=$(IFS='|' && echo "$*")
  grep -rnE --include='*.hpp' --include='*.cpp' "$pattern" protocol helper |
    grep -vE "^(${allowed_paths:-nothing}|nothing:)" >"$problems"
  report "$rule" "$sentence"
}

posix='(arpa/.*|dirent|fcntl|grp|ifaddrs|linux/.*|net/.*|netdb|netinet/.*|poll|pthread|pwd|sched|signal|spawn|sys/.*|termios|time|unistd|wait)\.h'

# inet_pton(3) only parses; it opens nothing.
address_parser='protocol/host\.cpp:[0-9]+:#include <arpa/inet\.h>'

# mmap(2) and mlock(2) are for the memory of secrets.
secret_memory='protocol/secret\.cpp:[0-9]+:#include <sys/mman\.h>'

forbid protocol 'protocol/ opens no file, socket, clock or environment' \
  "#include <(fstream|iostream|filesystem|thread|cstdlib|csignal|ctime|$posix)>|_clock::now|getenv" helper/ \
  "$address_parser" "$secret_memory"
forbid tests 'the programs do not include tests/' '#include "tests/'
forbid poco 'POCO is used in helper/network/, helper/authorize/ and helper/fleet/ only' '#include [<"]Poco/' \
  helper/network/ helper/authorize/ helper/fleet/
forbid openssl 'OpenSSL is used in helper/network/ only' '#include <openssl/' helper/network/
forbid streams 'the front is built without streams: they cost more than a cached token' \
  '#include <(iostream|fstream|sstream|filesystem)>' protocol/ helper/network/ helper/authorize/ helper/fleet/
forbid getenv 'the environment is read by helper/main.cpp only' 'getenv|\benviron;' helper/main.cpp \
  helper/authorize/main.cpp helper/fleet/main.cpp
forbid fleet_key 'helper/fleet/ connects to the store and never sees an API key' 'api_?key' protocol/ helper/[^f]
forbid fleet_decryption 'helper/fleet/ and helper/network/ use no libsodium: the program for the store never decrypts' \
  '#include <sodium' protocol/ helper/[^fn]
forbid console 'ConsoleCertificateHandler of POCO writes to stdout, which carries the reply' 'ConsoleCertificateHandler'
forbid keyutils 'the kernel keyring is used in helper/os/ only' '#include <(keyutils|linux/keyctl)\.h>' helper/os/
forbid fork 'processes are started in helper/os/processes/child_process.cpp only, which locks secrets in memory again' \
  '(^|[^_.>[:alnum:]])(v?fork|clone3?|posix_spawnp?|popen|system|daemon|forkpty)\(([^0-9]|$)|SYS_(v?fork|clone)' helper/os/processes/child_process.cpp
forbid boost 'Boost.Program_options is used in helper/cli/ only' '#include <boost/' helper/cli/
forbid json 'nlohmann/json is used in helper/diagnose/ and protocol/json_object.cpp only' '#include <nlohmann/' \
  helper/diagnose/ protocol/json_object.cpp
# Files of the kernel need no check: no user can replace them. read_file() is checked where it is called.
opening='(^|[^A-Za-z_>])::(open|openat|creat)\(|\bf(re)?open\(|[io]fstream|std::filesystem::|os::read_file\('
opening="$opening|BIO_new_file|SSL_CTX_(load_verify|use_[A-Za-z_]*_file)|X509_(load_|LOOKUP_(load|add))"
grep -rnE --include='*.hpp' --include='*.cpp' "$opening" protocol helper |
  grep -vE '^helper/os/(files/|fd\.cpp:)|\("/(dev|proc)/' >"$problems"
report trust 'files are opened by open_trusted_file() or PrivateDirectory, which apply the trust rule'
# Sockets and the kernel's own interfaces have no counterpart in helper/os/, which both programs share.
users=$(grep -rnE --include='*.hpp' --include='*.cpp' "^[^/]*\berrno\b|#include <(cerrno|csignal|ctime|$posix)>" helper protocol |
  grep -vE "^(helper/(os|network/(net|self_sandbox))/|$address_parser|$secret_memory)")
for directory in $(printf '%s\n' "$users" | sed 's,/[^/]*:.*,,' | sort -u); do
  printf '%s\n' "$users" | grep -E "^$directory/[^/]*:" >"$problems"
  report "posix $directory" 'errno and POSIX headers occur in helper/os/ only'
done
exit "$broken"
