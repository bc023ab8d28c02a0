#!/bin/sh
# Servers as sources: weft against weftd, and weftd against weftd.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

put()
{
	weft put "$@" >/dev/null || fail "put $*"
}

make_source A
make_source S
notes 1500 >notes
weft import --quiet A:Note notes
serve S
first=$daemon

begin 'replicate: to a server, and only what changed'
run 0 weft replicate A "$url"
out_has "Note  A -> $url: 1500 changes, 1500 applied, roots equal"
run 0 weft replicate A "$url"
out_has "Note  A -> $url: 0 changes, 0 applied, roots equal"
put A:Note '{"id":"n1","size":1}'
weft rm --quiet A:Note n2 || fail rm
run 0 weft replicate A "$url"
out_has "Note  A -> $url: 2 changes, 2 applied, roots equal"
end

begin 'replicate: from a server, and back'
make_source B
run 0 weft replicate "$url" B
out_has '1499 applied, roots equal'
put B:Note '{"id":"b"}'
run 0 weft replicate B "$url" --both
out_has "Note  B -> $url: 1 differing, 1 changes, 1 applied, roots equal"
run 0 weft replicate "$url" A
run 0 weft get A:Note b
run 0 weft verify A B
end

begin 'verify, diff, changes, checkpoint: of a server'
run 0 weft verify A "$url"
out_has '0 problems, 0 differences'
put A:Note '{"id":"only-here"}'
put A:Note '{"id":"n3","text":"other"}'
weft rm --quiet A:Note n4 || fail rm
run 3 weft diff A "$url"
equal differences "$(sort "$out")" '! Note n3
< Note only-here
> Note n4'
run 3 weft verify "$url" A
run 0 weft checkpoint "$url"
before=$(cat "$out")
run 0 weft replicate A "$url"
run 0 weft diff "$url" A
out_empty
run 0 weft changes "$url:Note" --since "$((before + 1))" --json
equal changes "$(wc -l <"$out")" 3
holds grep -q '"modelId":"n4"' "$out"
run 0 weft changes "$url:Note" --filter '{"where":{"size":1}}' --json
holds grep -q '"modelId":"n1"' "$out"
holds grep -q '"modelId":"n4"' "$out"
! grep -q '"modelId":"n5"' "$out" || fail 'the filter selects nothing'
end

begin 'replicate --filter, --chunk, --model'
make_source C
run 0 weft replicate "$url" C --filter '{"where":{"size":1}}' --chunk 7
run 0 weft get C:Note n1
run 4 weft get C:Note n5
run 0 weft replicate "$url" C --chunk 7 --model Note
run 0 weft get C:Note n5
run 4 weft replicate "$url" C --model Nothing
err_has Nothing
end

# Both change the record: B first at the server.
clash()
{
	put B:Note "{\"id\":\"c\",\"text\":\"theirs $1\"}"
	run 0 weft replicate B "$url"
	put A:Note "{\"id\":\"c\",\"text\":\"ours $1\"}"
	run 3 weft replicate A "$url"
	out_has 'conflict: c' "weft conflicts A"
}

begin 'conflicts: with a server are listed, with their base, and resolved'
put A:Note '{"id":"c","text":"base"}'
run 0 weft replicate A "$url"
run 0 weft replicate "$url" B
clash 1
run 0 weft conflicts A
out_has "Note c: update conflict with $url" '"base"' '"ours 1"' '"theirs 1"'
run 0 weft resolve A Note c --using source
run 0 weft replicate A "$url"
run 0 weft replicate "$url" B
run 0 weft get B:Note c
out_is '{"id":"c","text":"ours 1"}'
clash 2
run 0 weft resolve A Note c --using target
run 0 weft replicate A "$url" --both
run 0 weft get A:Note c
out_is '{"id":"c","text":"theirs 2"}'
clash 3
echo '{"id":"c","text":"both"}' >both
run 0 weft resolve A Note c --data both
run 0 weft replicate A "$url"
run 0 weft replicate "$url" B
run 0 weft get B:Note c
out_is '{"id":"c","text":"both"}'
run 0 weft conflicts A
out_is 'no conflicts'
end

begin 'conflicts: of a pull are kept at this side'
put A:Note '{"id":"c","text":"at the server"}'
run 0 weft replicate A "$url"
put B:Note '{"id":"c","text":"here"}'
run 3 weft replicate "$url" B
out_has '`weft conflicts B` shows them'
run 0 weft conflicts B --json
equal peer "$(json '$.peer')" "$url"
equal source "$(json '$.source.text')" here
run 3 weft replicate "$url" B
run 0 weft replicate "$url" B --on-conflict target
run 0 weft conflicts B
out_is 'no conflicts'
run 0 weft replicate "$url" A
run 0 weft get A:Note c
out_is '{"id":"c","text":"here"}'
end

begin 'replicate: two servers'
other=$url
make_source T
serve T
second=$daemon
run 0 weft replicate "$other" "$url" --both
out_has 'roots equal'
curl -s -X DELETE "$url/Notes/n9" >/dev/null
curl -s -X PATCH -H 'content-type: application/json' \
    -d '{"text":"by hand"}' "$other/Notes/n10" >/dev/null
run 0 weft replicate "$other" "$url" --both
out_has '1 applied, roots equal'
run 0 weft diff "$other" "$url"
run 0 weft get T:Note n10
out_has '"by hand"'
run 4 weft get S:Note n9
curl -s -X PATCH -H 'content-type: application/json' \
    -d '{"text":"left"}' "$other/Notes/n11" >/dev/null
curl -s -X PATCH -H 'content-type: application/json' \
    -d '{"text":"right"}' "$url/Notes/n11" >/dev/null
run 3 weft replicate "$other" "$url"
out_has '1 conflicts remain'
run 0 weft replicate "$other" "$url" --both --on-conflict source
run 0 weft get T:Note n11
out_has '"left"'
run 2 weft replicate "$url" "$url"
run 2 weft replicate "$other" "$url" --token x
err_has 'two servers'
end

begin 'servers: what needs a database says so'
for command in 'get X:Note 1' 'log X' 'status X' 'verify X' 'conflicts X' \
    'export X:Note' 'compact X' 'rectify X' 'put X:Note {}' \
    'resolve X Note 1 --using source'; do
	# shellcheck disable=SC2086
	run 5 weft $(echo "$command" | sed "s|X|$url|")
	err_has 'not on a server'
done
run 5 weft replicate "$url" sqlite:new.db
err_has 'weft init'
run 2 weft changes "$url"
err_has "$url:Model"
end

begin 'servers: what is wrong is told'
run 4 weft changes "$url:Nothing"
err_has "$url" Nothing
run 1 weft checkpoint http://127.0.0.1:1/api
err_has http://127.0.0.1:1/api
run 5 weft checkpoint 'http://127.0.0.1:99999/api'
err_has URL
end
stop "$first" "$second"

begin 'configuration: a model on a server'
cp -R A D
chmod -R u+w D
rm D/models/*
serve S
cat >D/datasources.json <<X
{"db": {"connector": "sqlite", "file": "db.sqlite"},
 "server": {"connector": "loopback-connector-remote", "url": "$url"}}
X
sed 's/"Note"/"LocalNote"/' Note.json >D/models/local-note.json
cp Note.json D/models/note.json
cat >D/model-config.json <<'X'
{"LocalNote": {"dataSource": "db"}, "Note": {"dataSource": "server"}}
X
run 0 weft replicate D:Note D:LocalNote
run 0 weft get D:LocalNote n10
out_has '"by hand"'
put D:LocalNote '{"id":"d"}'
run 0 weft replicate D:LocalNote D:Note
run 0 weft get S:Note d
run 5 weft get D:Note d
err_has server
run 0 weft status D
run 0 weft diff D:LocalNote D:Note
stop "$daemon"
end

begin 'tokens: from the environment, a file, the URL; and shown nowhere'
weft init --quiet U --model Note.json || fail init
cat >U/models/guarded.json <<'X'
{"name": "Guarded", "base": "PersistedModel", "trackChanges": true,
 "properties": {"id": {"type": "string", "id": true}},
 "acls": [
  {"principalType": "ROLE", "principalId": "$everyone", "permission": "DENY"},
  {"principalType": "ROLE", "principalId": "$authenticated",
   "permission": "ALLOW"}]}
X
cat >U/model-config.json <<'X'
{"User": {"dataSource": "db"}, "AccessToken": {"dataSource": "db"},
 "ACL": {"dataSource": "db"}, "Role": {"dataSource": "db"},
 "RoleMapping": {"dataSource": "db"}, "Guarded": {"dataSource": "db"}}
X
cat >G.json <<'X'
{"name": "Guarded", "trackChanges": true,
 "properties": {"id": {"type": "string", "id": true}}}
X
weft init --quiet G --model G.json || fail init
echo hunter22 | weft user add U --username joe --email joe@example.org \
    --password-stdin --quiet || fail user
put G:Guarded '{"id":"1"}'
serve U
run 1 weft replicate G "$url"
err_has 401 /api/Guardeds
token=$(curl -s -H 'content-type: application/json' \
    -d '{"username":"joe","password":"hunter22"}' "$url/Users/login" |
    sed 's/.*"id":"\([^"]*\)".*/\1/')
WEFT_TOKEN=$token
export WEFT_TOKEN
run 0 weft replicate G "$url"
unset WEFT_TOKEN
echo "$token" >token
run 0 weft replicate "$url" G --token-file token
run 0 weft replicate "$url" G --token "$token"
with=$(echo "$url" | sed 's|//|//joe:hunter22@|')
run 0 weft replicate "$with" G --both
! grep -q hunter22 "$out" "$err" || fail 'the password is shown'
wrong=$(echo "$url" | sed 's|//|//joe:hunter23@|')
run 1 weft replicate "$wrong" G
! grep -q hunter23 "$out" "$err" || fail 'the password is shown'
! grep -q -e hunter -e "$token" U.log || fail 'the log has a secret'
stop "$daemon"
end

begin 'replicate: a record that lacks a default, filled in at one side'
cat >Task.json <<'X'
{"name": "Task", "trackChanges": true, "properties": {
  "id": {"type": "string", "id": true},
  "done": {"type": "boolean", "default": false}}}
X
for i in bare whole other; do
	weft init --quiet $i --model Task.json || fail init
done
put --merge bare:Task '{"id":"1"}'
put --merge other:Task '{"id":"1"}'
put --merge whole:Task '{"id":"1"}'
put whole:Task '{"id":"1"}'
run 0 weft get whole:Task 1
out_is '{"done":false,"id":"1"}'
serve bare
for i in other whole other; do
	run 0 weft replicate "$url" $i --both
	run 0 weft verify $i "$url"
	out_has '0 problems, 0 differences'
done
run 0 weft replicate "$url" other --both
out_has ' 0 changes, 0 applied, roots equal'
run 0 weft get other:Task 1
out_is '{"done":false,"id":"1"}'
stop "$daemon"
end

begin 'faults: a server that is killed, and comes back'
make_source K
make_source F
notes 20000 >many
weft import --quiet F:Note many
serve K
weft replicate F "$url" >"$out" 2>"$err" &
replication=$!
until grep -q 'path=/api/Notes/bulk-update' K.log; do
	kill -0 "$replication" || break
done
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
wait "$replication" && fail 'it did not notice'
port=$(echo "$url" | sed 's|.*:\([0-9]*\)/.*|\1|')
serve K "$port"
run 0 weft replicate F "$url"
out_has 'roots equal'
run 0 weft verify F "$url"
stop "$daemon"
end

# poison BODY: what the record "bad" of P is, written behind weft's back.
poison()
{
	sqlite3 P/db.sqlite "update Note set weft_body='$1' where
	    weft_id='bad'" || fail 'poison'
}

begin 'replicate: one bad record does not stop the others'
make_source P
put P:Note '{"id":"good1"}'
put P:Note '{"id":"bad"}'
put P:Note '{"id":"good2"}'
deep=$(printf '%070d' 0)
poison "{\"id\":\"bad\",\"x\":$(echo "$deep" | tr 0 '[')$(
    echo "$deep" | tr 0 ']')}"
serve P
make_source Q
run 5 weft replicate "$url" Q
err_has 'weft: refused: Note "bad": offset 79: nested deeper than 64' \
    '1 records were refused'
out_has '3 changes, 2 applied, 1 refused'
run 0 weft get Q:Note good2
run 5 weft replicate "$url" Q
err_has 'weft: refused: Note "bad"'
out_has '1 changes, 0 applied, 1 refused'
put Q:Note '{"id":"bad","mine":1}'
run 5 weft replicate "$url" Q
err_has 'weft: refused: Note "bad"' 'nested deeper than 64'
poison '{"id":"bad","text":"mended"}'
weft rm --quiet Q:Note bad || fail rm
run 0 weft replicate "$url" Q --on-conflict source
run 0 weft get Q:Note bad
out_is '{"id":"bad","text":"mended"}'
stop "$daemon"
end

finish
