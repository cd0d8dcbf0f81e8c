# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Completion for bash: source it, or install it in /usr/share/bash-completion/completions. The candidates come from the
# program. The program is looked up in PATH, so that completion never runs a file from the current directory.

_sase_credential() {
  local words=() word line i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    # bash splits --region=eu, because '=' is in COMP_WORDBREAKS.
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
    # bash replaces only the text after the '='.
    [[ ${words[-1]} != --*=* || $COMP_WORDBREAKS != *=* ]] || line=${line#*=}
    COMPREPLY+=("$line")
  done < <(sase-credential complete -- "${words[@]}" 2>/dev/null)
}

complete -F _sase_credential sase-credential git-credential-sase bazel-credential-sase
