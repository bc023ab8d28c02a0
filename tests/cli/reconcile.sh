#!/bin/sh
# weft replicate where no position is known, or to be relied on.
. "$top_srcdir/tests/lib/tap.sh"
make_source A

put()
{
	weft put "$@" >/dev/null || fail "put $*"
}

# sql FILE STATEMENT
sql()
{
	sqlite3 "$1" "$2" || fail "sqlite3 $*"
}

# What both databases remember of each other.
positions="name like 'position/%' or name like 'sent/%'"

forget_positions()
{
	sql A/db.sqlite "delete from weft_meta where $positions"
	sql B.db "delete from weft_meta where $positions"
}

# Both say that B has seen all of A.
pretend_seen()
{
	seen=$(weft checkpoint A)
	for file in A/db.sqlite B.db; do
		sql "$file" "update weft_meta set value =
		    cast(json_set(cast(value as text), '$.sourceCheckpoint',
		    $seen) as blob) where $positions"
	done
}

notes 800 >notes
weft import --quiet A:Note notes
weft replicate --quiet A sqlite:B.db || fail replicate

begin 'positions are lost: only what differs is looked at'
put A:Note '{"id":"n1","text":"a"}'
weft rm --quiet A:Note n2 || fail rm
put sqlite:B.db:Note '{"id":"n3","text":"b"}'
forget_positions
run 0 weft replicate A sqlite:B.db --both --model Note
out_has 'Note  A -> B.db: 3 differing, 3 changes, 2 applied, roots differ' \
    'Note  B.db -> A: 1 differing, 1 changes, 1 applied, roots equal'
run 0 weft verify A sqlite:B.db
out_is '0 problems, 0 differences'
end

begin 'positions are lost, nothing differs: only roots are compared'
forget_positions
run 0 weft replicate A sqlite:B.db --model Note --json
json_lines "$out"
equal differing "$(json '$.models[0].differing')" 0
equal changes "$(json '$.models[0].changes')" 0
equal roots "$(json '$.models[0].roots')" equal
end

begin 'positions are remembered again'
put A:Note '{"id":"n4","text":"a"}'
run 0 weft replicate A sqlite:B.db --model Note
out_has 'Note  A -> B.db: 1 changes, 1 applied, roots equal'
end

begin 'an older copy of the database is brought up to date'
cp B.db older.db
put A:Note '{"id":"n5","text":"a"}'
put A:Note '{"id":"n6","text":"a"}'
run 0 weft replicate A sqlite:B.db --model Note
cp older.db B.db
run 0 weft replicate A sqlite:B.db --model Note
out_has '2 differing, 2 changes, 2 applied, roots equal'
run 0 weft verify A sqlite:B.db
out_is '0 problems, 0 differences'
end

begin '--verify repairs what differs although the positions deny it'
put A:Note '{"id":"n7","text":"a"}'
weft rm --quiet A:Note n8 || fail rm
weft replicate --quiet A sqlite:C.db || fail 'a later checkpoint'
pretend_seen
run 0 weft replicate A sqlite:B.db --model Note
out_has 'Note  A -> B.db: 0 changes, 0 applied, roots differ'
run 0 weft replicate A sqlite:B.db --model Note --verify
out_has '2 differing, 2 changes, 2 applied, roots equal'
run 0 weft replicate A sqlite:B.db --model Note --verify
out_has '0 differing, 0 changes, 0 applied, roots equal'
run 0 weft verify A sqlite:B.db
out_is '0 problems, 0 differences'
end

begin '--verify finds conflicts as always'
put A:Note '{"id":"n9","text":"a"}'
put sqlite:B.db:Note '{"id":"n9","text":"b"}'
run 3 weft replicate A sqlite:B.db --model Note --verify
out_has '1 differing' 'conflict: n9' '1 conflicts remain'
run 0 weft replicate A sqlite:B.db --model Note --verify \
    --on-conflict source
run 0 weft get sqlite:B.db:Note n9
out_is '{"id":"n9","text":"a"}'
end

begin 'with a filter --verify reads all changes'
run 0 weft replicate A sqlite:B.db --model Note --verify \
    --filter '{"where":{"text":"a"}}'
out_has 'Note  A -> B.db: '
! grep -q differing "$out" || fail "$(cat "$out")"
end

finish
