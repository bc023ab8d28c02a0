#!/bin/sh
# weft changes, checkpoint, status, log, diff, verify, rectify.
. "$top_srcdir/tests/lib/tap.sh"
make_source A

put()
{
	weft put "$@" >/dev/null || fail "put $*"
}

begin 'checkpoint: the first is 1'
run 0 weft checkpoint A
out_is 1
run 0 weft checkpoint A --new
out_is 2
run 0 weft checkpoint A
out_is 2
run 0 weft checkpoint A --json
equal checkpoint "$(json '$.checkpoint')" 2
end

begin 'changes: what was done to each record'
put A:Note '{"id":"1","text":"a"}'
put A:Note '{"id":"2"}'
run 0 weft checkpoint A --new
put A:Note '{"id":"1","text":"b"}'
weft rm --quiet A:Note 2
run 0 weft changes A:Note
out_has update delete
run 0 weft changes A:Note --json
json_lines "$out"
grep '"modelId":"1"' "$out" >one
equal rev "$(json '$.rev' one)" \
    "$(printf %s '{"id":"1","text":"b"}' | sha1sum | cut -c 1-40)"
equal prev "$(json '$.prev' one)" \
    "$(printf %s '{"id":"1","text":"a"}' | sha1sum | cut -c 1-40)"
equal checkpoint "$(json '$.checkpoint' one)" 3
run 0 weft checkpoint A --new
run 0 weft changes A:Note --since 4
out_empty
run 4 weft changes A:Nothing
end

begin 'status: models, store, conflicts'
run 0 weft status A
out_has "$scratch/A" 'checkpoint  4' 'Note: 1 records, root' \
    'db.sqlite.git' 'conflicts   0'
run 0 weft status A --json
json_lines "$out"
equal records "$(json '$.models[0].records')" 1
equal stored "$(json '$.stored')" 1
equal root "$(json '$.models[0].root')" \
    "$(git -C A/db.sqlite.git rev-parse refs/weft/db:Note/r)"
equal commit "$(json '$.commit')" \
    "$(git -C A/db.sqlite.git rev-parse refs/weft/db)"
run 4 weft status nowhere
end

begin 'log: the commits that git has'
run 0 weft log A --json
json_lines "$out"
equal count "$(wc -l <"$out")" \
    "$(git -C A/db.sqlite.git rev-list --count refs/weft/db)"
head -n 1 "$out" >first
equal newest "$(json '$.commit' first)" \
    "$(git -C A/db.sqlite.git rev-parse refs/weft/db)"
run 0 weft log A --max 1
equal lines "$(wc -l <"$out")" 1
end

begin 'git: fsck, log -p, diff, clone work'
holds git -C A/db.sqlite.git fsck --strict
git -C A/db.sqlite.git log -p refs/weft/db -- Note/r >patch
holds grep -q '^+{"id":"1","text":"b"}' patch
holds git clone -q A/db.sqlite.git -c remote.origin.fetch=+refs/weft/*:refs/weft/* clone
equal records "$(git -C clone ls-tree -r --name-only refs/weft/db Note/r |
    wc -l)" 1
end

begin 'diff: names what differs, status 3'
run 0 weft replicate A sqlite:B.db
run 0 weft diff A sqlite:B.db
out_empty
put A:Note '{"id":"a"}'
put sqlite:B.db:Note '{"id":"b"}'
put sqlite:B.db:Note '{"id":"1","text":"c"}'
run 3 weft diff A sqlite:B.db
sort "$out" >sorted
printf '%s\n' '! Note 1' '< Note a' '> Note b' | sort >wanted
holds cmp sorted wanted
run 3 weft diff A sqlite:B.db --json --model Note
json_lines "$out"
run 0 weft diff A sqlite:B.db --model Tag
run 4 weft diff A sqlite:B.db --model Nothing
run 3 weft diff A:Note sqlite:B.db:Note
end

begin 'ids: what could be mistaken is printed as JSON'
put A:Note '{"id":"two words\n! Note 1"}'
run 3 weft diff A sqlite:B.db
out_has '< Note "two words\n! Note 1"'
run 0 weft changes A:Note
out_has '"two words\n! Note 1"'
run 0 weft rm A:Note "$(printf 'two words\n! Note 1')"
end

begin 'verify: one source, two sources'
run 0 weft verify A
out_is '0 problems'
run 3 weft verify A sqlite:B.db
out_has '! Note 1' '0 problems, 3 differences'
run 0 weft verify A --json
json_lines "$out"
equal problems "$(json '$.problems')" 0
end

begin 'rectify: edits behind our back are found'
sqlite3 A/db.sqlite .tables >tables
table=$(sqlite3 A/db.sqlite "select name from sqlite_schema
    where type='table' and name like '%Note%' limit 1")
columns=$(sqlite3 A/db.sqlite "select group_concat(name) from
    pragma_table_info('$table')")
case ,$columns, in
*,weft_body,*) ;;
*) fail "table $table has $columns" ;;
esac
sqlite3 A/db.sqlite "update \"$table\" set weft_body='{\"id\":\"1\",\"text\":\"z\"}'
    where weft_id='1'" >"$scratch/.sql" 2>&1 || fail "$(cat "$scratch/.sql")"
run 7 weft verify A
out_has 'Note "1"' rectify
run 0 weft rectify A
out_has 'Note: 1 found' 'Tag: 0 found'
run 0 weft rectify A:Note --json
json_lines "$out"
equal found "$(json '$.found')" 0
run 0 weft verify A
end

begin 'verify: damage is found, status 7'
cp -R A damaged
pack=$(find damaged/db.sqlite.git -name '*.pack' | head -n 1)
test -n "$pack" || fail 'no pack'
chmod u+w "$pack"
size=$(wc -c <"$pack")
printf XXXX | dd of="$pack" bs=1 seek=$((size / 2)) conv=notrunc 2>"$err"
run 7 weft verify damaged
end

finish
