#!/bin/sh
# How weft is called: help, manual, faults of usage.
. "$top_srcdir/tests/lib/tap.sh"

commands='init import export get put rm replicate conflicts resolve changes
    checkpoint status log diff verify rectify compact backup user help
    version'

begin 'weft: without a command lists them, status 2'
run 2 weft
err_has 'usage: weft COMMAND' $commands
out_empty
end

begin 'help: lists all commands'
run 0 weft help
out_has $commands
cp "$out" overview
run 0 weft --help
holds cmp overview "$out"
end

begin 'help COMMAND: tells usage and options of each'
for command in $commands; do
	run 0 weft help "$command"
	out_has "usage: weft $command" '--json' '--quiet'
	cp "$out" one
	run 0 weft "$command" --help
	holds cmp one "$out"
done
end

begin 'help: sources, points and statuses'
run 0 weft help points
out_has 'checkpoint' 'UTC'
run 0 weft help sources
out_has 'sqlite:FILE' 'DIR:Model'
run 0 weft help statuses
out_has 'Another process holds the source'
end

begin 'help: --json'
run 0 weft help --json
json_lines "$out"
equal first "$(json '$.commands[0].name')" init
run 0 weft help replicate --json
json_lines "$out"
equal name "$(json '$.name')" replicate
equal options "$(json '$.options[0].name')" both
cp "$out" one
run 0 weft replicate --help --json
holds cmp one "$out"
for topic in sources points; do
	run 0 weft help "$topic" --json
	json_lines "$out"
	holds test -n "$(json "\$.$topic")"
done
run 0 weft help statuses --json
json_lines "$out"
equal status "$(json '$.statuses[4].status')" 4
run 2 weft help --man --json
json_lines "$err"
end

begin 'help: an unknown command is a fault of usage'
run 2 weft help nonsense
err_is 'weft: unknown command "nonsense"'
end

begin 'manual: what is checked in is what the program says'
run 0 weft help --man
holds cmp "$out" "$top_srcdir/docs/man/weft.1"
end

begin 'version: text and JSON'
run 0 weft version
version=$(cat "$out")
out_has 'weft '
run 0 weft --version
out_is "$version"
run 0 weft version --json
equal version "weft $(json '$.version')" "$version"
end

begin 'weft: unknown command'
run 2 weft nonsense
err_is 'weft: unknown command "nonsense"; `weft help` lists them'
out_empty
end

begin 'options: an unknown one is named'
run 2 weft get A:Note 1 --colour
err_is 'weft: unknown option --colour'
run 2 weft get A:Note 1 --colour=red
err_is 'weft: unknown option --colour'
end

begin 'options: a missing argument is named'
run 2 weft changes A:Note --since
err_is 'weft: --since needs N'
end

begin 'options: a flag takes no value'
run 2 weft get A:Note 1 --json=yes
err_is 'weft: --json takes no value'
end

begin 'options: numbers are checked'
run 2 weft changes A:Note --since two
err_is 'weft: --since takes a number from -1, not "two"'
run 2 weft log A --max 0
err_is 'weft: --max takes a number from 1, not "0"'
run 2 weft import A:Note - --batch 99999999999999999999
err_has '--batch takes a number'
end

begin 'arguments: too few and too many'
run 2 weft get A:Note
err_is 'weft: expected: weft get SOURCE:Model ID'
run 2 weft get A:Note 1 2
err_is 'weft: unexpected argument "2"'
end

begin 'arguments: -- ends the options'
run 4 weft get -- A:Note --json
err_is 'weft: A: no such directory'
end

begin 'arguments: a model must be named'
mkdir A
run 2 weft get A 1
err_is 'weft: A names no model: write A:Model'
end

begin 'options: what would be ignored is refused'
run 2 weft put A:Note --create --merge '{}'
err_is 'weft: give --create or --merge, not both'
run 2 weft import A:Note - --create --merge
err_is 'weft: give --create or --merge, not both'
run 2 weft diff A B --properties
err_has '--properties is for --from'
run 2 weft verify A --model Note
err_has '--model is for comparing two sources'
end

begin 'options: one dash is not enough'
run 2 weft init -q G
err_is 'weft: unknown option -q; an argument that begins so comes after --'
run 4 weft get A:Note -1
run 4 weft get A:Note -- -q
end

# What the command writes to a terminal.
terminal()
{
	script -qec "$*" typescript >/dev/null </dev/null
	tr '\r' '\n' <typescript >"$out"
}

begin 'progress: what takes long tells a terminal what it does'
make_source P
terminal weft verify P
out_has 'checking the store of P' 'checking the database of P' \
    'checking Note' '0 problems'
notes 1200 | weft import --quiet P:Note -
terminal weft verify P
out_has '0 checks [      '
terminal weft rectify P
out_has 'looking at Note'
terminal weft compact P
out_has 'compacting P'
terminal weft backup P Q
out_has 'copying P' 'P: copied to Q'
terminal weft verify P --quiet
grep -q checking "$out" && fail 'not quiet'
run 0 weft verify P
err_empty
end

begin 'errors: JSON on standard error with --json'
run 2 weft nonsense --json
json_lines "$err"
equal code "$(json '$.error.code' "$err")" -2
equal name "$(json '$.error.name' "$err")" WEFT_EINVAL
out_empty
run 4 weft get --json missing:Note 1
json_lines "$err"
equal name "$(json '$.error.name' "$err")" WEFT_ENOTFOUND
equal message "$(json '$.error.message' "$err")" \
    'missing: no such directory'
end

finish
