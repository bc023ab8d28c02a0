#!/bin/sh
# weft as the client of a real LoopBack 3 server: both directions.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$top_srcdir/tests/interop/lib.sh"
need_packages

loopback=$top_srcdir/tests/interop/loopback

# serve FOLDER: starts a LoopBack server; $url and $server are its.
serve()
{
	mkfifo ready
	node "$loopback/server.js" "$packages" "$1" >ready 2>>server.log &
	server=$!
	url=
	read -r word url <ready
	rm ready
	test "$word" = listening || fail "no server: $(tail server.log)"
}

stop()
{
	kill "$1"
	wait "$1" 2>/dev/null
}

# ask METHOD PATH [JSON]: a request of somebody else, to the server.
ask()
{
	curl --silent --fail --max-time 20 --request "$1" \
	    --header 'content-type: application/json' \
	    ${3+--data "$3"} "$url/$2" >answer || fail "$1 $2: $?"
}

put()
{
	weft put "$@" >/dev/null || fail "put $*"
}

# todos COUNT: that many, one on each line.
todos()
{
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++)
		printf "{\"id\":\"n%d\",\"title\":\"title %d\"," \
		    "\"owner\":\"o\",\"tags\":[\"a\"]," \
		    "\"created\":\"2020-02-03T00:00:00.000Z\"}\n", i, i }'
}

models="$loopback/app/models"
weft init --quiet A --model "$models/todo.json" --model "$models/car.json"
weft init --quiet B --model "$models/todo.json" --model "$models/car.json"
todos 300 >list
weft import --quiet A:Todo list
put A:Car '{"vin":"v/1 ä","km":1.5}'
cp -R "$loopback/app" app
chmod -R u+w app
serve app

begin 'push: all, then only what changed'
run 0 weft replicate A "$url"
out_has 'Todo' '300 changes, 300 applied' 'Car' '1 changes, 1 applied'
run 0 weft replicate A "$url"
out_has '0 changes, 0 applied'
put A:Todo '{"id":"n1","title":"changed","owner":"o","tags":["a","b"]}'
weft rm --quiet A:Todo n2 || fail rm
run 0 weft replicate A "$url"
out_has '2 changes, 2 applied'
run 0 weft diff A "$url"
out_empty
end

begin 'pull: all, then only what changed'
run 0 weft replicate "$url" B
run 0 weft diff A B
ask PATCH Todos/n3 '{"title":"at the server"}'
ask DELETE Todos/n4
ask POST Todos '{"title":"new there","id":"s1","details":{"b":1,"a":[2]}}'
run 0 weft replicate "$url" B
out_has '3 changes, 3 applied'
run 0 weft get B:Todo s1
out_has '"details":{"a":[2],"b":1}'
run 0 weft diff "$url" B
run 0 weft replicate A "$url" --both
run 0 weft diff A B
end

begin 'removed properties are removed, also where nothing else changed'
put A:Todo '{"id":"n5","title":"title 5"}'
put A:Todo '{"id":"n6","title":"another title"}'
run 0 weft replicate A "$url"
ask GET Todos/n5
equal record "$(cat answer)" '{"id":"n5","title":"title 5","completed":false}'
ask GET Todos/n6
! grep -q owner answer || fail "$(cat answer)"
run 0 weft replicate A "$url" --both
out_has '0 applied'
run 0 weft replicate "$url" B
run 0 weft diff A B
end

begin 'deletions over several pages'
for id in 11 12 13 14 15 16 17; do
	weft rm --quiet A:Todo n$id || fail rm
done
run 0 weft replicate A "$url" --chunk 2
run 0 weft replicate "$url" B --chunk 2
out_has '7 applied'
for id in 21 22 23 24 25; do
	ask DELETE Todos/n$id
done
run 0 weft replicate "$url" B --chunk 2
out_has '5 applied'
run 0 weft replicate A "$url" --both --chunk 2
run 0 weft diff A B
run 0 weft diff A "$url"
end

# clash ID: A and the server change it.
clash()
{
	put A:Todo "{\"id\":\"$1\",\"title\":\"ours\"}"
	ask PATCH "Todos/$1" '{"title":"theirs"}'
	run 3 weft replicate A "$url"
	out_has "conflict: $1"
}

begin 'conflicts: listed with their base, and resolved each way'
clash n31
run 0 weft conflicts A
out_has "Todo n31: update conflict with $url" '"title 31"' '"ours"' '"theirs"'
run 0 weft resolve A Todo n31 --using source
run 0 weft replicate A "$url" --both
ask GET Todos/n31
holds grep -q '"title":"ours"' answer
clash n32
run 0 weft resolve A Todo n32 --using target
run 0 weft replicate A "$url" --both
run 0 weft get A:Todo n32
out_has '"theirs"'
clash n33
echo '{"id":"n33","title":"both"}' >both
run 0 weft resolve A Todo n33 --data both
run 0 weft replicate A "$url" --both
ask GET Todos/n33
holds grep -q '"title":"both"' answer
put A:Todo '{"id":"n34","title":"ours"}'
ask DELETE Todos/n34
run 3 weft replicate A "$url"
run 0 weft conflicts A
out_has 'delete conflict' 'target (deleted)'
run 0 weft resolve A Todo n34 --using source
run 0 weft replicate A "$url" --both
run 0 weft conflicts A
out_is 'no conflicts'
run 0 weft replicate "$url" B
run 0 weft diff A "$url"
run 0 weft diff B "$url"
end

begin 'conflicts of a pull are kept here, and policies settle them'
put B:Todo '{"id":"n41","title":"here"}'
ask PATCH Todos/n41 '{"title":"there"}'
run 3 weft replicate "$url" B
run 0 weft conflicts B
out_has 'Todo n41: update conflict'
run 0 weft resolve B Todo n41 --using source
run 0 weft replicate "$url" B
run 0 weft replicate B "$url"
ask GET Todos/n41
holds grep -q '"title":"here"' answer
put B:Todo '{"id":"n42","title":"here"}'
ask PATCH Todos/n42 '{"title":"there"}'
run 0 weft replicate "$url" B --on-conflict source
run 0 weft get B:Todo n42
out_has '"there"'
put B:Todo '{"id":"n43","title":"title 43","owner":"here","tags":["a"],"created":"2020-02-03T00:00:00.000Z"}'
ask PATCH Todos/n43 '{"title":"there"}'
run 0 weft replicate B "$url" --both --on-conflict merge
run 0 weft get B:Todo n43
out_has '"owner":"here"' '"title":"there"'
run 0 weft diff B "$url"
end

begin 'a change of the server is no conflict with its own last one'
ask PATCH Todos/n51 '{"title":"once"}'
run 0 weft replicate "$url" A
ask PATCH Todos/n51 '{"title":"twice"}'
run 0 weft replicate A "$url" --both
run 0 weft get A:Todo n51
out_has '"twice"'
for title in three four; do
	ask POST Todos/checkpoint
	ask PATCH Todos/n51 "{\"title\":\"$title\"}"
done
run 0 weft replicate A "$url"
out_has '0 applied'
run 0 weft replicate "$url" A
run 0 weft get A:Todo n51
out_has '"four"'
put A:Todo '{"id":"n51","title":"not seen"}'
for title in five six; do
	ask POST Todos/checkpoint
	ask PATCH Todos/n51 "{\"title\":\"$title\"}"
done
run 3 weft replicate "$url" A
run 3 weft replicate A "$url"
run 0 weft resolve A Todo n51 --using target
run 0 weft replicate A "$url" --both
end

begin 'another path and another id'
ask POST fleet '{"vin":"w 2?","km":2}'
run 0 weft replicate A "$url" --both --model Car
run 0 weft get A:Car 'w 2?'
put A:Car '{"vin":"v/1 ä","km":3}'
weft rm --quiet A:Car 'w 2?' || fail rm
run 0 weft replicate A "$url" --model Car
run 0 weft diff A "$url" --model Car
end

begin 'what the server adds to a record comes back, and is no conflict'
cat >plain.json <<'X'
{"name": "Todo", "trackChanges": true,
 "properties": {"id": {"type": "string", "id": true}}}
X
weft init --quiet C --model plain.json || fail init
put C:Todo '{"id":"c1","title":"no default here"}'
put C:Todo '{"id":"c2"}'
put C:Todo '{"id":"c3","title":"valid"}'
run 5 weft replicate C "$url"
err_has 'Todo "c2"' 422
out_has '1 refused'
! grep -q conflict "$out" || fail "$(cat "$out")"
run 5 weft replicate C "$url" --both
run 0 weft get C:Todo c1
out_is '{"completed":false,"id":"c1","title":"no default here"}'
weft rm --quiet C:Todo c2 || fail rm
run 0 weft replicate C "$url" --both
run 0 weft diff C "$url"
end

begin 'users: a right that is missing is told, a login helps'
cat >private.json <<'X'
{"name": "Private", "trackChanges": true, "properties":
 {"id": {"type": "string", "id": true}, "text": {"type": "string"}}}
X
weft init --quiet P --model private.json || fail init
put P:Private '{"id":"p1","text":"x"}'
run 1 weft replicate P "$url"
err_has 401 Privates
ask POST Customers '{"email":"a@b.org","password":"pass word"}'
with=$(echo "$url" | sed 's|//|//a%40b.org:pass%20word@|')
run 0 weft replicate "$with" P --users Customers
run 1 weft replicate P "$with" --users Customers
err_has 401 bulk-update
end

begin 'LoopBack and weftd, through weft'
weft init --quiet W --model "$models/todo.json" || fail init
printf '{"host": "127.0.0.1", "port": 0}' >W/config.json
mkfifo ready
weftd --config W >ready 2>weftd.log &
weftd=$!
read -r word other <ready
rm ready
run 0 weft replicate "$url" "$other" --model Todo --both
run 0 weft diff "$url" "$other" --model Todo
curl --silent -X DELETE "$other/Todos/n61" >/dev/null
ask PATCH Todos/n62 '{"title":"from LoopBack"}'
run 0 weft replicate "$other" "$url" --model Todo --both
run 0 weft diff "$url" "$other" --model Todo
run 0 weft get W:Todo n62
out_has '"from LoopBack"'
stop "$weftd"
end

begin 'a server that was emptied gets all again'
port=$(echo "$url" | sed 's|.*:\([0-9]*\)/.*|\1|')
stop "$server"
sed "s/\"port\": 0/\"port\": $port/" app/config.json >config
mv config app/config.json
serve app
run 0 weft replicate A "$url" --model Todo
run 0 weft diff A "$url" --model Todo
stop "$server"
end

begin 'a server that takes little at a time'
cat >app/config.json <<'X'
{"restApiRoot": "/api", "host": "127.0.0.1", "port": 0,
 "remoting": {"json": {"limit": "20kb"}}}
X
serve app
run 0 weft replicate A "$url" --model Todo
run 0 weft diff A "$url" --model Todo
long=$(awk 'BEGIN { while (i++ < 3000) printf "too long " }')
put A:Todo "{\"id\":\"long\",\"title\":\"$long\"}"
put A:Todo '{"id":"short","title":"x"}'
run 5 weft replicate A "$url" --model Todo
err_has 'Todo "long"' 413
ask GET Todos/short
stop "$server"
end

finish
