#!/bin/sh
# weft verify: each kind of damage is named with its record, and --repair
# mends it, with a damaged store kept beside the new one.
. "$top_srcdir/tests/lib/tap.sh"

# Two checkpoints, so that the store has two packs; enough records that a trie
# has nodes; one tombstone.
make_source good
notes 300 >notes
run 0 weft import good:Note notes
run 0 weft put good:Tag '{"id":"t","label":"find me"}'
run 0 weft put good:Note '{"id":"n1","text":"newer"}'
run 0 weft rm --quiet good:Note n2
run 0 weft verify good
git=A/db.sqlite.git

# A fresh copy of the good source.
damage()
{
	rm -rf A
	cp -R good A
	chmod -R u+w A
}

sql()
{
	sqlite3 A/db.sqlite "$1" >.sql 2>&1 || fail "$(cat .sql)"
}

# The pack that has the object, and its index, without the suffix.
pack_of()
{
	for index in $git/objects/pack/*.idx; do
		if git show-index <"$index" | grep -q " $1 "; then
			echo "${index%.idx}"
		fi
	done
}

# flip FILE OFFSET: one bit of this byte.
flip()
{
	byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
	printf "\\$(printf %o $((byte ^ 1)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# flip_object OBJECT: a bit in the middle of its entry.
flip_object()
{
	pack=$(pack_of "$1")
	at=$(git -C $git verify-pack -v "${pack#"$git/"}.idx" |
	    awk -v id="$1" '$1 == id { print $5 + int($4 / 2) }')
	flip "$pack.pack" "$at"
}

# Verify finds it, the texts are in what it says; --repair mends it.
found_and_mended()
{
	run 7 weft verify A
	out_has "$@"
	cp "$out" problems
	run 7 weft verify A --json
	json_lines "$out"
	run 0 weft verify A --repair
	out_has ', 0 problems'
	run 0 weft verify A
	out_is '0 problems'
	run 0 git -C $git fsck --strict --no-dangling
	weft export A:Note >after
	weft export good:Note >before
	holds cmp before after
}

begin 'a bit of a record: named by model and id'
damage
flip_object "$(git -C $git rev-parse HEAD:Tag/r/t)"
found_and_mended 'Tag/r/t: '
run 0 test -d $git.damaged-1
run 0 weft export A:Tag
out_is '{"id":"t","label":"find me"}'
damage
flip_object "$(git -C $git rev-parse HEAD:Tag/r/t)"
run 7 weft verify A --json
grep '"id":"t"' "$out" >one
equal kind "$(json '$.kind' one)" store
equal model "$(json '$.model' one)" Tag
equal object "$(json '$.object' one)" \
    "$(git -C good/db.sqlite.git rev-parse HEAD:Tag/r/t)"
equal source "$(json '$.source' one)" A
end

begin 'a bit of a node of a trie: the records below it are named'
damage
flip_object "$(git -C $git rev-parse HEAD:Note/r/0)"
found_and_mended 'Note/r/0: ' 'cannot be read in the store'
git -C good/db.sqlite.git ls-tree -r --name-only HEAD:Note/r/0 |
    sed 's/.*\///' | sort >wanted
sed -n 's/^Note "\(.*\)": it cannot be read in the store.*/\1/p' problems |
    sort >named
holds test -s wanted
holds cmp wanted named
end

begin 'a bit of the commit'
damage
flip_object "$(git -C $git rev-parse HEAD)"
found_and_mended "$(git -C good/db.sqlite.git rev-parse HEAD): "
end

begin 'a bit of an older commit: the newest state is good'
damage
flip_object "$(git -C $git rev-parse HEAD~2)"
run 0 weft verify A --quick
found_and_mended "$(git -C good/db.sqlite.git rev-parse HEAD~2): "
end

begin 'a write to a source with a damaged store is refused, and says how'
damage
flip_object "$(git -C $git rev-parse HEAD)"
run 7 weft put A:Note '{"id":"n3"}'
err_has 'weft verify --repair'
end

tip_pack=$(damage; pack_of "$(git -C $git rev-parse HEAD)")

begin 'a pack that was cut'
damage
truncate -s -60 "$tip_pack.pack"
found_and_mended "${tip_pack#"$git/"}"
end

begin 'an index that was cut'
damage
truncate -s 700 "$tip_pack.idx"
found_and_mended "${tip_pack#"$git/"}.idx"
end

begin 'an index that leads outside of its pack'
damage
size=$(wc -c <"$tip_pack.idx")
printf '\177\377\377\377' | dd of="$tip_pack.idx" bs=1 \
    seek=$((size - 44)) conv=notrunc 2>/dev/null
found_and_mended "${tip_pack#"$git/"}.idx"
end

begin "another pack's index"
damage
for index in $git/objects/pack/*.idx; do
	test "$index" = "$tip_pack.idx" || cp -f "$index" "$tip_pack.idx"
done
found_and_mended "${tip_pack#"$git/"}"
end

begin 'a missing pack, a missing index'
damage
rm "$tip_pack.pack"
found_and_mended "${tip_pack##*/}.idx is damaged"
damage
rm "$tip_pack.idx"
found_and_mended "${tip_pack#"$git/"}.pack: it has no index"
end

begin 'a ref that names nothing, a ref that is no id'
damage
ref=$(find $git/refs/weft -type f)
echo 1234567890123456789012345678901234567890 >"$ref"
found_and_mended 1234567890123456789012345678901234567890
damage
echo nonsense >"$ref"
found_and_mended "does not hold the id of a commit"
end

begin 'a missing commit is damage, not "not found"'
damage
older=$(pack_of "$(git -C $git rev-parse HEAD~3)")
rm "$older.pack" "$older.idx"
missing="is missing in the history (see \`weft verify\`)"
run 7 weft log A
err_has "$git: commit " "$missing"
run 7 weft log A:Note n2
err_has missing
run 7 weft get A:Note n1 --at 1970-01-01
err_has "$git: commit " "$missing"
run 7 weft export A:Note --at 1970-01-01
err_has "$git: commit " "$missing"
run 7 weft diff A --from 1970-01-01
err_has "$git: commit " "$missing"
found_and_mended
end

begin 'all packs are gone: what the database has is read'
damage
rm $git/objects/pack/*
run 0 weft get A:Note n1
run 0 weft status A
out_has 'damaged: its last commit cannot be read'
run 0 weft status A --json
equal damaged "$(json '$.damaged')" 1
run 0 weft diff A good
err_has "$git: " 'records are compared'
run 7 weft put A:Note '{"id":"n3"}'
err_has "$git: "
end

begin 'a backup of a damaged store says so, and not to try again'
damage
rm "${tip_pack}.pack" "${tip_pack}.idx"
run 7 weft backup A copy
err_has "$git: refs/weft/" 'weft verify --repair'
end

# The store has the commits that it had, and has lost none.
same_history()
{
	weft log A --json | sed 's/"source":"[^"]*"//' >after
	weft log good --json | sed 's/"source":"[^"]*"//' >before
	holds test -s before
	holds cmp before after
	equal tip "$(git -C $git rev-parse "${ref#"$git/"}")" \
	    "$(git -C $git rev-parse HEAD)"
	run 1 test -d $git.damaged-1
}

begin 'a backup of a store whose ref is gone has the history'
damage
rm "$ref"
run 0 weft backup A copy
run 0 weft verify copy --repair
holds git -C copy/db.sqlite.git merge-base --is-ancestor \
    "$(git -C good/db.sqlite.git rev-parse HEAD)" HEAD
rm -rf copy
end

begin 'refs of nonsense: named, found again, no history is lost'
branch=$git/refs/heads/${ref##*/}
for nonsense in x '' 1234567890123456789012345678901234567890 "$(seq 99)"; do
	damage
	echo "$nonsense" >"$ref"
	echo "$nonsense" >"$branch"
	for command in 'log A' 'log A:Note n1' 'get A:Note n1 --at 1' \
	    'diff A --from 1' 'backup A copy'; do
		run 7 weft $command
	done
	run 0 weft get A:Note n1
	run 0 weft status A
	out_has 'damaged: '
	found_and_mended 'store: '
	same_history
	damage
	echo "$nonsense" >"$ref"
	echo "$nonsense" >"$branch"
	run 0 weft put A:Note '{"id":"n3","text":"goes on"}'
	err_has "$git: the ref of its last commit was gone, or damaged"
	equal commits "$(git -C $git rev-list --count HEAD)" \
	    $(($(git -C good/db.sqlite.git rev-list --count HEAD) + 1))
done
end

begin 'who reads takes no lost ref for a source without history'
damage
rm "$ref" "$branch"
for command in 'log A' 'log A:Note n1' 'get A:Note n1 --at 1' \
    'diff A --from 1'; do
	run 7 weft $command
	err_has "$ref is gone"
done
run 0 weft get A:Note n1
run 0 weft status A
out_has 'damaged: ' 'root not known'
rm -rf $git
run 0 weft log A
err_has "$git is no repository any more"
end

begin 'a ref that names a commit of another database'
make_source other
run 0 weft put other:Note '{"id":"foreign"}'
damage
git -C $git fetch -q ../../other/db.sqlite.git \
    "+refs/weft/*:refs/other/*" || fail fetch
git -C $git update-ref "${ref#"$git/"}" \
    "$(git -C other/db.sqlite.git rev-parse HEAD)"
found_and_mended "of another database's journal"
run 1 test -d $git.damaged-1
end

begin 'a ref that went back to an older commit'
damage
git -C $git update-ref "${ref#"$git/"}" "$(git -C $git rev-parse HEAD~1)"
found_and_mended 'the database relies on it up to'
run 1 test -d $git.damaged-1
end

begin 'refs that are gone: the tip, the branch, both; no history is lost'
branch=$git/refs/heads/${ref##*/}
damage
run 0 test -f "$branch"
rm "$ref"
found_and_mended 'the ref of its last one is gone, and the database relies on'
same_history
damage
rm "$branch"
run 0 weft verify A
run 0 weft put A:Tag '{"id":"t2","label":"x"}'
holds cmp "$ref" "$branch"
damage
rm "$ref" "$branch"
found_and_mended 'the ref of its last one is gone'
same_history
damage
rm -rf "$ref" "$branch" $git/weft
run 0 weft put A:Note '{"id":"n3","text":"goes on"}'
err_has "$git: the ref of its last commit was gone, or damaged"
equal commits "$(git -C $git rev-list --count HEAD)" \
    $(($(git -C good/db.sqlite.git rev-list --count HEAD) + 1))
end

begin 'refs that are gone, in what git has packed anew'
damage
git -C $git gc -q --prune=now || fail gc
rm -f "$ref" "$branch" $git/packed-refs
found_and_mended 'the ref of its last one is gone'
same_history
end

begin 'both refs and the newest pack: the newest commit that is complete'
damage
rm "$ref" "$branch" "$tip_pack.pack" "$tip_pack.idx"
before=$(git -C good/db.sqlite.git rev-parse HEAD~1)
found_and_mended 'the ref of its last one is gone'
holds git -C $git merge-base --is-ancestor "$before" HEAD
end

begin 'the tip, and a branch that somebody has set to another commit'
damage
git -C $git update-ref "${branch#"$git/"}" "$(git -C $git rev-parse HEAD~1)"
rm "$ref"
found_and_mended 'the ref of its last one is gone'
same_history
end

begin 'an epoch that is damaged: a new one begins'
damage
sql "update weft_meta set value=x'01'||substr(value,2) where name='epoch'"
found_and_mended "its last commit is of another database's journal"
run 1 test -d $git.damaged-1
damage
sql "update weft_meta set value='short' where name='epoch'"
run 0 weft put A:Note '{"id":"n3","text":"goes on"}'
err_has 'the epoch is damaged: a new one begins'
run 0 weft verify A
end

begin 'a store that is gone'
damage
rm -rf $git
found_and_mended "$git is no repository any more, and the database relies on"
damage
rm -rf $git
run 0 weft put A:Note '{"id":"n3"}'
err_has "$git has no commit" 'without their history'
run 0 weft verify A
end

begin 'a store without HEAD: its history is kept'
damage
rm $git/HEAD
run 7 weft verify A
out_has "$git is no repository any more"
run 0 weft verify A --repair
run 0 weft verify A
out_is '0 problems'
holds git -C $git merge-base --is-ancestor \
    "$(git -C good/db.sqlite.git rev-parse HEAD)" HEAD
end

begin 'a source that never had a store'
make_source empty
rm -rf empty/db.sqlite.git
run 0 weft verify empty
end

begin 'a commit agreed on with a peer that is gone'
run 0 weft replicate good sqlite:peer.db
damage
peer=$(find $git/refs/weft/peer -type f | head -n 1)
echo 1234567890123456789012345678901234567890 >"$peer"
found_and_mended "${peer#"$git/"}: "
end

begin 'a database that was restored: noticed, and nothing is lost'
damage
run 0 weft put A:Note '{"id":"n5","text":"after the backup"}'
cp good/db.sqlite A/db.sqlite
found_and_mended 'was that restored?'
run 1 test -d $git.damaged-1
end

begin 'a journal row that is missing'
damage
sql "delete from weft_journal where id='n1' and
    seq=(select max(seq) from weft_journal where id='n1')"
found_and_mended 'Note "n1": the journal has no row of its last change'
end

begin 'a journal row of another revision'
damage
sql "update weft_journal set rev=x'0123456789012345678901234567890123456789'
    where id='n3'"
found_and_mended 'Note "n3": journal row 3: its revision'
end

begin 'a track row that does not fit the body'
damage
sql "update Note set weft_track=(select weft_track from Note
    where weft_id='n4') where weft_id='n3'"
found_and_mended 'Note "n3": not the revision that its changes say'
end

begin 'a track row that cannot be read'
damage
sql "update Note set weft_track=x'0102' where weft_id='n3';
    update weft_tombstones_Note set weft_track=x'0102'"
found_and_mended 'Note "n3": ' 'Note "n2": '
end

begin 'a record changed behind our back is recorded as a change'
damage
sql "update Note set weft_body='{\"id\":\"n3\",\"text\":\"edited\"}'
    where weft_id='n3'"
run 7 weft verify A
out_is 'Note "n3": not the revision that its changes say: run rectify
1 problems'
run 0 weft verify A --repair
run 0 weft get A:Note n3
out_is '{"id":"n3","text":"edited"}'
run 0 weft changes A:Note --json
grep '"modelId":"n3"' "$out" >one
equal rev "$(json '$.rev' one)" \
    "$(printf %s '{"id":"n3","text":"edited"}' | sha1sum | cut -c 1-40)"
end

begin 'a tombstone that is lost: made again from the store, with its revision'
damage
sql "delete from weft_tombstones_Note"
found_and_mended 'Note "n2": in the store, not in the database'
run 1 test -d $git.damaged-1
equal commits "$(git -C $git rev-list HEAD | wc -l)" \
    $(($(git -C good/db.sqlite.git rev-list HEAD | wc -l) + 1))
run 0 weft changes A:Note --json
grep '"modelId":"n2"' "$out" >one
equal prev "$(json '$.prev' one)" \
    "$(grep '"n2"' notes | tr -d '\n' | sha1sum | cut -c 1-40)"
end

begin 'a record that is lost with its tombstone: it comes back from the store'
damage
sql "delete from Note where weft_id='n1' or weft_id='n7';
    delete from weft_tombstones_Note"
found_and_mended 'Note "n1": in the store, not in the database' \
    'Note "n7": in the store'
run 1 test -d $git.damaged-1
end

begin 'the same beside a damaged object: first the records, then the store'
damage
sql "delete from Note where weft_id='n1'; delete from weft_tombstones_Note"
flip_object "$(git -C $git rev-parse HEAD:Tag/r/t)"
found_and_mended 'Note "n1": in the store, not in the database' 'Tag/r/t: '
run 0 test -d $git.damaged-1
end

begin 'another state in the store: the change is listed anew'
damage
sql "create table old as select * from Note where weft_id='n3'"
run 0 weft put A:Note '{"id":"n3","text":"not for long"}'
sql "update Note set weft_body=(select weft_body from old),
    weft_track=(select weft_track from old) where weft_id='n3';
    drop table old"
found_and_mended 'Note "n3": another state than in the store'
run 1 test -d $git.damaged-1
run 0 weft log A:Note n3
out_has 'not for long'
end

begin 'a pair: each problem says which source has it'
damage
rm -rf B
cp -R good B
sql "update Note set weft_track=null where weft_id='n3'"
run 7 weft verify B A
out_has 'A: Note "n3": written behind'
run 2 weft verify A B --repair
end

begin 'repair: a second time, a second name; nothing to do'
damage
flip_object "$(git -C $git rev-parse HEAD)"
run 0 weft verify A --repair
flip_object "$(git -C $git rev-parse HEAD)"
run 0 weft verify A --repair
run 0 test -d $git.damaged-2
run 0 weft verify A --repair
out_is '0 problems'
run 1 test -d $git.damaged-3
end

begin 'a lost database: the newest records are in the store'
git clone -q good/db.sqlite.git rescued || fail clone
make_source N
find rescued/Note/r -type f ! -name '%h*.id' \
    -exec sh -c 'for f; do cat "$f"; echo; done' - {} + |
    weft import --quiet N:Note - || fail import
weft export N:Note >after
weft export good:Note >before
holds cmp before after
end

finish
