# SPDX-License-Identifier: Apache-2.0
# Completion for fish: put it into /usr/share/fish/vendor_completions.d. The candidates come from the program itself;
# the one on PATH is asked, so that a press of a key runs nothing out of the directory one stands in.

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
