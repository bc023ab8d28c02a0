#!/bin/sh
# Replication over WebSocket: once, and live, with a server that comes and goes.
. "$top_srcdir/tests/lib/tap.sh"

# serve PORT: starts a daemon of S; $port and $base are where.
serve()
{
	printf '{"host": "127.0.0.1", "port": %s}\n' "$1" >S/config.json
	mkfifo ready
	weftd --config S >ready 2>>log &
	daemon=$!
	read -r word url <ready
	rm ready
	base=${url%/api}
	port=${base##*:}
	server=ws://127.0.0.1:$port/replicate
}

# comes COMMAND...: it succeeds in the end.
comes()
{
	tries=0
	until "$@" >tried 2>&1; do
		tries=$((tries + 1))
		if test $tries -gt 2000; then
			fail "does not come: $* $(cat tried)"
			return
		fi
		curl --silent --max-time 1 "$base/healthz" >tried || :
	done
}

there()
{
	curl --silent --fail "$base/api/Notes/$1"
}

gone()
{
	! there "$1"
}

make_source S
make_source C
notes 300 | weft import S:Note - >imported 2>&1
serve 0

begin 'replicate: both ways, and nothing the second time'
run 0 weft put C:Note '{"id":"mine","text":"1"}'
run 0 weft put C:Note '{"id":"mine","text":"2"}'
run 0 weft replicate C "$server" --both --model Note
out_has '300 applied, roots equal'
run 0 weft get C:Note n300
run 0 there mine
run 0 weft replicate C "$server" --both --model Note
out_has '0 applied, roots equal'
run 0 weft diff C "$server" --model Note
end

begin 'replicate: conflicts are found, and resolved'
run 0 weft put S:Note '{"id":"n1","text":"theirs"}'
run 0 weft put C:Note '{"id":"n1","text":"ours"}'
run 3 weft replicate C "$server" --both --model Note
run 0 weft replicate C "$server" --both --model Note --on-conflict source
run 0 there n1
out_has ours
end

begin 'live: what is written on either side comes to the other'
weft replicate C "$server" --live --both --json >live 2>&1 &
live=$!
comes grep -q '"state":"live"' live
run 0 weft put S:Note '{"id":"there","text":"x"}'
comes weft get C:Note there
run 0 weft put C:Note '{"id":"here","text":"x"}'
comes there here
run 0 weft rm C:Note n2
comes gone n2
end

begin 'live: what is written offline waits'
kill -TERM "$daemon"
wait "$daemon" || :
comes grep -q '"state":"offline"' live
run 0 weft put C:Note '{"id":"offline","text":"x"}'
run 0 weft status C
out_has "$server" '1 writes behind'
serve "$port"
comes there offline
kill -TERM "$live"
wait "$live" || :
run 0 weft diff C "$server" --model Note
end

kill -TERM "$daemon"
wait "$daemon" || :
finish
