#!/bin/sh
# weft get, put, rm.
. "$top_srcdir/tests/lib/tap.sh"
make_source A

begin 'put: prints the record as it is stored'
run 0 weft put A:Note '{"text":"x", "id":"1"}'
out_is '{"id":"1","text":"x"}'
run 0 weft get A:Note 1
out_is '{"id":"1","text":"x"}'
end

begin 'put: from a file and from standard input'
echo '{"id":"2","size":1e3}' >two.json
run 0 weft put A:Note two.json
out_is '{"id":"2","size":1000}'
echo '{"id":"3"}' >three
run 0 weft put A:Note - <three
out_is '{"id":"3"}'
echo '{"id":"4"}' >four
run 0 weft put A:Note <four
out_is '{"id":"4"}'
end

begin 'put: replaces, merges, creates'
run 0 weft put A:Note '{"id":"1","size":1}'
out_is '{"id":"1","size":1}'
run 0 weft put A:Note --merge '{"id":"1","text":"y"}'
out_is '{"id":"1","size":1,"text":"y"}'
run 5 weft put A:Note --create '{"id":"1"}'
err_has Note.id
run 0 weft put A:Note --create '{"id":"5"}'
end

begin 'put: a record without id gets one'
run 0 weft put A:Note '{"text":"no id"}'
id=$(json '$.id')
run 0 weft get A:Note "$id"
out_has 'no id'
end

begin 'put: --quiet prints the result, a generated id too'
run 0 weft put A:Note --quiet '{"text":"no id either"}'
id=$(json '$.id')
run 0 weft get A:Note "$id" --quiet
out_has 'no id either'
run 0 weft rm A:Note "$id" --quiet
out_empty
run 0 weft version --quiet
out_has 'weft '
end

begin 'what standard input has wrong is said of standard input'
echo '{"id":1' | weft import A:Note - 2>"$err" && fail 'taken'
err_has 'standard input: line 1'
head -c 17000000 /dev/zero | weft put A:Note - 2>"$err" && fail 'taken'
err_has 'standard input: ' 16777216
end

begin 'put: bad input is refused'
run 5 weft put A:Note '{"id":"1",}'
err_has '10'
run 5 weft put A:Note '{"id":"1","id":"1"}'
run 5 weft put A:Note '{"id":"1","size":9007199254740993}'
run 5 weft put A:Tag '{"id":"1"}'
err_has label
echo '[1]' >array
run 5 weft put A:Note array
err_has 'weft: array: '
echo '{"id":"1",}' >comma
run 5 weft put A:Note <comma
err_has 'weft: standard input: offset 10'
run 4 weft put A:Note missing.json
err_is 'weft: missing.json: No such file or directory'
run 0 weft get A:Note 1
out_is '{"id":"1","size":1,"text":"y"}'
end

begin 'put: hidden properties stay inside'
run 0 weft put A:Tag '{"id":"t","label":"l","secret":"s"}'
out_is '{"id":"t","label":"l"}'
run 0 weft get A:Tag t
out_is '{"id":"t","label":"l"}'
run 0 weft get A:Tag t --hidden
out_is '{"id":"t","label":"l","secret":"s"}'
end

begin 'get: what is not there'
run 4 weft get A:Note nothing
out_empty
err_has nothing
run 4 weft get A:Note nothing --json
json_lines "$err"
end

begin 'rm: deletes all it is given'
run 0 weft rm A:Note 2 3
out_is '2 deleted'
run 4 weft get A:Note 2
run 0 weft rm A:Note 4 --json
equal deleted "$(json '$.deleted')" 1
end

begin 'rm: the same id twice'
weft put A:Note '{"id":"2"}' >/dev/null
run 0 weft rm A:Note 2 2
out_is '1 deleted'
end

begin 'rm: deletes nothing if one is not there'
run 4 weft rm A:Note 1 nothing
err_is 'weft: no Note "nothing"; nothing was deleted'
run 0 weft get A:Note 1
run 0 weft rm A:Note 1 nothing --force
out_is '1 deleted'
run 4 weft get A:Note 1
end

begin 'sources: a path with a colon is not split'
mkdir A:Note
run 0 weft init A:Note --model Note.json
run 2 weft get A:Note 5
run 0 weft put A:Note:Note '{"id":"other"}'
run 4 weft get A:Note:Note 5
rm -r A:Note
end

begin 'sources: a directory without configuration'
mkdir bare
run 4 weft get bare:Note 1
err_has bare
end

begin 'sources: a database file named as a directory'
weft init --quiet sqlite:f.db --model Note.json
run 4 weft verify A f.db
err_is 'weft: f.db: no such directory; a database file is named sqlite:f.db'
end

begin 'sources: a file that is no database'
echo 'this is no database, but it is long enough to look like one' >text.db
run 7 weft get sqlite:text.db:Note 1
err_has text.db
end

begin 'sources: what is no database of ours is not written to'
: >empty.db
sqlite3 other.db 'CREATE TABLE t(a)' || fail sqlite3
cp other.db before.db
for command in 'put sqlite:empty.db:Note {}' 'rm sqlite:empty.db:Note 1' \
    'import sqlite:empty.db:Note three' 'replicate A sqlite:empty.db'; do
	run 5 weft $command
	err_is 'weft: empty.db: an empty file, not a database'
done
run 5 weft put sqlite:other.db:Note '{}'
err_is "weft: other.db: not a database of weft's"
holds test ! -s empty.db
holds cmp other.db before.db
holds test ! -e empty.db.git
holds test ! -e other.db.git
end

begin 'sources: bad configuration names file and key'
weft init --quiet C --model Note.json
echo '{"db":{"connector":"nonsense"}}' >C/datasources.json
run 5 weft status C
err_has 'C/datasources.json' nonsense
end

finish
