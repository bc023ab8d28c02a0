#!/bin/sh
# The examples and the demonstration do what they say.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

examples=$top_builddir/examples

begin '01-two-stores'
run 0 "$examples/01-two-stores" a1.db b1.db
out_is '2 notes sent, roots equal'
err_empty
run 0 weft verify sqlite:a1.db sqlite:b1.db
run 0 git -C b1.db.git log --all
end

begin '01-two-stores: again, on the same files'
run 0 "$examples/01-two-stores" a1.db b1.db
out_is '0 notes sent, roots equal'
err_empty
end

begin '02-conflicts'
run 0 "$examples/02-conflicts" a2.db b2.db
out_is '1 sent, 0 conflicts resolved, 0 left
it was {"id":"1"}
ours   {"id":"1","milk":2}
theirs {"bread":1,"id":"1"}
1 sent, 1 conflicts resolved, 0 left'
err_empty
run 0 weft diff sqlite:a2.db sqlite:b2.db
run 0 weft get sqlite:b2.db:List 1
out_is '{"bread":1,"id":"1","milk":2}'
end

begin '03-filter'
run 0 "$examples/03-filter" a3.db b3.db
out_is '1 tasks sent
1 tasks sent
2 tasks are done'
err_empty
end

# phone and laptop: what each of them prints, and its input, open until it is to
# end.
begin '04-live'
cat >Todo.json <<'JSON'
{"name": "Todo", "trackChanges": true, "properties": {
"id": {"type": "string", "id": true}, "text": {"type": "string"}}}
JSON
run 0 weft init --quiet S --model Todo.json
serve S
mkfifo phone.in laptop.in
"$examples/04-live" a4.db "$socket" 'buy bread' <phone.in >phone 2>&1 &
phone=$!
"$examples/04-live" b4.db "$socket" <laptop.in >laptop 2>&1 &
laptop=$!
exec 7>phone.in 8>laptop.in
comes grep -q 'live: 1 sent, 0 received' phone
comes grep -q 'live: 0 sent, 1 received' laptop
stop "$daemon"
comes grep -q 'offline: 0 sent, 1 received' laptop
exec 7>&- 8>&-
holds wait "$phone" "$laptop"
run 0 weft diff sqlite:a4.db sqlite:b4.db
run 0 weft export sqlite:b4.db:Todo
out_has 'buy bread'
end

begin '04-live: again, on the same file'
serve S
"$examples/04-live" a4.db "$socket" 'say "hi"' 'a","id":"forged' <laptop.in \
    >phone 2>&1 &
phone=$!
exec 8>laptop.in
comes grep -q 'live: 2 sent, 0 received' phone
exec 8>&-
holds wait "$phone"
stop "$daemon"
run 0 weft export sqlite:a4.db:Todo
out_has 'buy bread' '"text":"say \"hi\""' '"text":"a\",\"id\":\"forged"'
run 0 weft export S:Todo
out_has 'buy bread' '"text":"say \"hi\""' '"text":"a\",\"id\":\"forged"'
end

begin 'examples: two stores are brought together in thirty lines'
lines=$(awk '/^}/ { inside = 0 } inside && NF { lines++ }
    /^main\(/ { inside = 1 } END { print lines - 1 }' \
    "$top_srcdir/examples/01-two-stores.c")
test "$lines" -le 30 || fail "$lines lines in main()"
end

begin 'examples: at most 100 lines each'
for file in "$top_srcdir"/examples/*.c; do
	holds test "$(wc -l <"$file")" -le 100
done
end

if test -f /usr/share/iso-codes/json/iso_639-3.json; then
	begin 'demo.sh'
	TMPDIR=$scratch run 0 sh "$top_srcdir/examples/demo.sh"
	out_has '7910 imported' '5127 imported' 'Done.'
	err_empty
	end
else
	skip 'demo.sh' 'iso-codes is not installed'
fi

finish
