#!/bin/sh
# No space left: an error with status 8, and what was there stays.
. "$top_srcdir/tests/lib/tap.sh"

notes 20000 'some text that takes a little space on the disk' >notes

# What must hold after a failure: the old record, order, and that all goes
# well once there is space.
intact()
{
	run 0 weft get A:Note 1
	out_is '{"id":"1","text":"before"}'
	run 0 weft verify A
	run 0 git -C A/db.sqlite.git fsck --strict --no-dangling
}

begin 'a file may not grow: an error, data intact'
make_source A
weft put A:Note '{"id":"1","text":"before"}' >/dev/null || fail put
# SIGXFSZ is ignored, so that a write ends with an error instead.
(
	trap '' XFSZ
	ulimit -f 1000
	weft import A:Note notes >limited.out 2>limited.err
	echo $? >limited.status
)
equal "status ($(cat limited.err))" "$(cat limited.status)" 8
holds test -s limited.err
intact
run 0 weft import A:Note notes
out_is 'Note: 20000 imported'
run 0 weft verify A
end

begin 'export: what cannot be printed is status 8, too'
(
	trap '' XFSZ
	ulimit -f 1000
	weft export A:Note >limited.out 2>limited.err
	echo $? >limited.status
)
equal "status ($(cat limited.err))" "$(cat limited.status)" 8
end

begin 'init: what cannot be finished leaves nothing behind'
(
	trap '' XFSZ
	ulimit -f 2
	weft init N --model Note.json >limited.out 2>limited.err
	echo $? >limited.status
)
equal "status ($(cat limited.err))" "$(cat limited.status)" 8
holds test ! -e N
holds test ! -e N.weft-new
run 0 weft init N --model Note.json
end

# A small disk of our own, where we may have one.
mkdir small
if unshare -r -m mount -t tmpfs -o size=4m tmpfs small 2>"$err"; then
	begin 'the disk is full: status 8, data intact'
	cat >inside.sh <<'SH'
set -u
mount -t tmpfs -o size=4m tmpfs small && cd small || exit 99
weft init --quiet A --model ../Note.json || exit 98
weft put A:Note '{"id":"1","text":"before"}' >/dev/null || exit 97
weft import A:Note ../notes >../full.out 2>../full.err
echo $? >../full.status
cp -R A ../full
SH
	run 0 unshare -r -m sh inside.sh
	equal status "$(cat full.status)" 8
	holds test -s full.err
	rm -rf A
	cp -R full A
	intact
	run 0 weft import A:Note notes
	run 0 weft verify A
	end
else
	skip 'the disk is full: status 8, data intact' 'no tmpfs for us'
fi

finish
