#!/bin/sh
# weft replicate, conflicts, resolve.
. "$top_srcdir/tests/lib/tap.sh"
make_source A

put()
{
	weft put "$@" >/dev/null || fail "put $*"
}

begin 'replicate: to a database file that is made'
notes 1500 >notes
weft import --quiet A:Note notes
put A:Tag '{"id":"t","label":"l","secret":"s"}'
run 0 weft replicate A sqlite:B.db
out_has 'Note  A -> B.db: 1500 changes, 1500 applied, roots equal' \
    'Tag  A -> B.db: 1 changes, 1 applied, roots equal'
run 0 weft diff A sqlite:B.db
out_empty
run 0 weft get sqlite:B.db:Tag t --hidden
out_is '{"id":"t","label":"l"}'
end

begin 'replicate: again there is nothing to do'
run 0 weft replicate A sqlite:B.db
out_has 'Note  A -> B.db: 0 changes, 0 applied, roots equal'
end

begin 'replicate: only what changed'
put A:Note '{"id":"n1","text":"changed"}'
weft rm --quiet A:Note n2 || fail rm
run 0 weft replicate A sqlite:B.db
run 0 weft get sqlite:B.db:Note n1
out_is '{"id":"n1","text":"changed"}'
run 4 weft get sqlite:B.db:Note n2
end

begin 'replicate --both: each side gets the other'
put A:Note '{"id":"a"}'
put sqlite:B.db:Note '{"id":"b"}'
run 0 weft replicate A sqlite:B.db --both
run 0 weft get sqlite:B.db:Note a
run 0 weft get A:Note b
run 0 weft verify A sqlite:B.db
out_is '0 problems, 0 differences'
end

begin 'replicate: a conflict is kept, status 3'
put A:Note '{"id":"a","text":"ours"}'
put sqlite:B.db:Note '{"id":"a","text":"theirs"}'
run 3 weft replicate A sqlite:B.db
out_has 'conflict: a' '1 conflicts remain'
run 3 weft replicate --quiet A sqlite:B.db
out_is 'Note conflict: a'
run 0 weft get sqlite:B.db:Note a
out_is '{"id":"a","text":"theirs"}'
end

begin 'conflicts: shows base, source and target'
run 0 weft conflicts A
out_has 'Note a: update conflict' '"ours"' '"theirs"' 'base' "$scratch/B.db"
run 0 weft conflicts A --json
json_lines "$out"
equal base "$(json '$.base.id')" a
equal source "$(json '$.source.text')" ours
equal target "$(json '$.target.text')" theirs
equal peer "$(json '$.peer')" "sqlite:$scratch/B.db"
run 0 weft conflicts A:Tag
out_is 'no conflicts'
run 0 weft status A --json
equal conflicts "$(json '$.conflicts')" 1
end

begin 'a kept conflict that cannot be read: told, and kept anew'
cp -R A C
sqlite3 C/db.sqlite "update weft_meta set value='{\"a\":'
    where name like 'conflict/%'"
run 7 weft verify C
out_has 'conflict/Note/' '/a: not canonical JSON'
run 0 weft conflicts C
err_has 'conflict/Note/' '/a: not canonical JSON'
run 3 weft replicate C sqlite:B.db
run 0 weft verify C
run 0 weft conflicts C
out_has 'Note a: update conflict' '"ours"' '"theirs"'
end

begin 'a position that cannot be read: told, and all is compared'
sqlite3 C/db.sqlite "update weft_meta set value='{\"a\":'
    where name like 'sent/%'"
run 7 weft verify C
out_has 'sent/' ': not canonical JSON'
before=$(sqlite3 C/db.sqlite "select value from weft_meta
    where name = 'epoch'")
run 3 weft replicate C sqlite:B.db
err_has 'sent/' 'the position is not known'
run 0 weft verify C
equal epoch "$(sqlite3 C/db.sqlite "select value from weft_meta
    where name = 'epoch'")" "$before"
run 3 weft replicate C sqlite:B.db
err_empty
rm -rf C
end

begin 'resolve --using source'
run 0 weft resolve A Note a --using source
run 0 weft conflicts A
out_is 'no conflicts'
run 0 weft replicate A sqlite:B.db
run 0 weft get sqlite:B.db:Note a
out_is '{"id":"a","text":"ours"}'
end

begin 'resolve --using target'
put A:Note '{"id":"a","text":"ours 2"}'
put sqlite:B.db:Note '{"id":"a","text":"theirs 2"}'
run 3 weft replicate A sqlite:B.db
run 0 weft resolve A Note a --using target --json
json_lines "$out"
run 0 weft replicate A sqlite:B.db
run 0 weft get A:Note a
out_is '{"id":"a","text":"theirs 2"}'
run 0 weft verify A sqlite:B.db
end

begin 'resolve --data'
put A:Note '{"id":"a","text":"ours 3"}'
put sqlite:B.db:Note '{"id":"a","text":"theirs 3"}'
run 3 weft replicate A sqlite:B.db
echo '{"id":"a","text":"both"}' >both
run 0 weft resolve A Note a --data both
run 0 weft replicate A sqlite:B.db
run 0 weft get sqlite:B.db:Note a
out_is '{"id":"a","text":"both"}'
end

begin 'resolve --delete'
weft rm --quiet A:Note a || fail rm
put sqlite:B.db:Note '{"id":"a","text":"theirs 4"}'
run 3 weft replicate A sqlite:B.db
run 0 weft conflicts A
out_has 'delete conflict' 'source (deleted)'
run 0 weft resolve A Note a --delete
run 0 weft replicate A sqlite:B.db
run 4 weft get sqlite:B.db:Note a
end

begin 'resolve: faults'
run 4 weft resolve A Note a --using source
err_has 'no conflict of Note "a"'
run 2 weft resolve A Note a
err_has '--using source'
run 2 weft resolve A Note a --using source --delete
run 2 weft resolve A Note a --using neither
err_has '"neither"'
put A:Note '{"id":"c","text":"x"}'
put sqlite:B.db:Note '{"id":"c","text":"y"}'
run 3 weft replicate A sqlite:B.db
echo '{"id":"c",' >bad
run 5 weft resolve A Note c --data bad
run 0 weft conflicts A:Note
out_has 'Note c:'
end

begin 'resolve --all: by the page, but not over what has changed'
notes 1200 ours >ours
notes 1200 theirs >theirs
for side in ours theirs; do
	weft init --quiet "sqlite:$side.db" --model Note.json || fail init
	weft import --quiet "sqlite:$side.db:Note" "$side" || fail import
done
run 3 weft replicate --quiet sqlite:ours.db sqlite:theirs.db
put sqlite:ours.db:Note '{"id":"n7","text":"newer"}'
run 2 weft resolve sqlite:ours.db --all
err_has '--using source'
run 2 weft resolve sqlite:ours.db Note --all --using source
run 2 weft resolve sqlite:ours.db Note --using source
run 0 weft resolve sqlite:ours.db:Note --all --using target --json \
    --peer sqlite:A/db.sqlite
equal resolved "$(json '$.resolved')" 0
run 3 weft resolve sqlite:ours.db --all --using target --json
equal resolved "$(json '$.resolved')" 1199
equal left "$(json '$.left')" 1
err_has 'Note "n7": left: the record has changed since it was found'
run 0 weft get sqlite:ours.db:Note n7
out_is '{"id":"n7","text":"newer"}'
run 0 weft get sqlite:ours.db:Note n1200
out_is '{"id":"n1200","text":"theirs 1200"}'
run 3 weft replicate --quiet sqlite:ours.db sqlite:theirs.db
run 0 weft resolve sqlite:ours.db --all --using source
out_has '1 conflicts resolved'
run 0 weft replicate sqlite:ours.db sqlite:theirs.db
run 0 weft diff sqlite:ours.db sqlite:theirs.db
rm -rf ours.db* theirs.db*
end

begin 'resolve: the other side has moved'
mv B.db moved.db
mv B.db.git moved.db.git
run 4 weft resolve A Note c --using source
err_has '--peer' B.db
run 0 weft resolve A Note c --using source --peer sqlite:moved.db
mv moved.db B.db
mv moved.db.git B.db.git
run 0 weft replicate A sqlite:B.db
run 0 weft get sqlite:B.db:Note c
out_is '{"id":"c","text":"x"}'
end

begin 'replicate --on-conflict source, seen the same both ways'
put A:Note '{"id":"p","text":"ours"}'
put sqlite:B.db:Note '{"id":"p","text":"theirs"}'
run 0 weft replicate A sqlite:B.db --both --on-conflict source
run 0 weft get sqlite:B.db:Note p
out_is '{"id":"p","text":"ours"}'
run 0 weft verify A sqlite:B.db
end

begin 'replicate --on-conflict target'
put A:Note '{"id":"p","text":"ours 2"}'
put sqlite:B.db:Note '{"id":"p","text":"theirs 2"}'
run 0 weft replicate A sqlite:B.db --both --on-conflict target
run 0 weft get A:Note p
out_is '{"id":"p","text":"theirs 2"}'
run 0 weft verify A sqlite:B.db
end

begin 'replicate --on-conflict newest'
put A:Note '{"id":"q","text":"old","updatedAt":"2024-01-01T00:00:00.000Z"}'
put sqlite:B.db:Note \
    '{"id":"q","text":"new","updatedAt":"2024-01-02T00:00:00.000Z"}'
run 0 weft replicate A sqlite:B.db --both --on-conflict newest
run 0 weft get A:Note q
out_has new
run 0 weft verify A sqlite:B.db
end

begin 'replicate --on-conflict merge: different properties'
put A:Note '{"id":"m","text":"t","size":1}'
run 0 weft replicate A sqlite:B.db --both
put A:Note '{"id":"m","text":"changed","size":1}'
put sqlite:B.db:Note '{"id":"m","text":"t","size":2}'
run 0 weft replicate A sqlite:B.db --both --on-conflict merge
run 0 weft get A:Note m
out_is '{"id":"m","size":2,"text":"changed"}'
run 0 weft verify A sqlite:B.db
end

begin 'replicate --on-conflict merge: the same property stays a conflict'
put A:Note '{"id":"m","text":"ours","size":2}'
put sqlite:B.db:Note '{"id":"m","text":"theirs","size":2}'
run 3 weft replicate A sqlite:B.db --on-conflict merge
run 0 weft resolve A Note m --using target
run 0 weft replicate A sqlite:B.db --both
end

begin 'replicate --model and DIR:Model: one model only'
put A:Note '{"id":"only"}'
put A:Tag '{"id":"only","label":"x"}'
run 0 weft replicate A sqlite:B.db --model Tag
run 4 weft get sqlite:B.db:Note only
run 0 weft get sqlite:B.db:Tag only
run 0 weft replicate A:Note sqlite:B.db
run 0 weft get sqlite:B.db:Note only
run 4 weft replicate A sqlite:B.db --model Nothing
err_has 'no model "Nothing"'
end

begin 'replicate --filter: only what it selects'
run 0 weft replicate A sqlite:F.db --model Note \
    --filter '{"where":{"id":{"inq":["n3","n4"]}}}'
run 0 weft export sqlite:F.db:Note
equal records "$(wc -l <"$out")" 2
run 5 weft replicate A sqlite:F.db --filter '{"where":{"id":{"x":1}}}'
end

begin 'replicate --json'
put A:Note '{"id":"j"}'
run 0 weft replicate A sqlite:B.db --json
json_lines "$out"
equal applied "$(json '$.models[0].applied')" 1
equal roots "$(json '$.models[0].roots')" equal
equal conflicts "$(json '$.conflicts')" 0
end

begin 'replicate: faults of usage'
run 2 weft replicate A A
err_is 'weft: A is both source and target'
run 2 weft replicate A sqlite:B.db --on-conflict nobody
err_has '"nobody"'
run 2 weft replicate A sqlite:B.db --since x
run 2 weft replicate A sqlite:B.db --since 1,y
run 2 weft replicate A sqlite:B.db --chunk 0
run 2 weft replicate A sqlite:B.db --chunk 1001
err_has '--chunk is at most 1000'
run 5 weft replicate A sqlite:never.db --filter '{'
err_is 'weft: filter: offset 1: the input ends too early'
holds test ! -e never.db
run 6 weft replicate A sqlite:A/db.sqlite
err_has 'A/db.sqlite.git is open for writing already in this process'
run 4 weft replicate A nowhere
err_is 'weft: nowhere: no such directory'
run 4 weft replicate nowhere A
end

begin 'replicate: what is refused is named, with the reason'
mkdir refused && sed 's/"text":{/"text":{"required":true,/' Note.json \
    >refused/Note.json
weft init --quiet strict --model refused/Note.json || fail init
weft init --quiet lax --model Note.json || fail init
weft put lax:Note '{"id":"bad"}' >/dev/null || fail put
run 5 weft replicate lax strict
err_has 'weft: refused: Note "bad"' text
run 5 weft replicate lax strict --json
head -n 1 "$err" >first
equal model "$(json '$.refused.model' first)" Note
equal id "$(json '$.refused.modelId' first)" bad
json '$.refused.message' first | grep -q text || fail 'no reason' "$(cat first)"
json_lines "$err"
json_lines "$out"
end

begin 'replicate: a model that is not there makes no database'
run 4 weft replicate A sqlite:typo.db --model Nots
err_is 'weft: A: no model "Nots"'
holds test ! -e typo.db
holds test ! -e typo.db.git
run 0 weft replicate A sqlite:typo.db
run 0 weft diff A sqlite:typo.db
end

begin 'replicate: nothing in common'
echo '{"name":"Other","trackChanges":true}' >Other.json
weft init --quiet O --model Other.json
run 5 weft replicate A O
err_has 'no tracked model in common'
end

begin 'replicate --since -1: everything again, to no effect'
run 0 weft replicate A sqlite:B.db --since -1 --chunk 100
out_has '0 applied, roots equal'
end

# pass_by: both sides believe that they have replicated all there is.
pass_by()
{
	for source in S sqlite:T.db; do
		while test "$(weft checkpoint "$source")" -lt "$1"; do
			weft checkpoint --quiet "$source" --new >/dev/null
		done
	done
	for file in S/db.sqlite T.db; do
		sqlite3 "$file" "update weft_meta set value =
		    cast(json_set(cast(value as text),
		    '\$.sourceCheckpoint', $1, '\$.targetCheckpoint', $1)
		    as blob) where name glob 'position/*' or
		    name glob 'sent/*'" || fail "sqlite3 $file"
	done
}

begin 'replicate --both: what neither side would send is compared strictly'
make_source S
run 0 weft replicate S sqlite:T.db --both
put S:Note '{"id":"s"}'
put sqlite:T.db:Note '{"id":"t"}'
pass_by 20
run 0 weft replicate S sqlite:T.db
out_has 'Note  S -> T.db: 0 changes, 0 applied, roots differ'
run 0 weft replicate S sqlite:T.db --both
out_has 'Note  S -> T.db: 0 changes, 0 applied, roots differ' \
    'Note  T.db -> S: 0 changes, 0 applied, roots differ' \
    'Note  S -> T.db, strict: ' 'Note  T.db -> S, strict: ' 'roots equal'
run 0 weft get sqlite:T.db:Note s
run 0 weft get S:Note t
run 0 weft replicate S sqlite:T.db --both
if grep -q strict "$out"; then fail "strict: $(cat "$out")"; fi
end

begin 'replicate --both: a conflict that neither side would send is found'
put S:Note '{"id":"both","text":"S"}'
put sqlite:T.db:Note '{"id":"both","text":"T"}'
pass_by 40
run 3 weft replicate S sqlite:T.db --both --json
json_lines "$out"
equal first "$(json '$.models[0].strict')" ''
equal third "$(json '$.models[2].strict')" 1
equal conflicts "$(json '$.conflicts')" 1
run 0 weft resolve S Note both --using source
run 0 weft replicate S sqlite:T.db --both
run 0 weft diff S sqlite:T.db
end

finish
