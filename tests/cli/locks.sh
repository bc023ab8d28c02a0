#!/bin/sh
# Two processes on one source; what may not be written.
. "$top_srcdir/tests/lib/tap.sh"
make_source A
weft put A:Note '{"id":"1"}' >/dev/null
mkfifo pipe

# hold ID: an import that holds A while it waits for its input; when the record
# of this id is there, it does.
hold()
{
	weft import A:Note pipe --batch 1 >held.out 2>held.err &
	holder=$!
	exec 3>pipe
	echo "{\"id\":\"$1\"}" >&3
	until weft get A:Note "$1" >"$scratch/.get" 2>&1; do
		kill -0 "$holder" || break
	done
}

begin 'writing: the second process is told who holds the source'
hold held
run 6 weft put A:Note '{"id":"2"}'
err_has 'weft import'
out_empty
run 6 weft replicate A sqlite:B.db
err_has 'weft import'
holds test ! -e B.db
run 6 weft rm A:Note 1 --json
json_lines "$err"
equal name "$(json '$.error.name' "$err")" WEFT_ELOCKED
end

begin 'reading: never waits for a writer'
run 0 weft get A:Note 1
run 0 weft export A:Note
run 0 weft status A
run 0 weft changes A:Note
run 0 weft log A
run 0 weft verify A
run 0 weft conflicts A
end

begin 'writing: the first process is not disturbed'
exec 3>&-
wait "$holder" && status=0 || status=$?
equal status "$status" 0
run 0 weft get A:Note held
run 0 weft put A:Note '{"id":"2"}'
end

begin 'reading: sees whole states while a long transaction runs'
notes 30000 >many
weft import --quiet A:Note many --batch 30000 >held.out 2>held.err &
holder=$!
reads=0
while kill -0 "$holder" 2>"$err"; do
	run 0 weft export A:Note --filter '{"where":{"id":{"like":"n%"}}}'
	count=$(wc -l <"$out")
	test "$count" -eq 0 || test "$count" -eq 30000 ||
	    fail "$count records of a transaction"
	reads=$((reads + 1))
done
wait "$holder" && status=0 || status=$?
equal status "$status" 0
holds test "$reads" -gt 0
end

begin 'reading: never disturbed by writes and projections'
weft init --quiet sqlite:w.db --model Note.json || fail init
"$top_builddir/tests/fault/writer" w.db 1 500 >writer.out 2>writer.err &
holder=$!
while kill -0 "$holder" 2>"$err"; do
	run 0 weft verify sqlite:w.db
	run 0 weft status sqlite:w.db
	run 0 weft log sqlite:w.db
	run 3 weft diff sqlite:w.db A --model Note
	run 0 weft export sqlite:w.db:Note
done
wait "$holder" && status=0 || status=$?
equal status "$status" 0
holds test ! -s writer.err
end

begin 'writing: a process that was killed holds nothing'
hold killed
kill -9 "$holder"
wait "$holder" 2>"$err"
exec 3>&-
run 0 weft put A:Note '{"id":"3"}'
run 0 weft verify A
end

begin 'signals: SIGTERM stops an import between two batches'
hold s1
kill -TERM "$holder"
# It may have ended before it gets these.
(
	trap '' PIPE
	printf '%s\n' '{"id":"s2"}' '{"id":"s3"}' '{"id":"s4"}' >&3
) 2>"$err" || :
exec 3>&-
wait "$holder" && status=0 || status=$?
equal status "$status" 143
holds grep -q 'stopped by signal 15' held.err
run 0 weft get A:Note s1
run 0 weft verify A
end

if test "$(id -u)" -eq 0; then
	as_other='setpriv --reuid=65534 --regid=65534 --clear-groups'
	$as_other true 2>/dev/null || as_other=
else
	as_other=env
fi
if test -n "$as_other"; then
	chmod 755 "$scratch"
	chmod -R a+rX,a-w A

	begin 'read-only: writing is refused, nothing is changed'
	find A -type f -exec sha1sum {} + | sort >before
	run 8 $as_other "$top_builddir/weft" put A:Note '{"id":"9"}'
	err_has A
	run 8 $as_other "$top_builddir/weft" init A/inner
	find A -type f -exec sha1sum {} + | sort >after
	holds cmp before after
	end

	begin 'read-only: reading works'
	run 0 $as_other "$top_builddir/weft" get A:Note 1
	run 0 $as_other "$top_builddir/weft" status A
	end

	begin 'no permission to read: one status, whatever the file is'
	for file in datasources.json model-config.json db.sqlite; do
		chmod 0 "A/$file"
		run 8 $as_other "$top_builddir/weft" get A:Note 1
		err_has "A/$file" 'Permission denied'
		chmod 444 "A/$file"
	done
	echo '{"id":"9"}' >secret && chmod 0 secret
	run 8 $as_other "$top_builddir/weft" put A:Note secret
	err_has secret 'Permission denied'
	end
	chmod -R u+w A
else
	skip 'read-only: writing is refused' 'cannot become another user'
	skip 'read-only: reading works' 'cannot become another user'
	skip 'no permission to read' 'cannot become another user'
fi

finish
