#!/bin/sh
# weft backup, and what comes of a source that was restored: nothing lost,
# nothing resurrected, peers converge, no position given out twice.
. "$top_srcdir/tests/lib/tap.sh"
make_source A

put()
{
	weft put "$1:Note" "$2" >/dev/null || fail "put $2"
}

epoch()
{
	weft status "$1" --json >"$scratch/.status" || fail "status $1"
	json '$.epoch' "$scratch/.status"
}

checkpoint()
{
	weft checkpoint "$1"
}

# sync A B: both ways, with nothing left over, and then they are equal.
sync()
{
	run 0 weft replicate "$1" "$2"
	run 0 weft replicate "$2" "$1"
	run 0 weft replicate "$1" "$2"
	run 0 weft verify "$1" "$2"
}

in_order()
{
	run 0 weft verify "$1"
	holds git -C "$1/db.sqlite.git" fsck --strict
}

begin 'backup: a directory, as a source of its own'
put A '{"id":"1","text":"one"}'
weft rm --quiet A:Note 1
put A '{"id":"2","text":"two"}'
run 0 weft backup A copy
out_has 'A: copied to copy'
run 0 weft verify copy
run 0 weft diff A copy
run 0 weft get copy:Note 2
equal files "$(cd copy && find . -name '*.json' | sort | tr '\n' ' ')" \
    './config.json ./datasources.json ./model-config.json ./models/Note.json ./models/Tag.json '
equal tip "$(git -C copy/db.sqlite.git rev-parse refs/weft/db)" \
    "$(git -C A/db.sqlite.git rev-parse refs/weft/db)"
equal head "$(git -C copy/db.sqlite.git rev-parse HEAD)" \
    "$(git -C A/db.sqlite.git rev-parse HEAD)"
holds git -C copy/db.sqlite.git fsck --strict
end

begin 'backup: refuses what is there, and what makes no sense'
run 5 weft backup A copy
run 2 weft backup A
run 2 weft backup A:Note other
run 2 weft backup A sqlite:other.db
run 4 weft backup nowhere other
test ! -e other || fail 'a part was left'
run 4 weft backup sqlite:nowhere.db sqlite:other.db
test ! -e other.db || fail 'a part was left'
end

begin 'backup: a database that lies elsewhere is not forgotten'
cp -R A elsewhere
sed "s|\"db.sqlite\"|\"$scratch/A/db.sqlite\"|" A/datasources.json \
    >elsewhere/datasources.json
run 5 weft backup elsewhere other
err_has 'lies outside of elsewhere'
test ! -e other && test ! -e other.weft-new || fail 'a part was left'
end

begin 'backup: sqlite:FILE'
run 0 weft replicate A sqlite:f.db
run 0 weft backup sqlite:f.db sqlite:g.db --json
json_lines "$out"
run 0 weft verify sqlite:g.db
run 0 weft diff sqlite:f.db sqlite:g.db
end

begin 'backup: models from several folders, databases in folders'
cp -R A many
mkdir many/more many/data
mv many/models/Tag.json many/more
mv many/db.sqlite many/db.sqlite.git many/data
sed 's|"db.sqlite"|"data/db.sqlite"|' A/datasources.json >many/datasources.json
sed 's|"./models"|"./models", "./more"|' A/model-config.json \
    >many/model-config.json
run 0 weft backup many copied
run 0 weft verify copied
run 0 weft get copied:Note 2
run 0 weft put copied:Tag '{"id":"t","label":"x"}'
end

begin 'backup: writers and compaction go on, copies are whole'
(
	i=0
	while test ! -e stop && test "$i" -lt 300; do
		i=$((i + 1))
		weft put A:Note "{\"id\":\"w$i\",\"size\":$i}" >/dev/null ||
		    exit 1
		test $((i % 7)) -ne 0 || weft compact --quiet A || exit 1
	done
) >writer.log 2>&1 &
writer=$!
round=0
while test "$round" -lt 8; do
	round=$((round + 1))
	rm -rf live
	run 0 weft backup A live
	run 0 weft verify live
	weft status live --json >status || fail 'status live'
	test "$(json '$.storedSeq' status)" -le "$(json '$.seq' status)" ||
	    fail 'the store is ahead of its database'
	# It goes on by itself.
	run 0 weft put live:Note '{"id":"mine"}'
	in_order live
done
touch stop
wait "$writer" || fail "the writer: $(cat writer.log)"
end

begin 'restore of a backup: a new epoch, positions are not given out again'
cp -R A lost
run 0 weft backup A restored
before=$(epoch restored)
put A '{"id":"later","text":"x"}'
run 0 weft checkpoint A --new
run 0 weft checkpoint restored
run 0 weft put restored:Note '{"id":"new","text":"y"}'
test "$(epoch restored)" != "$before" || fail 'the epoch is the old one'
test "$(checkpoint restored)" -gt "$(checkpoint A)" ||
    fail 'a checkpoint is given out again'
after=$(epoch restored)
run 0 weft put restored:Note '{"id":"new","text":"z"}'
equal epoch "$(epoch restored)" "$after"
in_order restored
end

# Two peers in step; a backup of A; then both change and are in step again.
make_pair()
{
	rm -rf A B saved saved.db
	make_source A
	put A '{"id":"keep","text":"1"}'
	put A '{"id":"edit","text":"1"}'
	put A '{"id":"gone","text":"1"}'
	put A '{"id":"theirs","text":"1"}'
	weft init --quiet B --model Note.json --model Tag.json
	sync A B
	"$@"
	put A '{"id":"edit","text":"2"}'
	put A '{"id":"added","text":"2"}'
	weft rm --quiet A:Note gone
	put B '{"id":"theirs","text":"2"}'
	sync A B
	put B '{"id":"edit2","text":"3"}'
}

# A has been restored; what B knows comes back.
assert_healed()
{
	sync A B
	weft export A:Note --filter '{"order":"id"}' >found
	cat >wanted <<-'JSON'
	{"id":"added","text":"2"}
	{"id":"edit","text":"2"}
	{"id":"edit2","text":"3"}
	{"id":"keep","text":"1"}
	{"id":"theirs","text":"2"}
	JSON
	holds cmp found wanted
	in_order A
	in_order B
}

begin 'restore: the database alone, from a plain copy'
make_pair cp -p A/db.sqlite saved.db
before=$(epoch A)
numbers=$(checkpoint A)
rm -f A/db.sqlite-wal A/db.sqlite-shm
cp saved.db A/db.sqlite
assert_healed
test "$(epoch A)" != "$before" || fail 'the epoch is the old one'
test "$(checkpoint A)" -gt "$numbers" || fail 'a checkpoint is given out again'
end

begin 'restore: database and store, from a plain copy, noticed by the peer'
make_pair cp -Rp A saved
before=$(epoch A)
numbers=$(checkpoint A)
rm -rf A
mv saved A
run 0 weft put A:Note '{"id":"keep","text":"1"}'
equal epoch "$(epoch A)" "$before"
assert_healed
test "$(epoch A)" != "$before" || fail 'the epoch is the old one'
test "$(checkpoint A)" -gt "$numbers" || fail 'a checkpoint is given out again'
end

begin 'restore: the same, noticed though it has come as far again'
make_pair cp -Rp A saved
numbers=$(checkpoint A)
before=$(epoch A)
rm -rf A
mv saved A
while test "$(checkpoint A)" -le "$numbers"; do
	run 0 weft checkpoint A --new
done
assert_healed
test "$(epoch A)" != "$before" || fail 'the epoch is the old one'
end

begin 'restore: noticed by the peer as the source'
make_pair cp -Rp A saved
before=$(epoch A)
rm -rf A
mv saved A
run 0 weft replicate B A
test "$(epoch A)" != "$before" || fail 'the epoch is the old one'
assert_healed
end

begin 'restore: from a backup'
make_pair weft backup --quiet A saved
before=$(epoch A)
rm -rf A
mv saved A
assert_healed
test "$(epoch A)" != "$before" || fail 'the epoch is the old one'
end

begin 'restore: what both sides changed since is a conflict'
make_pair weft backup --quiet A saved
rm -rf A
mv saved A
put A '{"id":"edit","text":"mine"}'
put A '{"id":"gone","text":"mine"}'
run 3 weft replicate A B
run 0 weft conflicts A
out_has edit gone
run 0 weft resolve A Note edit --using source
run 0 weft resolve A Note gone --using target
sync A B
run 0 weft get B:Note edit
out_has mine
run 4 weft get A:Note gone
end

begin 'restore: both peers from backups of different times'
make_pair weft backup --quiet A saved
rm -rf A
mv saved A
run 0 weft backup B savedB
put B '{"id":"lost","text":"4"}'
rm -rf B
mv savedB B
assert_healed
end

finish
