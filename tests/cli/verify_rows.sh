#!/bin/sh
# weft verify: damage in the journal's rows, in kept states and in hidden
# properties is found; --repair mends what is known elsewhere.
. "$top_srcdir/tests/lib/tap.sh"

cat >Note.json <<'X'
{"name":"Note","base":"PersistedModel","trackChanges":true,
 "hidden":["secret"],
 "properties":{"id":{"type":"string","id":true},"text":"string",
 "secret":"string"}}
X
weft init --quiet good --model Note.json
notes 5 | weft import --quiet good:Note -
run 0 weft checkpoint --quiet good
notes 5 newer | weft import --quiet good:Note -
run 0 weft checkpoint --quiet good
notes 3 newest | weft import --quiet good:Note -
run 0 weft put good:Note '{"id":"s","secret":"whisper"}'
run 0 weft rm --quiet good:Note n4
run 0 weft verify good

damage()
{
	rm -rf A
	cp -R good A
}

sql()
{
	sqlite3 A/db.sqlite "$1" >.sql 2>&1 || fail "$(cat .sql)"
}

# Verify finds it, and --repair mends it; the journal's rows from before are
# what they were, if there are arguments.
found_and_mended()
{
	run 7 weft verify A
	out_has "$1"
	run 7 weft verify A --json
	json_lines "$out"
	run 0 weft verify A --repair
	out_has ', 0 problems'
	run 0 weft verify A
	out_is '0 problems'
	weft export A:Note --hidden >after
	weft export good:Note --hidden >before
	holds cmp before after
}

rows()
{
	sqlite3 "$1/db.sqlite" "select seq, op, checkpoint from weft_journal
	    where seq <= (select max(seq) from g.weft_journal) order by seq" \
	    -cmd "attach 'good/db.sqlite' as g"
}

same_rows()
{
	rows A >after
	rows good >before
	holds test -s before
	holds cmp before after
}

begin "a record's last change whose op is that of a deletion"
damage
sql "update weft_journal set op='d' where id='n5' and
    seq=(select max(seq) from weft_journal where id='n5')"
found_and_mended 'Note "n5": journal row 10: its op is not that of the'
damage
sql "update weft_journal set op='u' where op='d'"
found_and_mended 'Note "n4": journal row'
end

begin 'an older row whose op is none'
damage
sql "update weft_journal set op='x' where seq=2"
found_and_mended 'journal row 2: its op is none'
equal op "$(sqlite3 A/db.sqlite 'select op from weft_journal where seq=2')" u
end

begin 'a checkpoint that is not in order'
for wrong in 0 99 -1; do
	damage
	sql "update weft_journal set checkpoint=$wrong where seq=3"
	found_and_mended 'journal row 3: its checkpoint is not between'
	same_rows
done
damage
sql "update weft_journal set checkpoint=7 where seq=1"
found_and_mended 'journal row 1: its checkpoint is not between'
same_rows
end

begin 'the time of a row: that of its commit is in the store'
damage
seq=$(git -C A/db.sqlite.git log -1 --format=%B | sed -n 's/^Seq: //p')
sql "update weft_journal set time=time+1000000 where seq=$seq"
found_and_mended "journal row $seq: its time is not that of the commit"
damage
sql "update weft_journal set time=-1 where seq=1"
found_and_mended 'journal row 1: its time is none'
end

begin 'kept states: what they say, of what model, of what position'
for row in "0,'n1',1,'{\"id\":'" "0,'n1',1,'[]'" \
    "7,'n1',1,null" "0,'n1',999,'{\"id\":\"n1\"}'"; do
	damage
	sql "insert into weft_pending values($row)"
	found_and_mended 'the state of "n1" that is kept of position'
	equal kept "$(sqlite3 A/db.sqlite 'select * from weft_pending')" ''
done
end

begin 'hidden properties: reported, and never left out in silence'
for wrong in garbage '[]' '{"secret":' '{ "secret":"x"}'; do
	damage
	sql "update Note set weft_hidden='$wrong' where weft_id='s'"
	run 7 weft verify A
	out_has 'Note "s": its hidden properties are damaged'
done
run 7 weft verify A --repair
sql "update Note set weft_hidden='garbage' where weft_id='s'"
run 7 weft export A:Note --hidden
err_has 'Note "s": its hidden properties are damaged'
run 7 weft get A:Note s --hidden
err_has 'Note "s": its hidden properties are damaged'
run 0 weft export A:Note
run 0 weft put A:Note '{"id":"s","secret":"whisper"}'
run 0 weft verify A
weft export A:Note --hidden >after
weft export good:Note --hidden >before
holds cmp before after
end

finish
