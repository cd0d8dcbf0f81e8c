#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The arrows of the architecture, checked: tests -> helper -> protocol -> the language's own library.
# usage: tests/layering.sh [SOURCE_ROOT]
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2
broken=0

# forbid SENTENCE PATTERN DIRECTORY...: no line of a source file in the directories may match.
forbid() {
  sentence=$1 pattern=$2
  shift 2
  found=$(grep -rnE --include='*.hpp' --include='*.cpp' "$pattern" "$@")
  [ -z "$found" ] && return
  broken=1
  printf 'layering: %s:\n%s\n' "$sentence" "$found" >&2
}

front='helper/api_key helper/cache helper/cli helper/commands helper/config helper/diagnose helper/os helper/rate_limit
  helper/token helper/watch'
front_files=$(ls helper/*.hpp helper/*.cpp)
posix_headers='(fcntl|unistd|poll|time|dirent|signal|spawn|sys/.*|netinet/.*|arpa/.*|netdb)\.h|csignal|ctime'

forbid 'protocol/ opens no file, socket, clock or environment' \
  "#include <(fstream|iostream|filesystem|thread|cstdlib|$posix_headers)>|_clock::now|getenv" protocol
forbid 'protocol/ knows nothing of helper/ or tests/' '#include "(helper|tests)/' protocol
forbid 'the programs know nothing of the tests' '#include "tests/' protocol helper
forbid 'POCO is known to helper/authorize/ and tests/ alone' '#include [<"]Poco/' protocol $front $front_files
forbid 'the front and the authorizer share protocol/ and os/ alone' '#include "helper/authorize/' protocol $front $front_files
forbid 'the authorizer knows nothing of cache, keys, policy and profiles' \
  '#include "helper/(api_key|cache|cli|commands|config|diagnose|rate_limit|token|watch)/' helper/authorize
forbid 'the front is built without streams: they cost more than a cached answer' \
  '#include <(iostream|fstream|sstream|filesystem)>' $front $front_files
forbid 'the environment is read in one place' 'getenv' protocol $front $front_files helper/authorize
forbid 'the console handler of POCO talks on our wire' '(include|make|new).*ConsoleCertificateHandler' helper tests
forbid 'the kernel keyring is known to helper/os/ alone' '#include <(keyutils|linux/keyctl)\.h>' protocol helper/authorize \
  $(echo "$front" | sed 's,helper/os,,') $front_files
forbid 'Boost.Program_options is known to helper/cli alone' '#include <boost/' protocol \
  $(echo "$front" | sed 's,helper/cli,,') helper/authorize $front_files
forbid 'the library of JSON is known to helper/diagnose and to protocol/json_object.cpp alone' '#include <nlohmann/' \
  $(ls protocol/*.?pp protocol/*/*.?pp | grep -vx protocol/json_object.cpp) helper/authorize \
  $(echo "$front" | sed 's,helper/diagnose,,') $front_files
exit $broken
