#!/bin/sh
# Two databases of real data, edited on both sides, brought together again:
# run it with ./setup.sh demo.  Each command is printed before it is run; one
# that ends otherwise than expected ends the demonstration.
set -eu

examples=$(cd "$(dirname "$0")" && pwd)
iso=${ISO_CODES:-/usr/share/iso-codes/json}
place=$(mktemp -d "${TMPDIR:-/tmp}/weft-demo.XXXXXX")

say()
{
	printf '\n# %s\n' "$*"
}

# The command as one would type it.
show()
{
	printf '$'
	for word do
		case $word in
		*[!A-Za-z0-9_./:=-]*) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
}

# run STATUS COMMAND...: shows the command, runs it, and demands the status.
run()
{
	wanted=$1
	shift
	show "$@"
	status=0
	"$@" 2>&1 || status=$?
	if test "$status" -ne "$wanted"; then
		echo "demo.sh: $1 $2 ended with $status, not $wanted;" \
		    "everything is kept in $place" >&2
		exit 1
	fi
}

for file in iso_639-3.json iso_3166-2.json; do
	test -f "$iso/$file" || {
		echo "demo.sh: $iso/$file is missing (Debian: iso-codes)" >&2
		exit 1
	}
done
for program in weft git; do
	command -v "$program" >/dev/null || {
		echo "demo.sh: $program is not in PATH" >&2
		exit 1
	}
done
cd "$place"
echo "Everything happens in $place"

say 'A source: a directory with a configuration and an SQLite database.'
run 0 weft init A --model "$examples/iso/models/Language.json" \
    --model "$examples/iso/models/Subdivision.json"

say 'Real data: the languages of ISO 639-3, the subdivisions of ISO 3166-2.'
run 0 weft import A:Language "$iso/iso_639-3.json" --path 639-3
run 0 weft import A:Subdivision "$iso/iso_3166-2.json" --path 3166-2
run 0 weft get A:Language deu

say 'A second database gets all of it. It does not exist yet: it is made.'
run 0 weft replicate A sqlite:B.db
run 0 weft status sqlite:B.db

say 'Both sides go on by themselves. What only one side changes:'
run 0 weft put A:Language --merge '{"alpha_3":"cym","name":"Cymraeg"}'
run 0 weft rm A:Subdivision GB-ENG
run 0 weft put sqlite:B.db:Language '{"alpha_3":"qwe","name":"Weftish"}'

say 'Both change the same property of one record:'
run 0 weft put A:Language --merge '{"alpha_3":"deu","name":"Deutsch"}'
run 0 weft put sqlite:B.db:Language --merge \
    '{"alpha_3":"deu","name":"Allemand"}'
run 0 weft put A:Subdivision --merge '{"code":"DE-BY","name":"Bavaria"}'
run 0 weft put sqlite:B.db:Subdivision --merge \
    '{"code":"DE-BY","name":"Baviera"}'

say 'Both change one record, but different properties of it:'
run 0 weft put A:Language --merge '{"alpha_3":"fra","name":"français"}'
run 0 weft put sqlite:B.db:Language --merge \
    '{"alpha_3":"fra","speakers":80000000}'

say 'One side edits what the other deletes:'
run 0 weft put A:Language --merge '{"alpha_3":"ita","name":"italiano"}'
run 0 weft rm sqlite:B.db:Language ita
run 0 weft rm A:Subdivision FR-75
run 0 weft put sqlite:B.db:Subdivision --merge \
    '{"code":"FR-75","name":"Paris, ville"}'

say 'Replicating finds the conflicts. Status 3: some remain.'
run 3 weft replicate A sqlite:B.db
run 0 weft conflicts A

say 'A policy settles what can be merged property by property.'
run 3 weft replicate A sqlite:B.db --on-conflict merge

say 'The others by hand, each in another way.'
run 0 weft resolve A Language deu --using source
run 0 weft resolve A Language ita --using target
run 0 weft resolve A Subdivision FR-75 --delete
printf '%s\n' '{"code":"DE-BY","name":"Bayern (Bavaria)","type":"Land"}' >bavaria.json
run 0 weft resolve A Subdivision DE-BY --data bavaria.json
run 0 weft conflicts A

say 'Both ways: B gets what was decided, A what only B had.'
run 0 weft replicate A sqlite:B.db --both
run 0 weft get sqlite:B.db:Language deu
run 0 weft get sqlite:B.db:Language fra
run 4 weft get sqlite:B.db:Language ita
run 0 weft get A:Language qwe

say 'Equal roots are equal records; verify looks at every one.'
run 0 weft status A
run 0 weft verify A sqlite:B.db

say 'The history is a plain git repository.'
run 0 git -C A/db.sqlite.git --no-pager log --all --format='%h %ad %s' \
    --date=iso -n 5
run 0 git -C A/db.sqlite.git fsck --strict
run 0 git clone --quiet A/db.sqlite.git clone
file=$(cd clone && find Language/r -name deu)
run 0 cat "clone/$file"
printf '\n'
run 0 git -C clone --no-pager log -p -U0 --format='%h %s' -- "$file"

printf '\nDone. All of it is kept in %s\n' "$place"
