#!/bin/sh
# What weft status tells of replications that have ended.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

# says SOURCE MEMBER VALUE: so it is told of the source's first peer.
says()
{
	weft status "$1" --json >status || fail "status $1"
	equal "$1: $2" "$(json "\$.replicated[0].$2" status)" "$3"
}

# counts SOURCE NUMBER: of so many peers it is told.
counts()
{
	weft status "$1" --json >status || fail "status $1"
	equal "peers of $1" \
	    "$(json '$.replicated' status | grep -o '"peer"' | wc -l)" "$2"
}

put()
{
	weft put "$@" >/dev/null || fail "put $*"
}

make_source A
make_source B
# damage DATABASE PREFIX: values with such names cannot be read any more.
damage()
{
	sqlite3 "$1" "update weft_meta set value='{' where name like '$2%'" ||
	    fail "damage $2"
}

notes 3 | weft import A:Note - >imported 2>&1

begin 'status: nothing was replicated yet'
run 0 weft status A
if grep -q replicated "$out"; then
	fail "$(cat "$out")"
fi
counts A 0
end

begin 'status: one way, and what was written since'
run 0 weft replicate A B
run 0 weft status A
out_has "replicated  $scratch/B: sent until 2" ': ok' \
    '0 to send, nothing received yet, last success 2'
run 0 weft status B
out_has "replicated  $scratch/A: received until 2" ': ok' \
    'nothing sent yet, received to its checkpoint 3, last success 2'
put A:Note '{"id":"n1","text":"x"}'
put A:Note '{"id":"n1","text":"y"}'
weft rm --quiet A:Note n2
run 0 weft status A
out_has '3 to send'
says A peer "$scratch/B"
says A sends 1
says A receives 0
says A toSend 3
says A receivedTo ''
says A error ''
says B sends 0
says B receives 1
says B toSend ''
says B receivedTo 3
end

begin 'status: both ways; what came from there is not to be sent there'
put B:Note '{"id":"there"}'
put B:Tag '{"id":"t","label":"x"}'
run 0 weft replicate A B --both
run 0 weft status A
out_has "replicated  $scratch/B: both ways until 2" '0 to send, received to'
says A toSend 0
says B toSend 0
says B receives 1
says B sends 1
end

begin 'status: an empty replication is the last one, too'
says A ended "$(json '$.replicated[0].lastSuccess' status)"
run 0 weft replicate A B --both
counts A 1
says A toSend 0
says A conflicts 0
end

begin 'status: conflicts that were left'
put A:Note '{"id":"n3","text":"ours"}'
put B:Note '{"id":"n3","text":"theirs"}'
run 3 weft replicate A B --both
run 0 weft status A
out_has ': 1 conflicts left, 0 refused'
says A conflicts 1
says B conflicts 1
run 0 weft replicate A B --both --on-conflict source
says A conflicts 0
end

begin 'status: a mistake on the command line is no replication'
before=$(weft status A --json)
run 4 weft replicate A B --model Nothing
run 2 weft replicate A B --on-conflict never
equal status "$(weft status A --json)" "$before"
end

begin 'status: a server; one that is gone'
make_source C
make_source S
put S:Note '{"id":"s"}'
serve S
run 0 weft replicate C "$url" --both
run 0 weft replicate C "$socket" --both
says C sends 1
run 0 weft status C
out_has "replicated  $url: both ways until 2" "replicated  $socket: both ways"
stop "$daemon"
put C:Note '{"id":"c"}'
weft replicate C "$socket" --timeout 2 >"$out" 2>"$err" && fail 'replicated'
run 0 weft status C
out_has "replicated  $socket: sent until 2" ': failed: ' '1 to send' \
    'last success 2'
run 0 weft status C --json
equal error "$(json '$.replicated[1].error' | grep -c 127.0.0.1)" 1
equal conflicts "$(json '$.replicated[1].conflicts')" 0
equal toSend "$(json '$.replicated[1].toSend')" 1
test "$(json '$.replicated[1].lastSuccess')" != '' || fail 'no success'
end

begin 'status: a server that was never reached'
make_source D
weft replicate D "$socket" >"$out" 2>"$err" && fail 'replicated'
run 0 weft status D
out_has 'nothing sent yet, nothing received yet, last success never'
says D toSend ''
says D lastSuccess ''
end

begin 'status: what is damaged is passed over, and written anew'
damage B/db.sqlite replicated/
counts B 0
run 7 weft verify B
out_has 'replicated/'
run 0 weft replicate B A
counts B 1
says B sends 1
says B receives 0
damage B/db.sqlite sent/
says B toSend ''
says B error ''
run 0 weft replicate B A
says B toSend 0
end

finish
