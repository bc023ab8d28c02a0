#!/bin/sh
# A client of weft.repl.v1 that was made from docs/protocols/weft-repl-v1.md, in
# Python, with weftd.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

if ! /usr/bin/python3 -c 'import websockets' 2>/dev/null; then
	echo '1..0 # SKIP python3-websockets not installed'
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

# as_told CASE...
as_told()
{
	timeout 120 /usr/bin/python3 "$top_srcdir/tests/interop/repl/cases.py" \
	    "$1" "$socket" "$token" "$top_srcdir/tests/data/canonical-json.tsv"
}

# told CASE NAME
told()
{
	begin "$2"
	run 0 as_told "$1"
	end
}

mkdir -p A/models
echo '{"db":{"connector":"sqlite3","file":"db.sqlite"}}' >A/datasources.json
cat >A/model-config.json <<'X'
{"Note":{"dataSource":"db"},"Tag":{"dataSource":"db"},
"User":{"dataSource":"db"},"AccessToken":{"dataSource":"db"},
"Role":{"dataSource":"db"},"RoleMapping":{"dataSource":"db"}}
X
cat >A/models/note.json <<'X'
{"name":"Note","trackChanges":true,"acls":[
{"principalType":"ROLE","principalId":"$everyone","permission":"DENY"},
{"principalType":"ROLE","principalId":"reader","permission":"ALLOW"}],
"properties":{"id":{"type":"string","id":true}}}
X
cat >A/models/tag.json <<'X'
{"name":"Tag","trackChanges":true,
"properties":{"id":{"type":"string","id":true}}}
X
echo secret | weft user add A --id 1 --username ann --email ann@example.com \
    --password-stdin >added
weft user role A ann reader >added
token=$(weft user token A ann --json | sed 's/.*"id":"\([^"]*\)".*/\1/')
notes 700 | weft import A:Note - >imported 2>&1
weft put A:Tag '{"id":"t","label":[1e21,-0.1,"\u2028\u00ad/\n",{"b":1,"a":2}]}' \
    >added
serve A

told canonical 'canonical JSON: the vectors of all tests'
told auth 'a token: in a header, as a subprotocol, in a message; none; wrong'
told first 'two models: first sync, with the root that the server tells'
told progress 'what is left counts down'
told live 'a change comes by itself, and a deletion'
told push 'pushes: based on a revision, of two models, and once more'
told conflict 'a conflict: told as data, and resolved'
told resume 'goes on from its position; another one is none'
told sketch 'without a position: what differs, by a sketch'
told descend 'without a position: what differs, by tries'
told advice 'errors: what may be tried again, and what not'

begin 'goaway: comes back when it was told to, and goes on'
mkfifo there
as_told goaway >there 2>said &
client=$!
read -r word <there
run 0 stop "$daemon"
run 0 weft put A:Note '{"id":"n2","text":"meanwhile"}'
serve A "$port"
wait "$client" || fail "$(cat said)"
end
told rights 'a right that another program takes ends a stream'
stop "$daemon"
finish
