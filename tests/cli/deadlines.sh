#!/bin/sh
# Work that takes too long, or that nobody waits for any more.  No part of a
# bulk update takes a second: of that, tests/unit/transports/loopback/bulk.c.
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

# settings SECONDS [DRAIN] [DIR]: what a request may take.  One worker: whoever
# else is served waits for what it does.
settings()
{
	printf '{"workers": 1, "timeouts": {"request": %s, "drain": %s}}' \
	    "$1" "${2-20}" >"${3-A}/weftd.json"
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

# A model with 20,000 rules, all of them weighed for each change: the rights of
# 200,000 changes take more than a minute.
make_source C
awk 'BEGIN {
	printf "{\"name\":\"Note\",\"trackChanges\":true,\"acls\":["
	for (i = 0; i < 20000; i++)
		printf "%s{\"principalType\":\"ROLE\"," \
		    "\"principalId\":\"$everyone\"," \
		    "\"permission\":\"ALLOW\",\"property\":\"create\"}",
		    i ? "," : ""
	printf "]}"
}' >C/models/Note.json

# sync COUNT: creates so many records in one request.
sync()
{
	awk -v count="$1" 'BEGIN {
		printf "{\"changes\":["
		for (i = 0; i < count; i++)
			printf "%s{\"model\":\"Note\",\"type\":\"create\"," \
			    "\"data\":{\"id\":\"%d\"}}", i ? "," : "", i
		printf "]}"
	}' >body
	code=$(curl --silent --max-time 300 --output answer \
	    --write-out '%{http_code}' --data-binary @body \
	    --header 'Content-Type: application/json' "$url/online-sync")
}

settings 1 20 C
serve C
begin 'timeouts.request: a bulk request that takes longer writes nothing'
sync 200000
equal code "$code" 503
holds grep -q 'took longer than a request may' answer
equal count "$(curl --silent "$url/Notes/count")" '{"count":0}'
sync 20
equal code "$code" 200
equal count "$(curl --silent "$url/Notes/count")" '{"count":20}'
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
