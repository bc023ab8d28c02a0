#!/bin/sh
# kill -9 of a daemon, of the one behind the client, and of the client itself in
# the middle of a replication by LoopBack's requests: run again, both sides are
# equal, and every edit that was acknowledged is there, once.
# WEFT_LONG=1 takes more rounds, WEFT_AGAIN=yes fewer; WEFT_SEED=n repeats a run.
. "$top_srcdir/tests/lib/tap.sh"

kill_after=$top_builddir/tests/fault/kill_after
client=$top_srcdir/tests/fault/rest_client.sh
seed=${WEFT_SEED:-$$}
rounds=21
test "${WEFT_AGAIN-}" != yes || rounds=9
test "${WEFT_LONG-}" != 1 || rounds=210
running=
trap 'test -z "$running" || kill -9 $running 2>/dev/null; chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT

# point ROUND MOST: a number up to MOST, random by the seed.
point()
{
	awk -v seed="$seed" -v round="$1" -v most="$2" 'BEGIN {
		srand(seed * 1000 + round)
		rand()
		print 1 + int(rand() * most)
	}'
}

# serve SIDE [COMMAND...]: starts a daemon of this folder, by way of a command
# if there is one; $started is its process, or the command's.
serve()
{
	side=$1
	shift
	rm -f ready
	mkfifo ready
	"$@" weftd --config "$side" >ready 2>>"log.$side" &
	started=$!
	running="$running $started"
	word= url=
	read -r word url <ready
	echo "${url:-http://127.0.0.1:1}" >"url.$side"
}

# Ends the daemons that were served last.
stop()
{
	for process in $running; do
		kill "$process" 2>/dev/null
	done
	for process in $running; do
		wait "$process" 2>/dev/null
	done
	running=
}

# What is there must be what was acknowledged last, or what was tried since.
judge()
{
	awk -v found="$1" '
	/^try/ {
		id = $2
		allowed[id] = allowed[id] " " $3 " "
		value = $3
	}
	/^done/ { allowed[id] = " " value " " }
	END {
		while ((getline line < found) > 0) {
			split(line, part, "\"")
			if (part[4] in seen)
				print part[4] " is there twice"
			seen[part[4]] = part[8]
		}
		for (id in allowed) {
			value = id in seen ? seen[id] : "-"
			if (!index(allowed[id], " " value " "))
				print id ": " value ", allowed:" allowed[id]
		}
		for (id in seen)
			if (!(id in allowed))
				print id ": nobody has made it"
	}' log
}

# Both daemons again, all is replicated, all is compared.
compare()
{
	serve A
	serve B
	run 0 sh "$client" settle "settle$round"
	stop
	for side in A B; do
		weft export "$side:Note" --filter '{"fields":["id","text"]}' |
		    sort >"found.$side"
		run 0 weft verify "$side"
	done
	holds cmp found.A found.B
	judge found.A >wrong
	test ! -s wrong || fail "seed $seed, round $round:" "$(cat wrong)"
	test ! -s refused || fail "seed $seed:" "$(cat refused)"
}

# Nobody is killed: how many requests there are, and calls of each daemon.
begin 'a client replicates by LoopBack'\''s requests'
for side in A B; do
	make_source "$side"
	printf '{"host": "127.0.0.1", "port": 0}\n' >"$side/config.json"
	printf '{"log": {"level": "error"}, "store": {"interval": 50}}\n' \
	    >"$side/weftd.json"
done
: >log
round=0
serve A "$kill_after" --count
serve B "$kill_after" --count
run 0 sh "$client" work start
requests=$(cat requests)
stop
calls=$(grep -h '^[0-9]*$' log.A log.B | sort -n | tail -n 1)
test "${calls:-0}" -gt 100 || fail 'the system does not count calls'
compare
end

begin "killed in $rounds rounds: nothing acknowledged is lost or doubled"
cut=0
while test "$round" -lt "$rounds" && ! $failed; do
	round=$((round + 1))
	case $((round % 3)) in
	0)	serve A "$kill_after" "$(point "$round" "$calls")"
		serve B ;;
	1)	serve A
		serve B "$kill_after" "$(point "$round" "$calls")" ;;
	2)	serve A
		serve B ;;
	esac
	if test $((round % 3)) -eq 2; then
		most=$(point "$round" "$requests")
	else
		most=0
	fi
	sh "$client" work "r$round" "$most" 2>/dev/null || cut=$((cut + 1))
	stop
	compare
done
# Some daemons died in time, and every client did.
test "$cut" -gt $((rounds / 3)) || fail "only $cut of $rounds were cut"
end

begin 'weft replicate, or the daemon it replicates with, killed'
make_source C
notes 60 start >notes
run 0 weft import C:Note notes
serve B
run 0 "$kill_after" --count weft replicate C "$url" --both --chunk 10
life=$(tail -n 1 "$err")
stop
round=0
while test "$round" -lt $((rounds / 2)) && ! $failed; do
	round=$((round + 1))
	notes 60 "round $round" >notes
	run 0 weft import C:Note notes
	if test $((round % 2)) -eq 0; then
		serve B
		"$kill_after" "$(point "$round" "$life")" \
		    weft replicate C "$url" --both --chunk 10 >/dev/null 2>&1
	else
		serve B "$kill_after" "$(point "$round" "$calls")"
		weft replicate C "$url" --both --chunk 10 >/dev/null 2>&1
	fi
	stop
	serve B
	run 0 weft replicate C "$url" --both
	stop
	for side in B C; do
		weft export "$side:Note" | sort >"found.$side"
		run 0 weft verify "$side"
	done
	holds cmp found.B found.C
	equal "round $round: records" "$(grep -c "round $round " found.B)" 60
done
end

finish
