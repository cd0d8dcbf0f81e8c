# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The candidates that each shell offers for TAB.
source "$BATS_TEST_DIRNAME/../support/end_to_end.bash"

completions=$source_root/install/completions

setup() {
  set_up_test
  unset SASE_URL SASE_CA_FILE SASE_API_KEY
  profile work 'region = eu'
  profile work-eu 'region = eu' "api-key-file = $home/key"
  profile home 'region = us'
}

# ---- the shells; each prints the candidates for the last word, one a line

# in_bash WORD...: calls the function as bash does, which splits the line at each '='.
in_bash() {
  bash --noprofile --norc -c '
    source "$0/sase-credential.bash"
    COMP_WORDBREAKS=$'"' \\t\\n\"\\'><=;|&(:'"'
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    compopt() { echo "compopt $*"; }
    "$(complete -p sase-credential | sed "s/.*-F \([^ ]*\).*/\1/")" "$1"
    printf "%s\n" ${COMPREPLY[@]+"${COMPREPLY[@]}"}' "$completions" "$@" 2>&1
}

# bash_line LINE: prints the line after TAB at its end, in bash at a terminal.
bash_line() {
  cat >"$home/bashrc" <<RC
source '$completions/sase-credential.bash'
PS1='ready> '
bind '"\C-i": complete'
bind -x '"\C-t": printf "%s|\n" "\$READLINE_LINE" >"$home/line"; kill -KILL \$\$'
RC
  /usr/bin/python3 "$source_root/tests/support/terminal.py" "$1"$'\t\x14' \
    bash --noprofile --rcfile "$home/bashrc" -i >"$home/shown"
  cat "$home/line"
}

# in_zsh LINE: prints the candidates for TAB at its end, in zsh at a terminal, then the resulting line.
in_zsh() {
  cat >"$home/.zshrc" <<RC
fpath=('$completions' \$fpath)
autoload -U compinit
compinit -D -u
PROMPT='ready> '
LISTMAX=100000
compadd() {
  if [[ \${@[1,(i)(-|--)]} != *-[OAD]\ * ]]; then
    local -a hits
    builtin compadd -A hits "\$@"
    print -rl -- \$hits >>'$home/hits'
  fi
  builtin compadd "\$@"
}
press() {
  zle complete-word
  print -r -- "\$BUFFER|" >'$home/line'
  exit
}
zle -N press
bindkey '^I' press
RC
  : >"$home/hits"
  ZDOTDIR=$home TERM=vt100 /usr/bin/python3 "$source_root/tests/support/terminal.py" "$1"$'\t' zsh -d -i >"$home/shown"
  sed '/^$/d' "$home/hits" | sort -u
}

# in_fish LINE
in_fish() {
  fish --no-config --command 'source $argv[1]/sase-credential.fish; complete -C "$argv[2]"' "$completions" "$1" |
    cut -f 1
}

# ---- expectations

# offers LINE WORD...: zsh and fish offer exactly these words after the line.
offers() {
  expect_equal "$(in_zsh "$1")" "$(printf '%s\n' "${@:2}" | sort)" "zsh: $1"
  expect_equal "$(in_fish "$1")" "$(printf '%s\n' "${@:2}" | sort)" "fish: $1"
}

# bash_offers WORD... -- CANDIDATE...: the same for bash, with the line as bash splits it.
bash_offers() {
  local pieces=()
  while [ "$1" != -- ]; do pieces+=("$1") && shift; done
  expect_equal "$(in_bash "${pieces[@]}" | sort)" "$(printf '%s\n' "${@:2}" | sort)" "bash: ${pieces[*]}"
}

@test "commands" {
  offers 'sase-credential capab' capability
  offers 'git-credential-sase tok' token
  offers 'sase-credential --region eu sto' store
  bash_offers sase-credential capab -- capability
  bash_offers git-credential-sase tok -- token
  bash_offers sase-credential --region = eu sto -- store
  [[ $(in_bash sase-credential '') == *$'get\n'*token* ]] || refute 'bash offers no commands'
  [[ $(in_zsh 'sase-credential ') == *get$'\n'*token* ]] || refute 'zsh offers no commands'
  [[ $(in_fish 'sase-credential ') == *get$'\n'*token* ]] || refute 'fish offers no commands'
}

@test "topics of help" {
  offers 'sase-credential help exi' exit-codes
  bash_offers sase-credential help sett -- settings
}

@test "flags of the command, and settings" {
  offers 'sase-credential get --no' --no-prompt --no-proxy
  offers 'sase-credential token --no' --no-proxy
  offers 'sase-credential token --fo' --format
  bash_offers sase-credential get --no -- --no-prompt --no-proxy
  bash_offers sase-credential token --fo -- --format
}

@test "regions, in both forms" {
  offers 'sase-credential --region e' eu
  offers 'sase-credential --region=e' --region=eu
  bash_offers sase-credential --region e -- eu
  bash_offers sase-credential --region = e -- eu
  bash_offers sase-credential --region = -- us eu au in ca
}

@test "formats, generations and caches" {
  offers 'sase-credential token --format he' header
  offers 'sase-credential --cache=k' --cache=keyring
  offers 'sase-credential --api ' v1 v3
  bash_offers sase-credential token --format he -- header
  bash_offers sase-credential token --cache = k -- keyring
  bash_offers sase-credential --api '' -- v1 v3
}

@test "existing profiles, also if one name is a prefix of another" {
  offers 'sase-credential --profile ' home work work-eu
  offers 'sase-credential token --profile=work' --profile=work --profile=work-eu
  bash_offers sase-credential --profile wo -- work work-eu
  bash_offers sase-credential --profile = work -- work work-eu
}

@test "the line after TAB" {
  for row in 'token --for|token --format ' '--region=e|--region=eu ' '--region e|--region eu ' '--profile=wo|--profile=work' \
    '--profile h|--profile home ' 'zzz|zzz'; do
    expect_equal "$(bash_line "sase-credential ${row%|*}")" "sase-credential ${row#*|}|" bash
    in_zsh "sase-credential ${row%|*}" >"$home/hits.sorted"
    expect_equal "$(<"$home/line")" "sase-credential ${row#*|}|" zsh
  done
}

@test "the shell completes file names" {
  touch "$home/roots.pem"
  for line in "sase-credential --ca-file $home/roo" "sase-credential --ca-file=$home/roo"; do
    expect_equal "$(bash_line "$line")" "${line}ts.pem |" bash
    in_zsh "$line" >"$home/hits.sorted"
    expect_equal "$(<"$home/line")" "${line}ts.pem |" zsh
    expect_equal "$(in_fish "$line")" "${line##* }ts.pem" fish
  done
  expect_equal "$(in_bash sase-credential --ca-file '')" 'compopt -o filenames -o default' 'bash without words'
}

@test "a thousand profiles" {
  for ((i = 0; i < 1000; i++)); do echo 'region = eu' >"$XDG_CONFIG_HOME/sase-credential/profiles/tenant-$i.conf"; done
  start=$(now_ms)
  expect_equal "$(in_bash sase-credential --profile tenant- | wc -l)" 1000 bash
  expect_within 2000 "$start"
  start=$(now_ms)
  call sase-credential complete -- --profile tenant-
  expect_within 500 "$start"
  expect_equal "$(in_fish 'sase-credential --profile tenant-' | wc -l)" 1000 fish
  expect_equal "$(in_zsh 'sase-credential --profile tenant-' | wc -l)" 1000 zsh
}

@test "uses neither the network nor a key, and prints nothing" {
  export SASE_API_KEY=$key
  for words in '--profile' 'token --region' 'token --format=' '--api-key-file'; do
    # shellcheck disable=SC2086 # words
    traced "$home/calls" network,openat sase-credential complete -- $words ''
    expect_code 0
    expect_no_message
    ! grep -E "socket|connect|$home/key|work.*\.conf" "$home/calls" || refute 'more was touched than names of profiles'
  done
  for words in 'garbage --what' '-- --' '= --=' $'\x1b'; do
    # shellcheck disable=SC2086 # words
    call sase-credential complete -- $words
    expect_code 0
    expect_no_message
  done
  expect_counter authorize 0
}

@test "offers and prints nothing if the program is not on PATH" {
  mkdir "$home/bin"
  ln -s "$(command -v bash)" "$(command -v sed)" "$home/bin"
  expect_equal "$(PATH=$home/bin in_bash sase-credential tok)" '' bash
}

@test "the program prints the candidates itself" {
  call sase-credential complete -- --region e
  expect_output $'eu\tapi.eu.sase.checkpoint.com\n'
  call git-credential-sase complete -- --region e
  expect_silence
}
