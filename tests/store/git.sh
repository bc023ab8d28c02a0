#!/bin/sh
# The store is a git repository like any other: log, diff, fsck, clone.
. "$top_srcdir/tests/lib/tap.sh"

PATH=$top_builddir/tests/store:$PATH
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE || :

# records FIRST LAST BODY: lines that put them.
records()
{
	awk -v i="$1" -v last="$2" -v body="$3" 'BEGIN {
		for (; i <= last; i++)
			printf "put Item id-%d {\"id\":\"id-%d\",%s}\n", i, i,
			    body
	}'
}

{
	echo 'put Todo 1 {"id":"1","title":"milk"}'
	echo 'put Todo 2 {"id":"2","title":"bread"}'
	records 1 1000 '"v":1'
	echo project
	echo checkpoint
	echo 'put Todo 1 {"id":"1","title":"oat milk"}'
	echo 'delete Todo 2'
	records 500 510 '"v":2'
	echo project
	echo checkpoint
	echo checkpoint
	echo 'put Todo 3 {"id":"3","title":"beer"}'
	echo project
	echo 'root Item'
} >journal.txt
journal store.git <journal.txt >tips || fail "journal: $(cat tips)"
tip=$(sed -n 3p tips)

begin 'log: a commit for each projection, the newest first'
run 0 git -C store.git log --format='%H %s'
out_is "$tip Checkpoint 4: 1 change
$(sed -n 2p tips) Checkpoint 2: 13 changes
$(sed -n 1p tips) Checkpoint 1: 1002 changes"
end

begin 'log: git knows the trailers'
run 0 git -C store.git log -1 \
    --format='%(trailers:key=Seq,key=Epoch,key=Checkpoints,key=Changes)'
out_has 'Seq: 1016' 'Epoch: journal' 'Checkpoints: 4-4' 'Changes: 1'
end

begin 'log -p: shows what has become of records'
run 0 git -C store.git log -p --format=%s -- Todo/r
out_has 'Checkpoint 4: 1 change' '+{"id":"3","title":"beer"}' \
    '-{"id":"1","title":"milk"}' '+{"id":"1","title":"oat milk"}' \
    '-{"id":"2","title":"bread"}'
run 0 git -C store.git log --format=%s -- 'Item/r/*/id-505' 'Item/r/*/*/id-505'
out_is 'Checkpoint 2: 13 changes
Checkpoint 1: 1002 changes'
end

begin 'show: a tombstone says what was before'
run 0 git -C store.git show HEAD:Todo/d/2
out_is "deleted
prev $(git -C store.git rev-parse HEAD~2:Todo/r/2)"
end

begin 'diff: between any two commits'
run 0 git -C store.git diff --stat HEAD~2 HEAD -- Item
out_has '11 files changed'
run 0 git -C store.git diff --name-status HEAD~1 HEAD
out_is 'A	Todo/r/3'
end

begin 'the root is the id of the folder of records'
run 0 git -C store.git rev-parse HEAD:Item/r
out_is "$(sed -n 4p tips)"
end

begin 'fsck --strict has nothing to say'
run 0 git -C store.git fsck --strict --no-progress
out_empty
err_empty
end

begin 'clone: checks the records out on the branch of the source'
run 0 git clone -q store.git plain
err_empty
run 0 git -C plain symbolic-ref HEAD
out_is refs/heads/db
run 0 git -C plain rev-parse HEAD
out_is "$tip"
run 0 git -C plain status --porcelain
out_empty
run 0 cat plain/Todo/r/1
printf '{"id":"1","title":"oat milk"}' | cmp -s - "$out" ||
    fail "the record is not as it was: $(cat "$out")"
equal records "$(find plain/Item/r -type f | grep -c '')" 1000
end

begin 'clone --bare and --mirror: the records, and the tip'
for kind in bare mirror; do
	run 0 git clone -q --$kind store.git $kind.git
	run 0 git -C $kind.git fsck --strict --no-progress
	out_empty
	equal head "$(git -C $kind.git rev-parse HEAD)" "$tip"
done
equal mirror "$(git -C mirror.git rev-parse refs/weft/db)" "$tip"
end

begin 'a mirror is a store: it goes on where it is'
{
	cat journal.txt
	echo 'open mirror.git'
	echo 'put Todo 4 {"id":"4"}'
	echo project
	echo 'root Todo'
	echo 'open store.git'
	echo project
	echo 'root Todo'
} >more.txt
run 0 journal scratch.git <more.txt
equal commit "$(sed -n 5p "$out")" "$(sed -n 7p "$out")"
equal root "$(sed -n 6p "$out")" "$(sed -n 8p "$out")"
run 0 git -C mirror.git log -1 --format=%s
out_is 'Checkpoint 4: 1 change'
end

begin 'pull: follows the store'
run 0 git -C plain pull -q
run 0 cat plain/Todo/r/4
end

begin 'gc leaves what we need, and we go on after it'
run 0 git -C store.git gc -q --prune=now
run 0 journal store.git <<EOT
$(cat more.txt | grep -v -e ^open -e ^project -e ^root)
put Todo 5 {"id":"5"}
project
EOT
run 0 git -C store.git fsck --strict --no-progress
out_empty
run 0 git -C store.git log --oneline
equal commits "$(grep -c '' "$out")" 5
end

begin 'push: a copy that was pushed is a store, too'
git init -q --bare pushed.git
git -C pushed.git config transfer.unpackLimit 1
run 0 git -C store.git push -q ../pushed.git 'refs/weft/*:refs/weft/*'
run 0 journal pushed.git <<EOT
root Item
EOT
out_is "$(git -C store.git rev-parse HEAD:Item/r)"
end

finish
