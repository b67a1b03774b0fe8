# SPDX-License-Identifier: GPL-2.0-or-later
# completion-check.zsh FOLDER PINCTL: what zsh's completion system is offered by the
# functions in FOLDER. It is played here, for the real one needs a terminal.
folder=$1 failed=0
path=(${2:h} $path)

compadd() {
	local -a offered

	while [[ $1 == -* ]]; do
		case $1 in
		-a) offered=("${(P@)2}") && shift ;;
		-S) shift ;;
		esac
		shift
	done
	print -rl -- $offered "$@"
}
_describe() {
	print -rl -- "${(P@)4}"
}
_files() {
	print -r -- files "$@"
}
compset() {
	return 0
}

# offers RESULT WORD...: is it offered behind these words, with or without a summary?
offers() {
	local -a words=("${@:2}") offered
	local CURRENT=$#words

	offered=("${(@f)$(source $folder/_pinctl)}")
	(( ${offered[(I)$1(|:*)]} )) || { print "$*: not offered"; failed=1 }
}
offers refusals pinctl ''
offers --sort pinctl list --
offers PINS pinctl ps --sort ''
offers AGE pinctl top --sort ''
offers stop-unit pinctl set /x --on-exceed ''
offers HELD pinctl list -o GROUP,
offers enforce pinctl set /x --mode ''
offers vdpa pinctl refusals --driver ''
offers unset pinctl help ''
offers $$ pinctl maps ''
offers 10min pinctl top -d ''
offers files pinctl metrics --file ''
offers 'files -/' pinctl record --directory ''
exit $failed
