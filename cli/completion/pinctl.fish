# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for pinctl, from `pinctl --complete-table`; see cli/help.h.

function __pinctl_table
    pinctl --complete-table 2>/dev/null
end

# __pinctl_rows KIND KEY-FIELD KEY NAME-FIELD TEXT-FIELD: what the table tells, with its summary
function __pinctl_rows
    __pinctl_table | awk -F '\t' -v kind="$argv[1]" -v field="$argv[2]" -v key="$argv[3]" \
        -v name="$argv[4]" -v text="$argv[5]" \
        '$1 == kind && (!field || $field == key) { print $name (text ? "\t" $text : "") }'
end

function __pinctl_verb
    for word in (commandline -opc)[2..]
        if __pinctl_rows verb 2 $word 2 '' | string length -q
            echo $word
            return
        end
    end
    echo -
end

function __pinctl_groups
    pinctl list --all --flat --full --noheadings -o GROUP 2>/dev/null
end

function __pinctl_pids
    command ls /proc | string match -r '^[0-9]+$'
end

function __pinctl_value -a verb value
    switch $value
        case GROUP
            __pinctl_groups
        case PID
            __pinctl_pids
        case COLUMNS
            __pinctl_rows column 2 $verb 3 ''
        case COLUMN
            __pinctl_rows sort 2 $verb 3 ''
        case FILE
            __fish_complete_path (commandline -ct)
        case DIRECTORY
            __fish_complete_directories (commandline -ct) ''
        case '*'
            __pinctl_rows value 2 $value 3 ''
    end
end

function __pinctl_complete
    set -l verb (__pinctl_verb)
    set -l before (commandline -opc)[-1]
    set -l argument (__pinctl_rows verb 2 $verb 3 '')
    set -l long (__pinctl_table | awk -F '\t' -v verb="$verb" -v name="$before" \
        '$1 == "letter" && $2 == verb && $3 == name { print $4 }')
    test -n "$long"; and set before $long
    set -l value (__pinctl_table | awk -F '\t' -v verb="$verb" -v name="$before" \
        '$1 == "option" && $2 == verb && $3 == name && $4 != "-" { print $4 }')
    if test -n "$value"
        __pinctl_value $verb $value
    else if string match -q -- '-*' (commandline -ct)
        __pinctl_rows option 2 $verb 3 5
    else
        switch "$argument"
            case '' verb
                __pinctl_rows verb '' '' 2 4
            case group
                __pinctl_groups
            case target
                __pinctl_groups
                __pinctl_pids
            case process
                __pinctl_pids
            case '*'
                __pinctl_rows option 2 $verb 3 5
        end
    end
end

complete -c pinctl -f -a '(__pinctl_complete)'
