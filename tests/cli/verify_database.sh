#!/bin/sh
# weft verify: damage of the database's own file is found; indexes are made
# anew, and nothing is called repaired that is not.
. "$top_srcdir/tests/lib/tap.sh"

make_source good
notes 300 >notes
run 0 weft import --quiet good:Note notes

# A fresh copy of the good source, as one file.
damage()
{
	rm -rf A
	cp -R good A
	sqlite3 A/db.sqlite 'pragma wal_checkpoint(truncate)' >/dev/null
}

# damage_index SQL: done to the index of the ids, as if it were a table.
damage_index()
{
	sqlite3 A/db.sqlite '.imposter sqlite_autoindex_Note_1 ids' "$1" \
	    >.sql 2>&1
	grep -qi error .sql && fail "$(cat .sql)"
}

# root TABLE: where its first page is.
root()
{
	echo $((4096 * ($(sqlite3 A/db.sqlite "select rootpage
	    from sqlite_schema where name='$1'") - 1)))
}

begin 'an id that an index lacks: found, and the index is made anew'
damage
damage_index "delete from ids where weft_id='n3'"
run 7 weft verify A
out_has 'database: A/db.sqlite: row 3 missing from index' \
    'wrong # of entries in index sqlite_autoindex_Note_1'
run 7 weft verify A --json
json_lines "$out"
head -n 1 "$out" >one
equal kind "$(json '$.kind' one)" database
run 0 weft verify A --repair
out_has "A: the database's indexes were made anew" ', 0 problems'
run 0 weft verify A
out_is '0 problems'
run 0 weft get A:Note n3
run 0 weft put A:Note '{"id":"n3","text":"one record"}'
equal records "$(sqlite3 A/db.sqlite "select count(*) from Note
    where weft_body like '{\"id\":\"n3\"%'")" 1
end

begin 'an id that is another one in an index'
damage
damage_index "delete from ids where weft_id='n3'"
damage_index "insert into ids values('n3x', 3)"
run 7 weft verify A
out_has 'row 3 missing from index'
run 0 weft verify A --repair
run 0 weft verify A
end

begin 'records are mended after the indexes they are found by'
damage
damage_index "delete from ids where weft_id='n3'"
sqlite3 A/db.sqlite "update Note set weft_track=null where weft_id='n4'"
run 7 weft verify A
run 0 weft verify A --repair
out_has 'indexes were made anew' 'Note: 1 mended' ', 0 problems'
run 0 weft verify A
end

# change_key FROM TO: a record's id in its row, and not in its body nor in an
# index, as a bit that changes does it.
change_key()
{
	sed -i "s/$1{\"id\":\"$1\"/$2{\"id\":\"$1\"/" A/db.sqlite
}

begin 'an id that is another one in its row: the record goes back'
damage
weft export good:Note >before
weft changes good:Note --json | sort >before.changes
change_key n3 m3
run 7 weft verify A
out_has 'row 3 missing from index' 'Note "m3": its body has another id, "n3"'
run 0 weft verify A --repair
out_has "indexes were made anew" 'Note: 1 mended' ', 0 problems'
weft export A:Note | sort >after
sort before | cmp - after || fail 'other records'
weft changes A:Note --json | sort >after
holds cmp before.changes after
equal seq "$(git -C A/db.sqlite.git rev-parse HEAD)" \
    "$(git -C good/db.sqlite.git rev-parse HEAD)"
end

begin 'the same, and the record was put again: the double is deleted'
damage
change_key n3 m3
sqlite3 A/db.sqlite reindex
run 0 weft put A:Note "$(grep '"n3"' notes)"
run 7 weft verify A
out_has 'Note "m3": its body has another id, "n3"'
run 0 weft verify A --repair
run 4 weft get A:Note m3
run 0 weft get A:Note n3
end

begin 'the same, and another record was put: both stay, and are named'
damage
change_key n3 m3
sqlite3 A/db.sqlite reindex
run 0 weft put A:Note '{"id":"n3","text":"newer"}'
run 7 weft verify A --repair
out_has 'Note "m3": its body has another id, "n3"'
run 0 weft get A:Note m3
run 0 weft rm A:Note m3
run 0 weft verify A
end

begin 'a body that is no JSON any more comes from the store'
damage
weft export good:Note >before
sed -i 's/{"id":"n3"/{"id":\xa2n3"/' A/db.sqlite
run 7 weft get A:Note n3
err_has 'Note "n3": its body is damaged: offset 6:'
out_empty
run 7 weft export A:Note
err_has 'Note "n3": its body is damaged' '1 records are left out'
grep -v '"n3"' before | cmp - "$out" || fail 'other records'
run 7 weft export A:Note --array --filter '{"fields":["id"]}' --json
err_has '"name":"WEFT_EDAMAGED"'
json_lines "$err"
equal ids "$(json '$[2].id') $(json '$[#-1].id')" 'n100 n99'
run 7 weft verify A
out_has 'Note "n3": not the revision that its changes say'
run 0 weft verify A --repair
out_has 'Note: 1 mended' ', 0 problems'
weft export A:Note | sort >after
sort before | cmp - after || fail 'other records'
equal seq "$(git -C A/db.sqlite.git rev-parse HEAD)" \
    "$(git -C good/db.sqlite.git rev-parse HEAD)"
end

begin 'a declaration in which a bit has changed'
damage
sed -i 's/"Note"( weft_rowid INTEGER PRIMARY KEY/"Note"( weft_rowid INTEGES PRIMARY KEY/' \
    A/db.sqlite
run 7 weft verify A
out_has 'database: A/db.sqlite: table Note is not declared as it was made'
run 7 weft verify A --repair
out_has "making indexes anew does not mend the database's file"
damage
sed -i 's/weft_hidden TEXT/weft_hiddem TEXT/' A/db.sqlite
run 7 weft verify A
out_has 'table Note is not declared as it was made' \
    'no such column: weft_hidden'
run 7 weft get A:Note n3
err_has 'A/db.sqlite: no such column: weft_hidden'
end

begin 'two records of one id: not what making an index anew can mend'
damage
damage_index "delete from ids where weft_id='n3'"
sqlite3 A/db.sqlite "insert into Note(weft_id, weft_body)
    values('n3', '{\"id\":\"n3\"}')"
run 7 weft verify A --repair
out_has "making indexes anew does not mend the database's file"
grep -q repaired: "$out" && fail 'called repaired'
run 7 weft verify A
end

begin 'a page of an index that cannot even be cleared'
damage
printf '\377\377\377\377' | dd of=A/db.sqlite bs=1 conv=notrunc \
    seek="$(($(root sqlite_autoindex_Note_1) + 3))" 2>/dev/null
run 7 weft verify A
out_has 'database: A/db.sqlite: '
run 7 weft verify A --repair
out_has 'put a backup in its place; nothing was changed'
grep -q repaired: "$out" && fail 'called repaired'
end

begin 'a page of a table: a backup is to take its place'
damage
printf '\377\377\377\377' | dd of=A/db.sqlite bs=1 conv=notrunc \
    seek="$(($(root Note) + 3))" 2>/dev/null
cp A/db.sqlite before
run 7 weft verify A
out_has 'database: A/db.sqlite: ' 'A: not checked any further: '
run 7 weft verify A --repair
out_has 'put a backup in its place; nothing was changed'
grep -q repaired: "$out" && fail 'called repaired'
holds cmp before A/db.sqlite
end

begin 'a file cut short'
damage
truncate -s -8192 A/db.sqlite
run 7 weft verify A
end

finish
