# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for gup_benchmark: the options that its --help tells, and some values.

function __gup_benchmark_options
    gup_benchmark --help 2>/dev/null | string match -r '^ +(?:-[[:alnum:]-]+ )+' | string trim |
        string split ' '
end

function __gup_benchmark_complete
    switch (commandline -opc)[-1]
        case --unpin
            printf '%s\n' array range folio
        case -F --flags
            printf '%s\n' write force nofault longterm
        case -f --file
            __fish_complete_path (commandline -ct)
        case -m -n -r -j --size --hold --hugetlb
        case '*'
            __gup_benchmark_options
    end
end

complete -c gup_benchmark -f -a '(__gup_benchmark_complete)'
