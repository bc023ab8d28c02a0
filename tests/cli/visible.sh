#!/bin/sh
# A user's client where each sees some records only (docs/access.md).
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

cat >note.json <<'X'
{"name":"Note","trackChanges":true,"visibleTo":{"property":"ownerId"},
"properties":{"id":{"type":"string","id":true},"ownerId":"string",
"text":"string"}}
X
mkdir -p S/models
cp note.json S/models
echo '{"db":{"connector":"sqlite3","file":"db.sqlite"}}' >S/datasources.json
cat >S/model-config.json <<'X'
{"User":{"dataSource":"db"},"AccessToken":{"dataSource":"db"},
"Role":{"dataSource":"db"},"RoleMapping":{"dataSource":"db"},
"ACL":{"dataSource":"db"},"Note":{"dataSource":"db"}}
X

# note PLACE OWNER TEXT
note()
{
	run 0 weft put "$1:Note" \
	    "{\"id\":\"n\",\"ownerId\":\"$2\",\"text\":\"$3\"}"
}

# has PLACE TEXT: the note there is this; '': there is none.
has()
{
	run 0 weft export "$1:Note"
	equal "the note of $1" \
	    "$(sed -n 's/.*"text":"\([^"]*\)".*/\1/p' "$out")" "$2"
}

# both CLIENT [STATUS]: between it and the server.
both()
{
	run "${2-0}" weft replicate "$1" "$address" --both
}

echo secret >password
run 0 weft user add S --id ann --username ann --email ann@x.org \
    --password-stdin <password
run 0 weft user token S ann
WEFT_TOKEN=$(json '$.id')
export WEFT_TOKEN
serve S

for client in http ws; do
	case $client in
	http)	address=$url ;;
	ws)	address=$socket ;;
	esac
	run 0 weft init $client --model note.json
	note S ann first

	begin "$client: what is taken from a user goes, and comes back"
	both $client
	has $client first
	note S bob his
	both $client
	has $client ''
	note S ann again
	both $client
	has $client again
	has S again
	end

	# It has come anew, based on nothing, and goes by a revision that she
	# never had.
	begin "$client: also if it was changed before it was taken"
	note S ann changed
	note S bob his
	both $client
	has $client ''
	end

	begin "$client: her edit of what was taken is a conflict"
	note S ann theirs
	both $client
	note $client ann edited
	note S bob his
	both $client 3
	has $client edited
	has S his
	run 0 weft conflicts $client
	out_has 'delete conflict' '"edited"'
	run 0 weft resolve $client Note n --using target
	both $client
	has $client ''
	has S his
	end

	begin "$client: what the server deletes she does not bring back"
	note S ann again
	both $client
	has $client again
	run 0 weft rm S:Note n
	both $client
	has $client ''
	has S ''
	end
done

stop "$daemon"
finish
