#!/bin/sh
# Replication over WebSocket: once, and live, with a server that comes and goes.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

there()
{
	curl --silent --fail "$base/api/Notes/$1"
}

gone()
{
	! there "$1"
}

# peer_is MEMBER VALUE: so says the status of the first server of C.
peer_is()
{
	weft status C --json >status || return
	test "$(json "\$.peers[0].$1" status)" = "$2"
}

make_source S
make_source C
notes 300 | weft import S:Note - >imported 2>&1
serve S

begin 'replicate: both ways, and nothing the second time'
run 0 weft put C:Note '{"id":"mine","text":"1"}'
run 0 weft put C:Note '{"id":"mine","text":"2"}'
run 0 weft replicate C "$socket" --both --model Note
out_has '300 applied, roots equal'
run 0 weft get C:Note n300
run 0 there mine
run 0 weft replicate C "$socket" --both --model Note
out_has '0 applied, roots equal'
run 0 weft diff C "$socket" --model Note
end

begin 'replicate: conflicts are found, and resolved'
run 0 weft put S:Note '{"id":"n1","text":"theirs"}'
run 0 weft put C:Note '{"id":"n1","text":"ours"}'
run 3 weft replicate C "$socket" --both --model Note
run 0 weft replicate C "$socket" --both --model Note --on-conflict source
run 0 there n1
out_has ours
end

begin 'replicate: conflicts of a pull are decided for either side'
for id in n3 n4; do
	run 0 weft put S:Note "{\"id\":\"$id\",\"text\":\"theirs\"}"
	run 0 weft put C:Note "{\"id\":\"$id\",\"text\":\"ours\"}"
done
run 3 weft replicate "$socket" C --model Note
run 0 weft conflicts C
out_has 'Note n3: update conflict' 'Note n4: update conflict'
run 0 weft resolve C Note n3 --using source
run 0 weft resolve C Note n4 --using target
run 0 weft replicate "$socket" C --both --model Note
run 0 weft conflicts C
out_is 'no conflicts'
run 0 there n3
cp "$out" server
run 0 weft get C:Note n3
equal n3 "$(cat "$out")" "$(cat server)"
run 0 weft diff C "$socket" --model Note
end

begin 'replicate: an address with a mistake in it is nobody to remember'
for address in ws:// ws:///replicate "ws://127.0.0.1:99999" \
    "$socket#part" "$socket?access_token=secret" \
    "ws://ann:secret@127.0.0.1:$port"; do
	run 5 weft replicate C "$address"
	err_has 'weft: URL: '
	run 5 weft replicate C "$address" --live
	err_has 'weft: URL: '
done
run 0 weft status C --json
! grep -q 'secret\|99999' "$out" || fail "$(cat "$out")"
end

begin 'live: what is written on either side comes to the other'
weft replicate C "$socket" --live --both --json >live 2>&1 &
live=$!
comes grep -q '"state":"live"' live
run 0 weft put S:Note '{"id":"there","text":"x"}'
comes weft get C:Note there
run 0 weft put C:Note '{"id":"here","text":"x"}'
comes there here
run 0 weft rm C:Note n2
comes gone n2
end

begin 'status: a live replication of another process'
comes peer_is state live
comes peer_is toSend 0
holds peer_is peer "$socket"
holds peer_is running 1
holds peer_is toReceive 0
holds peer_is conflicts 0
holds peer_is error ''
test -n "$(json '$.peers[0].lastSuccess' status)" || fail 'no success'
test -n "$(json '$.peers[0].since' status)" || fail 'no time'
run 0 weft status C
out_has "peer        $socket: live since 2" \
    '0 to send, 0 to receive, 0 conflicts, last success 2'
end

begin 'live: what somebody resolves is no conflict any more'
stop "$daemon"
comes grep -q '"state":"offline"' live
run 0 weft put S:Note '{"id":"both","text":"theirs"}'
run 0 weft put C:Note '{"id":"both","text":"ours"}'
serve S "$port"
comes grep -q '"conflicts":1' live
run 0 weft resolve C Note both --using source
comes there both
comes sh -c 'tail -n 1 live | grep -q "live.*\"conflicts\":0"'
run 0 weft conflicts C
out_is 'no conflicts'
end

begin 'live: what is written offline waits'
stop "$daemon"
comes grep -q '"state":"offline"' live
run 0 weft put C:Note '{"id":"offline","text":"x"}'
run 0 weft status C
out_has "$socket" '1 writes behind' "peer        $socket: offline since 2" \
    '1 to send, '
holds peer_is toSend 1
holds peer_is state offline
holds peer_is running 1
json '$.peers[0].error' status | grep -q 127.0.0.1 || fail "$(cat status)"
serve S "$port"
comes there offline
comes peer_is state live
comes peer_is toSend 0
holds peer_is error ''
end

# restored: the server's data are an older copy of them, which knows nothing of
# what was pushed there, nor written there, since.
begin 'live: a server that was restored gets back what it has lost'
stop "$daemon"
cp -Rp S saved
serve S "$port"
run 0 weft put C:Note '{"id":"pushed","text":"x"}'
comes there pushed
run 0 weft put S:Note '{"id":"told","text":"x"}'
comes weft get C:Note told
stop "$daemon"
rm -rf S
mv saved S
serve S "$port"
comes there pushed
comes there told
stop "$live"
holds peer_is state stopped
holds peer_is running 0
holds peer_is toSend 0
run 0 weft put C:Note '{"id":"later","text":"x"}'
holds peer_is toSend 1
run 0 weft rm C:Note later
run 0 weft diff C "$socket" --model Note
out_empty
end

begin 'live: what is written to a copy of the database comes to the other'
cp -Rp C D
for copy in C D; do
	weft replicate "$copy" "$socket" --live --both >"$copy.live" 2>&1 &
	eval "live_$copy=\$!"
	comes grep -q '^live' "$copy.live"
done
run 0 weft put C:Note '{"id":"of C","text":"x"}'
run 0 weft put D:Note '{"id":"of D","text":"x"}'
comes weft get C:Note 'of D'
comes weft get D:Note 'of C'
stop "$live_C" "$live_D"
stop "$daemon"
end

finish
