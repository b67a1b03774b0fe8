# SPDX-License-Identifier: GPL-2.0-or-later
# completion-check.fish FOLDER PINCTL: what fish completes by the files in FOLDER.
set -g failed 0
set -p PATH (realpath (dirname $argv[2]))
source $argv[1]/pinctl.fish

# completes LINE RESULT...: without what stands behind a tab
function completes
    set -l got (complete -C $argv[1] | string replace -r '\t.*' '')
    if test "$got" != "$argv[2..]"
        echo "$argv[1]: $got, but should be $argv[2..]"
        set -g failed 1
    end
end

completes 'pinctl re' record refusals replay reset-peak
completes 'pinctl list --so' --sort
completes 'pinctl ps --sort PI' PID PINS
completes 'pinctl set /x --mode e' enforce
completes 'pinctl set /x --on-exceed st' stop-unit
completes 'pinctl top --sort CH' CHANGE/s
completes 'pinctl refusals --driver vdp' vdpa
completes 'pinctl help unse' unset
if not contains $fish_pid (complete -C 'pinctl maps ' | string replace -r '\t.*' '')
    echo 'pinctl maps: this process is not offered'
    set -g failed 1
end
completes 'pinctl metrics --js'
completes 'pinctl top -d 10' 10min
completes 'pinctl top -n x'
set -l here (mktemp -d)
cd $here
mkdir folder
touch file
completes 'pinctl metrics --file f' file folder/
completes 'pinctl record --directory f' folder/
rm -r $here
exit $failed
