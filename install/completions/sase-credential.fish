# SPDX-License-Identifier: Apache-2.0
# Completion for fish: install it in /usr/share/fish/vendor_completions.d. The candidates come from the program. The
# program is looked up in PATH, so that completion never runs a file from the current directory.

function __sase_credential_candidates
    set -l words (commandline -opc) (commandline -ct)
    for line in (sase-credential complete -- $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            set -l parts (string match -r '^(--[^=]*=|)(.*)$' -- $words[-1])
            for path in (__fish_complete_path $parts[3])
                printf '%s%s\n' $parts[2] $path
            end
        else
            printf '%s\n' $line
        end
    end
end

for program in sase-credential git-credential-sase bazel-credential-sase
    complete -c $program -f -a '(__sase_credential_candidates)'
end
