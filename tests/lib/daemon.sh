# Daemons of tests; read after tests/lib/tap.sh.

# serve DIR [PORT]: starts weftd, by default on a free port.  $daemon is its
# process, $url where its API is, $base and $port parts of that, $socket where
# it takes WebSockets.  Its messages go to DIR.log.
serve()
{
	printf '{"host": "127.0.0.1", "port": %s}\n' "${2-0}" >"$1/config.json"
	mkfifo ready
	weftd --config "$1" >ready 2>>"$1.log" &
	daemon=$!
	url=
	read -r word url <ready
	rm ready
	test "$word" = listening || fail "no daemon: $(cat "$1.log")"
	base=${url%/api}
	port=${base##*:}
	socket=ws://127.0.0.1:$port/replicate
}

# stop PROCESS...: they end well.
stop()
{
	for process do
		kill -TERM "$process"
		wait "$process" || fail "process $process ended with $?"
	done
}

# comes COMMAND...: it succeeds in the end; each try waits for an answer of the
# daemon, if there is one.
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
