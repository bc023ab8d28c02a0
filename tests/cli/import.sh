#!/bin/sh
# weft import and export.
. "$top_srcdir/tests/lib/tap.sh"
make_source A

begin 'import: NDJSON'
notes 2500 >notes.ndjson
run 0 weft import A:Note notes.ndjson
out_is 'Note: 2500 imported'
err_empty
end

begin 'export: gives what was imported, in canonical JSON'
run 0 weft export A:Note
sort "$out" >exported
sort notes.ndjson >sorted
holds cmp exported sorted
end

begin 'import: repeated it changes nothing'
run 0 weft checkpoint A --new
checkpoint=$(cat "$out")
run 0 weft import A:Note notes.ndjson
run 0 weft changes A:Note --since "$checkpoint"
out_empty
end

begin 'import: an array, from standard input'
cat >array <<'JSON'
 [ {"id":"a","text":"[1,\"2}"} ,
{"text":"x",
"id":"b"}
]
JSON
run 0 weft import A:Note - <array
out_is 'Note: 2 imported'
run 0 weft get A:Note a
out_is '{"id":"a","text":"[1,\"2}"}'
run 0 weft get A:Note b
out_is '{"id":"b","text":"x"}'
end

begin 'import: an array within an object'
cat >nested.json <<'JSON'
{"skip": {"deep": [1, {"x": "]}"}]}, "list": [{"id": "c"}, {"id": "d"}],
"rest": "not read"}
JSON
run 0 weft import A:Note nested.json --path list
out_is 'Note: 2 imported'
run 5 weft import A:Note nested.json --path nothing
err_has 'nested.json' 'line 2' 'no such member' 'looking for "nothing"'
run 5 weft import A:Note nested.json --path skip
err_has 'an array is expected here'
end

begin 'import: nothing to import'
: >empty
run 0 weft import A:Note empty
out_is 'Note: 0 imported'
echo '[ ]' >empty
run 0 weft import A:Note empty
out_is 'Note: 0 imported'
end

begin 'import: a bad line is named, what is before it is kept'
printf '%s\n' '{"id":"e1"}' '{"id":"e2"}' '{"id":}' '{"id":"e3"}' >bad
run 5 weft import A:Note bad
err_has 'bad: line 3, byte 24:' 'after 2 records'
out_empty
run 0 weft get A:Note e2
run 4 weft get A:Note e3
end

begin 'import: a bad element of an array'
printf '[{"id":"f1"},\n {"id":"f2","id":"f2"}]' >bad
run 5 weft import A:Note bad
err_has 'bad: line 2, byte 15:' 'after 1 records'
end

begin 'import: a record that is not valid'
run 5 weft import A:Tag notes.ndjson
err_has 'notes.ndjson: line 1, byte 0:' label 'after 0 records'
end

begin 'import: --skip-bad leaves bad ones out and counts them'
printf '%s\n' '{"id":"g1"}' 'nonsense' '{"id":"g2"}' '{"id":"g3",}' >bad
run 0 weft import A:Note bad --skip-bad
out_is 'Note: 2 imported, 2 skipped'
err_has 'skipped: bad: line 2, byte 12' 'skipped: bad: line 4, byte 33'
run 0 weft get A:Note g2
run 0 weft import A:Note bad --skip-bad --json
json_lines "$out"
json_lines "$err"
equal imported "$(json '$.imported')" 2
equal skipped "$(json '$.skipped')" 2
equal line "$(head -n 1 "$err" >first; json '$.skipped.line' first)" 2
end

begin 'import: an array that is broken ends it, whatever is skipped'
printf '[{"id":"h1"} {"id":"h2"}]' >bad
run 5 weft import A:Note bad --skip-bad
err_has 'bad: line 1, byte 13:' 'is expected here'
run 0 weft get A:Note h1
printf '[{"id":"h3"}' >bad
run 5 weft import A:Note bad
err_has 'bad: line 1, byte 12:'
printf '[{"id":"h3"}] x' >bad
run 5 weft import A:Note bad
err_has 'nothing may follow the array'
printf '[{"id":"h4"},{"id":' >bad
run 5 weft import A:Note bad
err_has 'ends within a value'
end

begin 'import: --create refuses ids that are taken'
printf '%s\n' '{"id":"new"}' '{"id":"a"}' >taken
run 5 weft import A:Note taken --create
err_has 'taken: line 2' a
run 0 weft get A:Note a
out_is '{"id":"a","text":"[1,\"2}"}'
end

begin 'import: --merge keeps other properties'
echo '{"id":"a","size":3}' >merge
run 0 weft import A:Note merge --merge
run 0 weft get A:Note a
out_is '{"id":"a","size":3,"text":"[1,\"2}"}'
end

begin 'import: a file that is not there, or a directory'
run 4 weft import A:Note missing
err_is 'weft: missing: No such file or directory'
run 1 weft import A:Note A
err_is 'weft: A: Is a directory'
end

begin 'import: a model or source that is not there'
run 4 weft import A:Nothing notes.ndjson
err_is 'weft: A: no model "Nothing"'
run 4 weft import B:Note notes.ndjson
err_is 'weft: B: no such directory'
run 4 weft import sqlite:B.db:Note notes.ndjson
err_has 'B.db: no such database'
end

begin 'import: into a database file'
run 0 weft init sqlite:f.db --model Note.json
run 0 weft import sqlite:f.db:Note notes.ndjson --batch 7
out_is 'Note: 2500 imported'
run 0 weft import sqlite:f.db:Note notes.ndjson --batch 100000
run 2 weft import sqlite:f.db:Note notes.ndjson --batch 100001
err_has '--batch' 100000
end

begin 'import: a record that is too large'
awk 'BEGIN { printf "{\"id\":\"big\",\"text\":\""
    for (i = 0; i < 17 * 1024; i++) { s = s "x" }
    for (i = 0; i < 1024; i++) printf "%s", s
    print "\"}" }' >big
run 5 weft import A:Note big
err_is 'weft: after 0 records: big: line 1, byte 0: a record is larger than 16777216 bytes'
end

begin 'import: --skip-bad leaves out a record of any size'
{
	echo '{"id":"b1"}'
	cat big big | tr -d '\n'
	printf '\n{"id":"b2"}\n'
} >lines
run 0 weft import A:Note lines --skip-bad
out_is 'Note: 2 imported, 1 skipped'
err_is 'weft: skipped: lines: line 2, byte 12: a record is larger than 16777216 bytes'
run 0 weft get A:Note b2
{
	printf '[{"id":"b3"},'
	cat big
	printf ',\n{"id":"b4"}]'
} >array
run 0 weft import A:Note array --skip-bad
out_is 'Note: 2 imported, 1 skipped'
err_has 'skipped: array: line 1, byte 13: a record'
run 0 weft get A:Note b4
end

begin 'export: --array is a JSON array'
run 0 weft export A:Note --array --filter '{"where":{"id":"c"}}'
json_lines "$out" 2>/dev/null
failed=false
equal valid "$(json '$[0].id')" c
run 0 weft export A:Note --array --filter '{"where":{"id":"nope"}}'
out_is '[]'
end

begin 'export: --filter selects, orders, limits'
run 0 weft export A:Note \
    --filter '{"where":{"id":{"inq":["n1","n2","n3"]}},"order":"id DESC",
    "limit":2,"fields":["id"]}'
out_is '{"id":"n3"}
{"id":"n2"}'
run 5 weft export A:Note --filter '{"where":'
run 5 weft export A:Note --filter '{"where":{"id":{"nonsense":1}}}'
err_has nonsense
end

begin 'export: hidden properties only when asked for'
echo '{"id":"t","label":"l","secret":"s"}' >tag
run 0 weft import A:Tag tag
run 0 weft export A:Tag
out_is '{"id":"t","label":"l"}'
run 0 weft export A:Tag --hidden
out_is '{"id":"t","label":"l","secret":"s"}'
end

begin 'export: a full disk is an error'
if test -c /dev/full; then
	weft export A:Note >/dev/full 2>"$err" && status=0 || status=$?
	equal status "$status" 8
	err_has 'writing to standard output: No space left on device'
fi
end

finish
