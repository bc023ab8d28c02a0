#!/bin/sh
# A client of two daemons that edits records on both and replicates between
# them as LoopBack does, with LoopBack's own requests:
#   rest_client.sh MODE NAME [MOST]
# MODE: work (edits and replicates), settle (replicates until nothing is left).
# It kills itself with its request number MOST (0: never), and ends with the
# first one that fails.
#
# In the current folder: url.A and url.B say where the daemons are; log gets
# "try ID VALUE" before each edit (VALUE "-" deletes) and "done" when it was
# acknowledged; since.A.B and since.B.A are what it remembers; requests, at its
# end, how many there were.
set -u
mode=$1
name=$2
most=${3-0}
requests=0

# ask SIDE METHOD PATH [CURL'S OPTIONS]: the answer goes to the file answer.
ask()
{
	requests=$((requests + 1))
	test "$requests" -ne "$most" || kill -9 $$
	side=$1
	method=$2
	path=$3
	shift 3
	url=$(cat "url.$side")
	code=$(curl --silent --max-time 30 --output answer --globoff \
	    --write-out '%{http_code}' --request "$method" \
	    --header 'content-type: application/json' "$@" \
	    "$url/Notes$path") || exit 3
	case $code in
	20?) ;;
	*)	echo "$name: $method $path: $code $(cat answer)" >>refused
		exit 4 ;;
	esac
}

# value PATH: what the answer has there.
value()
{
	sqlite3 :memory: "select json_extract(cast(readfile('answer') as text),
	    '$1')"
}

# edit SIDE ID VALUE
edit()
{
	echo "try $2 $3" >>log
	if test "$3" = -; then
		ask "$1" DELETE "/$2" 
	else
		ask "$1" PUT '' --data "{\"id\":\"$2\",\"text\":\"$3\"}"
	fi
	echo 'done' >>log
}

# send FROM TO: the changes in the answer.
send()
{
	cp answer changes
	ask "$2" POST /diff --data @changes
	test "$(value '$.conflicts')" = '[]' ||
	    echo "$name: conflicts: $(cat answer)" >>refused
	value '$.deltas' >deltas
	test "$(cat deltas)" != '[]' || return 0
	ask "$1" POST /create-updates --data @deltas
	{
		printf '{"updates":'
		cat answer
		printf '}'
	} >updates
	ask "$2" POST /bulk-update --data @updates
	moved=1
}

# move FROM TO: one replication, in chunks of 5.
move()
{
	since=$(cat "since.$1.$2" 2>/dev/null || echo -1)
	ask "$1" POST /checkpoint
	next=$(value '$.seq')
	ask "$2" POST /checkpoint
	skip=0
	while :; do
		ask "$1" GET "/changes?since=$since&filter={\"skip\":$skip,\"limit\":5}"
		test "$(cat answer)" != '[]' || break
		send "$1" "$2"
		skip=$((skip + 5))
	done
	echo "$next" >"since.$1.$2.new"
	mv "since.$1.$2.new" "since.$1.$2"
}

work()
{
	for step in 1 2; do
		for number in 1 2 3; do
			edit A "a$((step * 4 + number))" "$name.$step"
			edit B "b$((step * 4 + number))" "$name.$step"
		done
		edit A "a$((step * 4))" -
		move A B
		move B A
	done
}

settle()
{
	moved=1
	while test "$moved" -eq 1; do
		moved=0
		move A B
		move B A
	done
}

$mode
echo "$requests" >requests
