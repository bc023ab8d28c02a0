#!/bin/sh
# Work that takes too long, or that nobody waits for any more.  Of bulk requests
# see tests/unit/transports/loopback/bulk.c: none takes a second.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

# A filter that takes minutes: each of its patterns takes 100,000 steps, for each
# record.
zeros=$(printf '%0400d' 0)
filter=$(awk 'BEGIN {
	printf "{\"where\":{\"or\":["
	for (i = 0; i < 90; i++)
		printf "%s{\"text\":{\"regexp\":\"0*0*x%d0\"}}", i ? "," : "", i
	printf "]}}"
}')
make_source A
awk -v zeros="$zeros" 'BEGIN {
	for (i = 0; i < 1000; i++)
		printf "{\"id\":\"%d\",\"text\":\"%s\"}\n", i, zeros
}' >notes.ndjson
weft import A:Note notes.ndjson >/dev/null || fail import

# settings SECONDS [DRAIN]: what a request may take.  One worker: whoever else
# is served waits for what it does.
settings()
{
	printf '{"workers": 1, "timeouts": {"request": %s, "drain": %s}}' \
	    "$1" "${2-20}" >A/weftd.json
}

# slow TIME FILE: asks for what takes minutes; the status goes to FILE.
slow()
{
	curl --silent --max-time "$1" --get --output "$2.body" \
	    --write-out '%{http_code}' --data-urlencode "filter=$filter" \
	    "$url/Notes" >"$2"
}

settings 1
serve A
curl --silent --no-buffer "$url/Notes/change-stream?_format=event-stream" \
    >events &
stream=$!
comes grep -q ok events
begin 'timeouts.request: a scan that takes longer is 503, and others go on'
slow 300 answer
equal code "$(cat answer)" 503
holds grep -q 'took longer than a request may' answer.body
equal code "$(curl --silent --max-time 300 --output /dev/null \
    --write-out '%{http_code}' "$url/Notes/1")" 200
end

begin 'timeouts.request: a change stream goes on beyond it'
curl --silent --output /dev/null --header 'Content-Type: application/json' \
    --data '{"id":"late"}' "$url/Notes"
comes grep -q '"target":"late"' events
kill "$stream"
wait "$stream" 2>/dev/null
end

begin 'timeouts.request: holds for what a live client wants to read'
make_source B
run 1 weft replicate "$socket" B --filter "$filter"
err_has 'took longer than a request may'
end
stop "$daemon"

settings 3600
serve A
begin 'leaving: work for a client that is gone is broken off'
slow 0.5 answer
equal code "$(cat answer)" 000
equal code "$(curl --silent --max-time 300 --output /dev/null \
    --write-out '%{http_code}' "$url/Notes/1")" 200
end

# busy: the one worker is; a loop, which needs none, answers.
busy()
{
	curl --silent --max-time 60 --output /dev/null "$base/healthz" &&
	    ! curl --silent --max-time 1 --output /dev/null "$base/metrics"
}

begin 'leaving: so is that for a live client'
weft replicate "$socket" B --filter "$filter" >replicated 2>&1 &
client=$!
comes busy
kill -KILL "$client"
wait "$client" 2>/dev/null
equal code "$(curl --silent --max-time 300 --output /dev/null \
    --write-out '%{http_code}' "$url/Notes/1")" 200
end
stop "$daemon"

settings 3600 3600
serve A
begin 'SIGTERM: the second one breaks off what is read'
slow 300 answer &
client=$!
comes busy
kill -TERM "$daemon"
refused()
{
	! curl --silent --output /dev/null "$base/healthz"
}
comes refused
holds kill -0 "$daemon"
kill -TERM "$daemon"
wait "$daemon" && status=0 || status=$?
equal status "$status" 0
wait "$client" && status=0 || status=$?
test "$status" -ne 28 || fail 'the client had to leave'
end

finish
