#!/bin/sh
# Everything from a fresh Debian machine to a running weft: ./setup.sh help
set -eu

top=$(cd "$(dirname "$0")" && pwd)
build=$top/build
logs=$build/logs
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
test_jobs=$((2 * jobs)) # they wait, for clocks and disks, half of the time

help()
{
	cat <<'X'
usage: ./setup.sh COMMAND

  demo        install what is missing, build, run the demonstration
  check       install what is missing, build, run all tests
  check-long  the same, then the tests that take longer (docs/testing.md)
  build       install what is missing, build
  bench [NAME...]
              the same, then measure (docs/performance.md)
  packages [build|check|demo|ci]...
              only install what is missing for these
  help        this text

Missing Debian packages are named, then installed with apt-get (with sudo
unless you are root).  The build is in build/: the programs are build/weft, build/weftd and
build/weft-bench.  A failure names the step, its log and the log's last lines.
CONFIGURE_FLAGS in the environment is handed to configure; without it, a
build stays as it was configured.
X
}

# The Debian packages that a purpose takes: the one list of them.
packages_for()
{
	case $1 in
	build)	echo gcc libc6-dev make autoconf automake libtool pkg-config \
		    libjansson-dev libgit2-dev libssl-dev libsqlite3-dev \
		    zlib1g-dev libdeflate-dev libzstd-dev libpcre2-dev \
		    libcrypt-dev \
		    uthash-dev libcmocka-dev libevent-dev \
		    libhttp-parser-dev libcurl4-openssl-dev ;;
	check)	echo g++ git sqlite3 iso-codes mandoc curl openssl socat \
	    chromium-headless-shell libwslay-dev python3-websockets ;;
	demo)	echo git sqlite3 iso-codes ;;
	ci)	echo clang xz-utils ;;
	*)	die "no packages are known for '$1'" ;;
	esac
}

say()
{
	echo "setup.sh: $*"
}

die()
{
	echo "setup.sh: $*" >&2
	exit 1
}

# step NAME COMMAND...: runs it with its output in a log; a failure ends the
# script with the last lines of that log.
step()
{
	name=$1
	shift
	log=$logs/$name.log
	mkdir -p "$logs"
	began=$(date +%s)
	if "$@" >"$log" 2>&1 </dev/null; then
		say "$name: done in $(($(date +%s) - began)) s"
		return
	fi
	tail -n 30 "$log" | sed 's/^/    /' >&2
	die "$name failed; the lines above are the end of $log"
}

as_root()
{
	if test "$(id -u)" -eq 0; then
		"$@"
	else
		sudo "$@"
	fi
}

apt_install()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q \
	    -o DPkg::Lock::Timeout=120 update
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
	    -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
}

# Those of the packages that are not installed.
missing_of()
{
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
	    sed -n 's/ installed$//p' | sort -u >"$logs/installed"
	printf '%s\n' "$@" | sort -u | comm -23 - "$logs/installed"
}

# need PURPOSE...
need()
{
	wanted=$(for purpose do packages_for "$purpose"; done)
	mkdir -p "$logs"
	if ! command -v dpkg-query >/dev/null; then
		say 'not a Debian system; what it takes is, by Debian names:'
		echo $wanted
		return
	fi
	missing=$(missing_of $wanted)
	test -n "$missing" || return 0
	say "missing packages:" $missing
	if test "$(id -u)" -ne 0 && ! command -v sudo >/dev/null; then
		die 'not root and no sudo; as root: apt-get install' $missing
	fi
	step packages apt_install $missing
}

autotools_are_stale()
{
	test ! -f "$top/configure" || test ! -f "$top/Makefile.in" ||
	    test -n "$(find "$top/configure.ac" "$top/m4" \
	    -newer "$top/configure")"
}

configure()
(
	cd "$build" && "$top/configure" $flags && echo "$flags" >flags &&
	    make clean
)

build()
{
	if autotools_are_stale; then
		step autoreconf autoreconf -fi "$top"
	fi
	flags=$(cat "$build/flags" 2>/dev/null || true)
	if test ! -f "$build/Makefile" || test ! -f "$build/flags" ||
	    test "${CONFIGURE_FLAGS-$flags}" != "$flags"; then
		flags=${CONFIGURE_FLAGS-$flags}
		step configure configure
	fi
	step make make -C "$build" -j "$jobs"
}

# run_tests [VARIABLE=VALUE]...: all of them; prints what failed or was
# skipped, then the sum.
run_tests()
{
	log=$logs/check.log
	status=0
	say "running the tests; all output is in $log"
	make -C "$build" -j "$test_jobs" check "$@" >"$log" 2>&1 </dev/null ||
	    status=$?
	sums=$(awk -f "$top/tests/lib/summary.awk" "$log")
	set -- $sums
	if test "$status" -ne 0; then
		grep -E '^(FAIL|ERROR|XPASS):' "$log" ||
		    tail -n 30 "$log" | sed 's/^/    /'
		test "$2" -gt 0 || set -- "$1" 1 "$3"
		say "tests failed; each one's own log is build/NAME.log"
	fi
	grep '^SKIP:' "$log" || true
	echo "$1 passed, $2 failed, $3 skipped"
	return "$status"
}

demo()
{
	script=$top/examples/demo.sh
	test -f "$script" || die "$script is missing"
	test -x "$build/weft" || die "$build/weft was not built"
	PATH=$build:$PATH exec sh "$script"
}

# bench [loopback [PART...] | websocket [PART...] | NAME...]: the benchmarks;
# all of them by default.
bench()
{
	case ${1-} in
	loopback | websocket)
		script=$1
		shift
		bench_with "$script" "$@" ;;
	'')
		"$build/weft-bench"
		bench_with loopback
		bench_with websocket ;;
	*)
		"$build/weft-bench" "$@" ;;
	esac
}

# bench_with SCRIPT [PART...]: those that take other programs.
bench_with()
{
	script=$1
	shift
	top_srcdir=$top top_builddir=$build sh "$top/tests/bench/$script.sh" "$@"
}

# Each fuzz target of tests/fuzz for a minute.
fuzz()
{
	need ci
	mkdir -p "$build/fuzz"
	if test ! -f "$build/fuzz/Makefile"; then
		step fuzz-configure sh -c 'cd "$1" && "$2/configure" CC=clang \
		    --enable-fuzz --enable-sanitize=address,undefined' - \
		    "$build/fuzz" "$top"
	fi
	step fuzz-make make -C "$build/fuzz" -j "$jobs"
	step fuzz make -C "$build/fuzz" fuzz
}

case ${1:-help} in
build)
	need build
	build ;;
check)
	need build check
	build
	run_tests ;;
check-long)
	need build check
	build
	run_tests WEFT_LONG=1
	fuzz ;;
bench)
	need build
	build
	shift
	bench "$@" ;;
demo)
	need build demo
	build
	demo ;;
packages)
	shift
	need "$@" ;;
help | -h | --help)
	help ;;
*)
	help >&2
	die "unknown command '$1'" ;;
esac
