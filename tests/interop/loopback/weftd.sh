#!/bin/sh
# A daemon of the application in FOLDER, with an empty database of its own:
#   weftd.sh WEFTD FOLDER SCRATCH
# It tells by which command its store is compacted.
set -e
directory=$(mktemp -d "$3/weftd.XXXXXX")
cp -R "$2/." "$directory"
chmod -R u+w "$directory"
echo '{"db": {"name": "db", "connector": "sqlite", "file": "db.sqlite"}}' \
    >"$directory/datasources.json"
# As LoopBack is given a listener: nobody asks what it does with the token.
echo '{"users": {"resetCommand": ["/bin/cat"]}}' >"$directory/weftd.json"
echo "compact ${1%d} compact $directory"
exec "$1" --config "$directory"
