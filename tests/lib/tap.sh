# What tests of the command share.
#
#	. "$top_srcdir/tests/lib/tap.sh"
#	begin 'get: says what is missing'
#	run 4 weft get A:Note 9
#	err_has 'no Note'
#	end
#	finish
#
# A case is what stands between begin and end; it fails with its first failed
# assertion, and the rest of it is still run.  Tests run in a scratch folder.

set -u
LC_ALL=C
export LC_ALL

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
PATH=$top_builddir:$PATH
scratch=$(mktemp -d "${TMPDIR:-/tmp}/weft-test.XXXXXX")
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
cd "$scratch" || exit

# Results do not depend on the settings of who runs this.
GIT_CONFIG_NOSYSTEM=1
GIT_CONFIG_GLOBAL=/dev/null
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL

out=$scratch/.out
err=$scratch/.err
test_count=0
failure_count=0

begin()
{
	name=$1
	failed=false
	: >"$scratch/.why"
}

end()
{
	test_count=$((test_count + 1))
	if $failed; then
		failure_count=$((failure_count + 1))
		echo "not ok $test_count - $name"
		sed 's/^/# /' "$scratch/.why"
	else
		echo "ok $test_count - $name"
	fi
}

# skip NAME WHY
skip()
{
	test_count=$((test_count + 1))
	echo "ok $test_count - $1 # SKIP $2"
}

finish()
{
	echo "1..$test_count"
	test "$failure_count" -eq 0
	exit
}

# fail WHY...: the case has failed.
fail()
{
	failed=true
	printf '%s\n' "$@" >>"$scratch/.why"
}

# run STATUS COMMAND...: its output goes to $out and $err.
run()
{
	wanted=$1
	shift
	"$@" >"$out" 2>"$err" && status=0 || status=$?
	if test "$status" -ne "$wanted"; then
		fail "$*: status $status, not $wanted" \
		    "$(head -c 2000 "$out")" "$(head -c 2000 "$err")"
	fi
}

# holds COMMAND...: it succeeds.
holds()
{
	"$@" >"$scratch/.holds" 2>&1 ||
	    fail "does not hold: $*" "$(head -c 2000 "$scratch/.holds")"
}

# out_is TEXT: standard output is exactly this and a newline.
out_is()
{
	printf '%s\n' "$1" >"$scratch/.wanted"
	cmp -s "$scratch/.wanted" "$out" ||
	    fail "output is not: $1" "$(diff "$scratch/.wanted" "$out")"
}

out_empty()
{
	test ! -s "$out" || fail "output is not empty: $(cat "$out")"
}

# out_has TEXT..., err_has TEXT...: each stands somewhere in it.
out_has()
{
	for text do
		grep -qF -e "$text" "$out" ||
		    fail "output has not \"$text\":" "$(cat "$out")"
	done
}

err_has()
{
	for text do
		grep -qF -e "$text" "$err" ||
		    fail "messages have not \"$text\":" "$(cat "$err")"
	done
}

# err_is TEXT: standard error is exactly this and a newline.
err_is()
{
	printf '%s\n' "$1" >"$scratch/.wanted"
	cmp -s "$scratch/.wanted" "$err" ||
	    fail "messages are not: $1" "$(diff "$scratch/.wanted" "$err")"
}

err_empty()
{
	test ! -s "$err" || fail "messages are not empty: $(cat "$err")"
}

# equal WHAT A B
equal()
{
	test "$2" = "$3" || fail "$1: \"$2\", not \"$3\""
}

# Each line of the file is JSON by sqlite3's judgement.
json_lines()
{
	while IFS= read -r line; do
		printf '%s' "$line" >"$scratch/.line"
		test "$(sqlite3 :memory: \
		    "select json_valid(cast(readfile('$scratch/.line') \
		    as text))")" = 1 || fail "not JSON: $line"
	done <"$1"
	test -s "$1" || fail 'no JSON at all'
}

# json PATH [FILE]: a value in a document, as sqlite3 prints it.
json()
{
	sqlite3 :memory: "select json_extract(cast(readfile(
	    '${2-$out}') as text), '$1')"
}

# The definitions that most tests use.
note_definition()
{
	cat >Note.json <<'JSON'
{"name":"Note","trackChanges":true,"properties":{
"id":{"type":"string","id":true},
"text":{"type":"string"},
"size":{"type":"number"},
"updatedAt":{"type":"date"}},"updatedAt":"updatedAt"}
JSON
	cat >Tag.json <<'JSON'
{"name":"Tag","trackChanges":true,"properties":{
"id":{"type":"string","id":true},
"label":{"type":"string","required":true},
"secret":{"type":"string"}},"hidden":["secret"]}
JSON
}

# source DIR: makes one with both models.
make_source()
{
	test -f Note.json || note_definition
	weft init --quiet "$1" --model Note.json --model Tag.json
}

# lines COUNT [TEXT]: that many Notes, one on each line.
notes()
{
	awk -v n="$1" -v text="${2-text}" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "{\"id\":\"n%d\",\"text\":\"%s %d\"}\n", i,
			    text, i
	}'
}
