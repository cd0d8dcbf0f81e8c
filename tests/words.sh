#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Finds names and phrases that the project has replaced by standard terms, and tells the standard term.
# usage: tests/words.sh [SOURCE_ROOT]
set -u
export LC_ALL=C
cd "${1:-$(dirname "$0")/..}" || exit 2

# One row each: a name of the rule, an extended regular expression (of identifiers: in this letter case), the standard term.
identifiers='
rate-limit    | SparingAuthorizer|reason_to_spare|is_spared|\bsparing\b                | rate limit: RateLimitedAuthorizer, why_blocked, blocked
refresh-lock  | \bTurn\b|\bline_up\b|\bwait_until_free\b                               | RefreshLock: acquire, wait
request-log   | \bLedger\b|\bHistory\b|\bnote_[a-z_]+|\bstrikes\b|\bchange_history\b   | RequestLog, record_*, consecutive_rejections
deferred-key  | DearKey|\bis_dear\b|KeyHolder|\bdear_                                  | DeferredKey, is_deferred, ApiKeyHandle
key-source    | \bKeyPlace|\bKeySource\b|\bKeyChoice|\bKeyKind|\bkey_place                    | ApiKeySource
refresh       | \bageing\b|renew_ahead|\bAhead\b|renewal_ahead|refresh_ahead_of        | due_for_refresh, refresh_in_background
auth-error    | \bDenied\b|\bDenial\b|\bnonsense\b                                     | AuthError, ErrorKind, invalid_response
token-reply   | \bGranted\b|\bPastGrant\b                                              | TokenResponse, LastSuccess
options       | \bErrand\b|\bAsked\b                                                   | AttemptContext, AuthorizeOptions, AuthorizeResult
named-value   | \bWord\b|words_for|bounded_words|\bspoken                              | NamedValue, describe, truncated, format_duration
check         | \bLinkName\b|\bway_check|seen_links|\bLinks\b                          | Check, CheckId, CheckResult, connectivity_check
wrapping-key  | RandomSeal|find_or_make|\bunseal|\bSeal\b                              | WrappingKey, get_or_create, decrypt
attempt       | \bRoundOrder\b|\bnext_sign_|\bheld_                                    | RefreshAttempt, next_watchdog_ping_, current_
clock         | \bMoment\b|\bInstant\b                                                 | ClockReading, BootTime
signals       | \bWakeUps\b|\bWoken\b|HeldSignals                                      | SignalWaiter, WakeReason, DeferredSignals
exec          | \bsuccessor                                                            | exec_program
background    | SideProcess|side_process|\bAfterwards\b                                | spawn_background, ParentLifetime
connect       | address_book|connection_race|head_start                                | resolver, happy_eyeballs, attempt_delay
sandbox       | call_filter|shake_hands                                                | seccomp_filter, self_sandbox, handshake
verbosity     | \bTone\b|\bAudience\b|\bGoes\b|\bSaid\b                                | Style, Visibility, Continue, Verbosity
keyring-entry | \bnew_key\b|reachable_key|reachable_entry                              | KeyringEntry, read_keyring_entry
profile       | profile_choice|kept_state|shown_setting|ProfileChoice|KeptState        | ProfileSelector, LocalState, EffectiveSetting
none          | \bis none\b|\bare none\b                                               | is not one, is invalid
function-of   | \b[a-z][a-z_0-9]*_of\(                                                 | a verb: parse_, read_, find_, load_, format_, describe_, make_
'

# Phrases, in either letter case.
phrases='
nobody        | \b(nobody|whoever|somebody)\b                                          | name the person or program: the caller, the user, other users
told          | \b(is|are|was|were|been|be) told\b                                     | name who reports: "the message names", "logs", "is notified"
befall        | \bbefall|\bbefell|\bbecomes of\b                                       | happens to, or name the event
takes-down    | \b(takes|took|taking) down\b                                           | records
comes-to      | \b(comes|came|come) to\b                                               | becomes, is, results in
cannot-be     | \bwhat cannot be\b                                                     | name the thing and say that it fails
no-use        | \bof no use\b                                                          | unusable, not needed
all-that      | \ball (that|else)\b|\bthat is all\b                                    | name the things, or "everything"
mend          | \b(mend|mends|mended|mending)\b                                        | fix, repair
spare         | \bspar(e|es|ed|ing)\b                                                  | limit, skip, reduce
dear          | \bdear\b                                                               | expensive, deferred
folder        | \bfolders?\b                                                           | directory
room          | \brooms?\b                                                             | directory
story         | \b(story|stories)\b                                                    | end-to-end test
drill         | \bdrills?\b                                                            | fault test
words         | \bin vain\b|\bwithout a word\b|\bno words?\b|\bwords of\b              | text, message, name
way           | \bthe way to\b|\bopened the way\b                                      | the connection to, tunnel established to
ours          | \b(ours|theirs)\b                                                      | name the owner: the caller, the program, the service
refuse        | \brefus(e|es|ed|al|als|ing)\b                                          | reject
goes-on       | \b(goes|go|went|going) on\b                                            | continues
helper-talk   | \blet go\b|\blies about\b|\bbehind (the|its|their) [a-z]+.s back       | released, left over, in the background
'

# Text that is not the project's own, and this file's tests.
excluded='^(LICENSE|install/packages/copyright|tests/fuzz/seeds/|tests/words\.sh|tests/checks/words\.)'
files() {
  if [ -e .git ]; then git ls-files; else find . -type f | sed 's,^\./,,'; fi | grep -vE "$excluded"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files >"$work/files"
# The names of the files are searched as well.
sed 's/$/:0:(its name)/' "$work/files" >"$work/names"
broken=0

# search TABLE [GREP_OPTION]: prints each line that breaks a rule, below the rule's standard term.
search() {
  printf '%s\n' "$1" | sed -n 's/^[a-z-]* *| \(.*\) | .*$/\1/p' | sed 's/ *$//' >"$work/patterns"
  { cat "$work/names" && xargs -d '\n' grep -HnIE "$2" -f "$work/patterns" <"$work/files"; } |
    # "Connection refused" is the kernel's message, and any_of() is the standard library's name.
    sed -E '/[Cc]onnection refused|ECONNREFUSED|(any|all|none|first|last|not)_of\(/d' >"$work/candidates"
  while IFS= read -r row; do
    [ -n "$row" ] || continue
    rule=${row%% *} term=${row##* | } pattern=${row#*| }
    pattern=$(printf '%s\n' "${pattern% | *}" | sed 's/ *$//')
    grep -E "$2" -- "^[^:]*:[0-9]+:.*($pattern)|^[^:]*($pattern)[^:]*:0:" "$work/candidates" >"$work/found" || continue
    broken=1
    printf 'words: %s: use instead: %s\n' "$rule" "$term" >&2
    cat "$work/found" >&2
  done <<ROWS
$1
ROWS
}

search "$identifiers" --no-ignore-case
search "$phrases" --ignore-case
exit "$broken"
