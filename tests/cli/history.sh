#!/bin/sh
# The past: weft log of a record, get and export --at, diff --from.
. "$top_srcdir/tests/lib/tap.sh"
make_source A

put()
{
	weft put "$@" >/dev/null || fail "put $*"
}

# Checkpoint 1: two notes; 2: one changed, one new; 3: one deleted.
put A:Note '{"id":"1","text":"a","at":{"city":"Paris","zip":[1,2]}}'
put A:Note '{"id":"2","size":1}'
weft checkpoint --quiet A --new >/dev/null
put A:Note '{"id":"1","text":"b","at":{"city":"Lyon","zip":[1,3]}}'
put A:Note '{"id":"3"}'
weft checkpoint --quiet A --new >/dev/null
weft rm --quiet A:Note 1

begin 'log of a record: each revision with what it changed'
run 0 weft log A:Note 1
sed -e 's/....-..-..T..:..:..Z/TIME/' "$out" >lines
cat >wanted <<EOF
checkpoint  time                  rev         what
         3  TIME  -           delete
         2  TIME  rev2rev2rv  update
    ~ at/city         "Paris" -> "Lyon"
    ~ at/zip/1        2 -> 3
    ~ text            "a" -> "b"
         1  TIME  rev1rev1rv  create
    + at              {"city":"Paris","zip":[1,2]}
    + id              "1"
    + text            "a"
EOF
rev1=$(printf %s '{"at":{"city":"Paris","zip":[1,2]},"id":"1","text":"a"}' |
    sha1sum | cut -c 1-10)
rev2=$(printf %s '{"at":{"city":"Lyon","zip":[1,3]},"id":"1","text":"b"}' |
    sha1sum | cut -c 1-10)
sed -i -e "s/rev1rev1rv/$rev1/" -e "s/rev2rev2rv/$rev2/" wanted
holds diff wanted lines
run 0 weft log A:Note 1 --max 1
equal lines "$(grep -c ' TIME\|Z  ' "$out")" 1
end

begin 'log of a record: JSON has all of it'
run 0 weft log A:Note 1 --json
json_lines "$out"
sed -n 2p "$out" >second
equal type "$(json '$.type' second)" update
equal checkpoint "$(json '$.firstCheckpoint' second)" 2
equal path "$(json '$.changed[1].path' second)" /at/zip/1
equal before "$(json '$.changed[1].before' second)" 2
equal after "$(json '$.changed[1].after' second)" 3
equal commit "$(json '$.commit' second)" \
    "$(git -C A/db.sqlite.git rev-parse refs/weft/db~2)"
sed -n 1p "$out" >first
equal rev "$(json '$.rev' first)" ''
end

begin 'log of a record: what is not there'
run 4 weft log A:Note 9
err_has '"9"'
run 2 weft log A 1
run 4 weft log A:Nothing 1
run 0 weft log A
equal commits "$(wc -l <"$out")" 5
end

begin 'get --at: checkpoints and times'
run 0 weft get A:Note 1 --at 1
out_is '{"at":{"city":"Paris","zip":[1,2]},"id":"1","text":"a"}'
run 0 weft get A:Note 1 --at 2
out_is '{"at":{"city":"Lyon","zip":[1,3]},"id":"1","text":"b"}'
run 4 weft get A:Note 1 --at 3
run 4 weft get A:Note 3 --at 1
run 0 weft get A:Note 3 --at 9999-12-31T23:59:59+01:00
out_is '{"id":"3"}'
run 4 weft get A:Note 3 --at 2001-01-01
err_has 'There was no "Note"'
run 2 weft get A:Note 3 --at yesterday
run 2 weft get A:Note 3 --at 2 --hidden
end

begin 'export --at: all records of a point'
run 0 weft export A:Note --at 2
sort "$out" >sorted
printf '%s\n' '{"at":{"city":"Lyon","zip":[1,3]},"id":"1","text":"b"}' \
    '{"id":"2","size":1}' '{"id":"3"}' >wanted
holds cmp sorted wanted
run 0 weft export A:Note --at 1 --array --filter '{"where":{"size":1}}'
out_is '[
{"id":"2","size":1}
]'
run 0 weft export A:Note --at 0
out_empty
run 5 weft export A:Note --at 1 --filter '{"order":"id"}'
err_has order
out_empty
run 2 weft export A:Note --at 1 --hidden
end

begin 'diff --from: between two points, status 3'
run 3 weft diff A --from 1 --to 2
sort "$out" >sorted
printf '%s\n' '! Note 1' '> Note 3' | sort >wanted
holds cmp sorted wanted
run 3 weft diff A --from 1 --to 3 --model Note
out_has '< Note 1' '> Note 3'
run 3 weft diff A --from 2
out_has '< Note 1'
run 0 weft diff A --from 3
out_empty
run 3 weft diff A:Note --from 1 --to 2 --properties
out_has '! Note 1' '    ~ at/city         "Paris" -> "Lyon"' \
    '    + id              "3"'
run 3 weft diff A --from 1 --to 2 --json --properties
json_lines "$out"
grep '"modelId":"1"' "$out" >one
equal type "$(json '$.type' one)" update
equal path "$(json '$.changed[0].path' one)" /at/city
run 0 weft diff A --from 1 --to 2 --model Tag
run 4 weft diff A --from 1 --model Nothing
end

begin 'diff: two sources or two points, not both'
run 2 weft diff A
run 2 weft diff A --to 2
run 2 weft diff A A --from 1
run 2 weft diff A --from soon
end

# While git holds the ref, writes are not stored.
begin 'writes that are not stored yet: are seen all the same'
: >A/db.sqlite.git/refs/weft/db.lock
run 6 weft put A:Note '{"id":"1","text":"c"}'
run 0 weft checkpoint A --new
run 6 weft put A:Note '{"id":"1","text":"d"}'
run 6 weft put A:Note '{"id":"4"}'
run 0 weft log A
equal commits "$(wc -l <"$out")" 5
run 0 weft log A:Note 1 --json
equal revisions "$(wc -l <"$out")" 5
sed -n 1p "$out" >first
equal checkpoint "$(json '$.firstCheckpoint' first)" 4
equal commit "$(json '$.commit' first)" ''
equal before "$(json '$.changed[0].before' first)" c
run 0 weft get A:Note 1 --at 4
out_is '{"id":"1","text":"d"}'
run 3 weft diff A --from 2
sort "$out" >sorted
printf '%s\n' '! Note 1' '> Note 4' | sort >wanted
holds cmp sorted wanted
end

begin 'get --at: says if the state of a checkpoint is not kept by itself'
run 4 weft get A:Note 1 --at 3
err_has 'checkpoint 3 ended between two commits' 'in checkpoint 3'
rm A/db.sqlite.git/refs/weft/db.lock
put A:Note '{"id":"1","text":"e"}'
run 0 weft log A:Note 1
out_has '         4  '
run 4 weft get A:Note 1 --at 3
err_has 'checkpoint 3 ended between two commits'
run 4 weft get A:Note 1 --at 3 --quiet
err_is 'weft: There was no "Note" with id "1".'
run 0 weft get A:Note 2 --at 2
err_empty
end

finish
