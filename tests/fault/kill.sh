#!/bin/sh
# kill -9 at any moment of a writer, an import, a replication and of what makes
# new sources: what was acknowledged is there, nothing else is, and the store
# is in order; what has a source's name is whole.
# WEFT_LONG=1 takes more rounds, WEFT_AGAIN=yes fewer; WEFT_SEED=n repeats a run.
. "$top_srcdir/tests/lib/tap.sh"

kill_after=$top_builddir/tests/fault/kill_after
writer=$top_builddir/tests/fault/writer
seed=${WEFT_SEED:-$$}
rounds=20
short_rounds=6
test "${WEFT_AGAIN-}" != yes || {
	rounds=6
	short_rounds=2
}
test "${WEFT_LONG-}" != 1 || {
	rounds=200
	short_rounds=100
}
note_definition

# point ROUND MOST: a number of calls below MOST, random by the seed.
point()
{
	awk -v seed="$seed" -v round="$1" -v most="$2" 'BEGIN {
		srand(seed * 1000 + round)
		rand()
		print int(rand() * most)
	}'
}

# How many calls the command makes when nobody kills it, and a tenth more:
# kills fall into all of its life, on any machine.
life_of()
{
	run 0 "$kill_after" --count "$@"
	life=$(($(tail -n 1 "$err") * 11 / 10))
	test "$life" -gt 0 || fail 'the system does not count calls'
}

# Everything is in order: the store by git and by weft, with the records.
in_order()
{
	run 0 git -C "$1.git" fsck --strict --no-dangling
	run 0 weft verify "sqlite:$1"
}

# The records that the log of a writer leaves behind, one a line, in order:
# replay LOG WITH_LAST says whether a write that was not acknowledged counts.
replay()
{
	awk -v with_last="$2" '
	function apply() {
		if (value == "-")
			delete records[id]
		else
			records[id] = value
		pending = 0
	}
	/^try/ {
		id = $2
		value = $3
		pending = 1
	}
	/^done/ { apply() }
	END {
		if (pending && with_last)
			apply()
		for (id in records)
			printf "{\"id\":\"%s\",\"size\":%s}\n", id, records[id]
	}' "$1" | sort
}

# A write in flight when the writer died was done or not: the log is amended
# by what is found.
settle()
{
	weft export sqlite:w.db:Note | sort >found
	replay log 0 >without
	replay log 1 >with
	if cmp -s found with; then
		tail -n 1 log | grep -q '^try' && echo done >>log
	elif cmp -s found without; then
		tail -n 1 log | grep -q '^try' && sed -i '$d' log
	else
		fail "seed $seed, round $round:" "$(diff found without)"
	fi
}

begin "writer: killed in $rounds rounds, nothing lost, nothing invented"
weft init --quiet sqlite:w.db --model Note.json || fail init
: >log
cp w.db measured.db
life_of "$writer" measured.db 1 60
round=0
while test "$round" -lt "$rounds" && ! $failed; do
	round=$((round + 1))
	run 0 "$kill_after" "$(point "$round" "$life")" \
	    sh -c 'exec "$@" >>log' - "$writer" w.db "$seed$round"
	err_empty
	settle
	# Bring the store up to date before it is looked at.
	run 0 weft checkpoint sqlite:w.db --new
	in_order w.db
done
holds grep -q '^done' log
end

begin "import: killed in $rounds rounds, whole batches are kept"
notes 4000 import >notes
weft init --quiet sqlite:t.db --model Note.json || fail init
life_of weft import sqlite:t.db:Note notes --batch 100
round=0
while test "$round" -lt "$rounds" && ! $failed; do
	round=$((round + 1))
	rm -rf i.db*
	weft init --quiet sqlite:i.db --model Note.json || fail init
	run 0 "$kill_after" "$(point "$round" "$life")" \
	    weft import sqlite:i.db:Note notes --batch 100
	weft export sqlite:i.db:Note --filter '{"order":"text"}' | sort >found
	count=$(wc -l <found)
	head -n "$count" notes | sort >wanted
	holds cmp found wanted
	equal 'records of a part of a batch' "$((count % 100))" 0
	run 0 weft import sqlite:i.db:Note notes
	equal records "$(weft export sqlite:i.db:Note | wc -l)" 4000
	in_order i.db
done
end

begin "replicate: killed in $rounds rounds, goes on and ends equal"
life_of weft replicate sqlite:i.db sqlite:t2.db --chunk 200
round=0
while test "$round" -lt "$rounds" && ! $failed; do
	round=$((round + 1))
	rm -rf r.db*
	run 0 "$kill_after" "$(point "$round" "$life")" \
	    weft replicate sqlite:i.db sqlite:r.db --chunk 200
	if test -e r.db; then
		run 0 weft export sqlite:r.db:Note
		sort "$out" >found
		equal 'records that the source has not' \
		    "$(sort notes | comm -13 - found | wc -l)" 0
	fi
	run 0 weft replicate sqlite:i.db sqlite:r.db
	run 0 weft diff sqlite:i.db sqlite:r.db
	in_order r.db
done
in_order i.db
end

# Both sides have made all of 1,500 notes.  After a kill each is resolved, and
# then the same at both, or found and kept by the next replication; no other
# state of a record exists.
begin "resolve: killed in $short_rounds rounds, each conflict is kept or resolved"
notes 1500 ours >ours
notes 1500 theirs >theirs
for side in ours theirs; do
	weft init --quiet "sqlite:$side.db" --model Note.json || fail init
	run 0 weft import "sqlite:$side.db:Note" "$side"
done
run 3 weft replicate --quiet sqlite:ours.db sqlite:theirs.db
for policy in source target; do
	copies() { rm -rf [ab].db*; for suffix in '' .git; do
		cp -r "ours.db$suffix" "a.db$suffix"
		cp -r "theirs.db$suffix" "b.db$suffix"
	done; }
	copies
	life_of weft replicate --quiet sqlite:a.db sqlite:b.db --both \
	    --on-conflict "$policy"
	round=0
	while test "$round" -lt "$short_rounds" && ! $failed; do
		round=$((round + 1))
		copies
		run 0 "$kill_after" "$(point "$round" "$life")" \
		    weft replicate --quiet sqlite:a.db sqlite:b.db --both \
		    --on-conflict "$policy"
		weft export sqlite:a.db:Note | sort >found.a
		weft export sqlite:b.db:Note | sort >found.b
		sort ours theirs | sort -u >known
		equal 'records of neither side' \
		    "$(sort -u found.a found.b | comm -13 known - | wc -l)" 0
		weft replicate --quiet sqlite:a.db sqlite:b.db --both >/dev/null
		weft export sqlite:a.db:Note | sort >found.a
		weft export sqlite:b.db:Note | sort >found.b
		equal 'conflicts and resolved ones' "$(($(weft conflicts --json \
		    sqlite:a.db | wc -l) + $(comm -12 found.a found.b |
		    wc -l)))" 1500
		run 0 weft replicate --quiet sqlite:a.db sqlite:b.db --both \
		    --on-conflict "$policy"
		run 0 weft diff sqlite:a.db sqlite:b.db
		equal 'conflicts that are left' \
		    "$(weft conflicts --json sqlite:a.db | wc -l)" 0
		in_order a.db
		in_order b.db
	done
done
end

# made CHECK PATH COMMAND...: the command makes PATH.  Killed anywhere it has
# made nothing, and can be run again, or all of it; CHECK tells.
made()
{
	check=$1
	path=$2
	shift 2
	rm -rf "$path" "$path".*
	life_of "$@"
	round=0
	while test "$round" -lt "$short_rounds" && ! $failed; do
		round=$((round + 1))
		rm -rf "$path" "$path".*
		run 0 "$kill_after" "$(point "$round" "$life")" "$@"
		if test ! -e "$path"; then
			run 0 "$@"
			holds test ! -e "$path.weft-new"
		fi
		"$check" || fail "seed $seed, round $round"
	done
}

made_directory()
{
	run 0 weft verify N
	run 0 weft put N:Note '{"id":"1"}'
	run 0 git -C N/db.sqlite.git fsck --strict --no-dangling
}

made_file()
{
	run 0 weft put sqlite:n.db:Note '{"id":"1"}'
	in_order n.db
}

made_copy()
{
	run 0 weft verify C
	run 0 weft diff N C
	run 0 git -C C/db.sqlite.git fsck --strict --no-dangling
}

made_file_copy()
{
	in_order c.db
	run 0 weft diff sqlite:i.db sqlite:c.db
	equal history "$(git -C c.db.git rev-parse refs/weft/db)" \
	    "$(git -C i.db.git rev-parse refs/weft/db)"
}

begin "init: killed in $short_rounds rounds, a directory"
made made_directory N weft init N --model Note.json --model Tag.json
end

begin "init: killed in $short_rounds rounds, a file"
made made_file n.db weft init sqlite:n.db --model Note.json
end

begin "backup: killed in $short_rounds rounds, a directory"
made made_copy C weft backup N C
end

begin "backup: killed in $short_rounds rounds, a file"
made made_file_copy c.db weft backup sqlite:i.db sqlite:c.db
end

finish
