# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Completion for bash: source it, or put it into /usr/share/bash-completion/completions. The candidates come from the
# program itself; the one on PATH is asked, so that a press of a key runs nothing out of the directory one stands in.

_sase_credential() {
  local words=() word line i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    # bash takes --region=eu apart: '=' is one of COMP_WORDBREAKS.
    if [[ $i -gt 1 && ($word == = || ${COMP_WORDS[i - 1]} == =) && ${words[-1]} == --* ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames -o default 2>/dev/null
      continue
    fi
    line=${line%%$'\t'*}
    # What stands before the '=' stays as it is.
    [[ ${words[-1]} != --*=* || $COMP_WORDBREAKS != *=* ]] || line=${line#*=}
    COMPREPLY+=("$line")
  done < <(sase-credential complete -- "${words[@]}" 2>/dev/null)
}

complete -F _sase_credential sase-credential git-credential-sase bazel-credential-sase
