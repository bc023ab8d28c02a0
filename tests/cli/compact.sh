#!/bin/sh
# weft compact: packs are merged, old history goes, records stay.
. "$top_srcdir/tests/lib/tap.sh"
make_source A

# commits DIR FROM TO: each a checkpoint and a write of Note 1.
commits()
{
	i=$2
	while test "$i" -le "$3"; do
		weft put "$1:Note" "{\"id\":\"1\",\"text\":\"v$i\"}" >/dev/null &&
		    weft checkpoint "$1" --new >"$scratch/.checkpoint" ||
		    fail "put $i"
		i=$((i + 1))
	done
}

packs()
{
	find "$1/db.sqlite.git/objects/pack" -name '*.pack' | wc -l
}

history()
{
	git -C "$1/db.sqlite.git" rev-list --count refs/weft/db
}

begin 'compact: one pack, the same history'
commits A 1 5
equal packs "$(packs A)" 5
run 0 weft compact A
out_has 'A: 0 commits dropped, 1 packs' 'instead of 5'
equal packs "$(packs A)" 1
equal history "$(history A)" 5
run 0 weft verify A
holds git -C A/db.sqlite.git fsck --strict
end

begin 'compact --json'
commits A 6 7
run 0 weft compact A --json
json_lines "$out"
equal before "$(json '$.packsBefore')" 3
equal packs "$(json '$.packs')" 1
equal dropped "$(json '$.commits')" 0
end

begin 'compact --keep-checkpoints: older states are gone'
blob=$(git -C A/db.sqlite.git rev-parse refs/weft/db~3:Note/r/1)
run 0 weft compact A --keep-checkpoints 1 --json
equal dropped "$(json '$.commits')" 5
equal history "$(history A)" 2
run 1 git -C A/db.sqlite.git cat-file -e "$blob"
run 0 weft get A:Note 1
out_has v7
run 0 weft verify A
holds git -C A/db.sqlite.git fsck --strict
holds git clone -q A/db.sqlite.git clone
end

begin 'compact --keep-days: nothing is older'
commits A 8 9
run 0 weft compact A --keep-days 1 --json
equal dropped "$(json '$.commits')" 0
equal history "$(history A)" 4
end

begin 'compact: the settings say what to keep'
sed 's/"connector"/"keepCheckpoints": 0, "connector"/' \
    A/datasources.json >new && cp new A/datasources.json
holds grep -q keepCheckpoints A/datasources.json
run 0 weft compact A --keep-days 1 --json
equal dropped "$(json '$.commits')" 0
run 0 weft compact A --json
equal history "$(history A)" 1
sed 's/"keepCheckpoints": 0/"keepDays": "x"/' A/datasources.json >new &&
    cp new A/datasources.json
run 5 weft compact A
err_has keepDays
sed 's/"keepDays": "x",//' A/datasources.json >new &&
    cp new A/datasources.json
end

begin 'compact: tombstones go when they are heard of, or old'
make_source C
notes 3 | weft import --quiet C:Note - || fail put
run 0 weft replicate C sqlite:D.db
weft rm --quiet C:Note n1 || fail rm
run 0 weft compact C --drop-heard-tombstones --json
equal heard "$(json '$.tombstones')" 0
run 0 weft replicate C sqlite:D.db
run 0 weft compact C --drop-heard-tombstones
out_has '1 tombstones dropped'
weft rm --quiet C:Note n2 || fail rm
run 0 weft compact C --tombstone-days 1 --json
equal old "$(json '$.tombstones')" 0
run 0 weft compact C --tombstone-days 0 --json
equal old "$(json '$.tombstones')" 1
run 1 git -C C/db.sqlite.git rev-parse -q --verify refs/weft/db:Note/d
run 0 weft verify C
run 0 weft replicate C sqlite:D.db
run 4 weft get sqlite:D.db:Note n2
run 0 weft verify C sqlite:D.db
end

begin 'compact: usage'
run 2 weft compact
run 2 weft compact A --keep-days -1
run 2 weft compact A --keep-checkpoints many
run 2 weft compact A --tombstone-days -1
run 4 weft compact nowhere
end

begin 'compact: replication goes on, conflicts have their bases'
weft replicate --quiet A sqlite:B.db || fail replicate
commits A 10 12
run 0 weft compact A --keep-checkpoints 0
equal history "$(history A)" 1
weft put sqlite:B.db:Note '{"id":"1","text":"theirs"}' >/dev/null || fail put
run 3 weft replicate A sqlite:B.db
run 0 weft conflicts A --json
equal base "$(json '$.base.text')" v9
run 0 weft resolve A Note 1 --using source
run 0 weft replicate A sqlite:B.db
run 0 weft verify A sqlite:B.db
end

finish
