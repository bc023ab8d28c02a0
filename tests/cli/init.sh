#!/bin/sh
# weft init: new sources.
. "$top_srcdir/tests/lib/tap.sh"
note_definition

begin 'init: makes a configuration directory'
run 0 weft init A --model Note.json --model Tag.json
out_is 'A: Note Tag'
err_empty
holds cmp Note.json A/models/Note.json
for file in config.json datasources.json model-config.json; do
	equal "$file" "$(sqlite3 :memory: \
	    "select json_valid(cast(readfile('A/$file') as text))")" 1
done
equal connector "$(json '$.db.connector' A/datasources.json)" sqlite3
equal model "$(json '$.Note.dataSource' A/model-config.json)" db
holds test -f A/db.sqlite
holds test -d A/db.sqlite.git
run 0 weft status A
end

begin 'init: leaves what is there alone'
run 5 weft init A --model Note.json
err_has 'A'
mkdir full && touch full/file
run 5 weft init full
holds test -f full/file
holds test ! -e full.weft-new
end

begin 'init: says what is there'
mkdir other && echo x >other/letter
run 5 weft init other --model Note.json
err_has 'weft: other: is a directory with other things in it (letter):' \
    'name one that is empty, or not there yet'
equal letter "$(cat other/letter)" x
run 0 weft init twice --model Note.json
run 5 weft init twice --model Note.json
err_is 'weft: twice: is a source already'
end

begin 'init: takes an empty directory'
mkdir empty
run 0 weft init empty/ --model Note.json
holds test -f empty/datasources.json
end

begin 'init: without models'
run 0 weft init none
run 0 weft status none
end

begin 'init: makes a database file'
run 0 weft init sqlite:one.db --model Note.json
out_is 'one.db: Note'
run 0 weft status sqlite:one.db --json
equal models "$(json '$.models[0].model')" Note
run 5 weft init sqlite:one.db
err_is 'weft: one.db: exists already'
end

begin 'init: a bad definition makes nothing'
echo '{"name":"Bad","properties":7}' >Bad.json
run 5 weft init B --model Note.json --model Bad.json
err_has Bad.json properties
holds test ! -e B
run 5 weft init sqlite:B.db --model Bad.json
holds test ! -e B.db
end

begin 'init: a definition that is not JSON'
echo '{"name":' >Bad.json
run 5 weft init B --model Bad.json
err_has Bad.json
holds test ! -e B
end

begin 'init: a definition that is not there'
run 4 weft init B --model missing.json
err_is 'weft: missing.json: No such file or directory'
holds test ! -e B
end

begin 'init: a model whose name leads elsewhere'
echo '{"name":"../../evil","trackChanges":true}' >Bad.json
mkdir -p deep/in
run 5 weft init deep/in/B --model Bad.json
err_is 'weft: Bad.json: name: "../../evil" begins with "." or has a "/": it names a file, too'
equal files "$(find deep -type f)" ''
end

begin 'init: a model twice'
run 5 weft init B --model Note.json --model Note.json
err_has Note
holds test ! -e B
end

begin 'init: into a directory that is not there'
run 4 weft init no/where
err_has 'no/where'
end

begin 'init: removes what a killed run left, not what another makes'
mkdir -p left.weft-new/models && touch left.weft-new/models/Old.json
run 6 flock left.weft-new weft init left --model Note.json
err_is 'weft: left: is being made by another process'
holds test ! -e left
run 0 weft init left --model Note.json
holds test ! -e left.weft-new
holds test ! -e left/models/Old.json
end

begin 'init: a killed run had named the store, and not yet the database'
weft init --quiet sqlite:half.db --model Note.json || fail init
mkdir half.db.weft-new && mv half.db half.db.weft-new/complete
run 0 weft init sqlite:half.db --model Tag.json
out_is 'half.db: Tag'
holds test ! -e half.db.weft-new
run 0 weft verify sqlite:half.db
end

begin 'init: never takes a store that it has not made'
weft init --quiet sqlite:lost.db --model Note.json || fail init
rm lost.db
run 5 weft init sqlite:lost.db --model Note.json
err_is 'weft: lost.db.git: exists already'
holds test -d lost.db.git
holds test ! -e lost.db.weft-new
end

begin 'init: two properties that differ by case: told, and found by each'
cat >Twins.json <<'JSON'
{"name":"Twins","trackChanges":true,"properties":{
"id":{"type":"string","id":true},
"Rank":{"type":"number","index":true},"rank":{"type":"number","index":true}}}
JSON
run 0 weft init sqlite:twins.db --model Twins.json
err_has 'property rank has no column' 'as Rank has the column of that name'
printf '%s\n' '{"id":"a","Rank":1,"rank":2}' '{"id":"b","Rank":2,"rank":1}' >twins
run 0 weft import sqlite:twins.db:Twins twins
for filter in '{"where":{"Rank":1}}' '{"where":{"rank":2}}' \
    '{"where":{"rank":{"gt":1}}}' '{"order":"rank DESC","limit":1}' \
    '{"where":{"and":[{"Rank":1},{"rank":2}]}}'; do
	run 0 weft export sqlite:twins.db:Twins --filter "$filter"
	out_is '{"Rank":1,"id":"a","rank":2}'
done
end

begin 'init: --json'
run 0 weft init J --model Note.json --json
json_lines "$out"
equal model "$(json '$.models[0]')" Note
end

finish
