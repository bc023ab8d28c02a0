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
holds test ! -e full.new
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

begin 'init: a model twice'
run 5 weft init B --model Note.json --model Note.json
err_has Note
holds test ! -e B
end

begin 'init: into a directory that is not there'
run 4 weft init no/where
err_has 'no/where'
end

begin 'init: --json'
run 0 weft init J --model Note.json --json
json_lines "$out"
equal model "$(json '$.models[0]')" Note
end

finish
