# What the tests against real packages share; read after tests/check/lib.sh.

# have_packages [SUITE]: installs the packages of tests/SUITE/package-lock.json
# (interop's) into the build, once, and sets $packages to where they are.  Fails,
# with the reason in $missing, where node or npm is missing, or npm cannot reach
# its registry.
have_packages()
{
	suite=${1:-interop}
	packages=$top_builddir/tests/$suite/npm/node_modules
	missing='node or npm not available'
	node --version >/dev/null 2>&1 || return
	npm --version >/dev/null 2>&1 || return
	missing='npm cannot install the packages'
	install_packages >"$scratch/npm" 2>&1 && return
	sed 's/^/# /' "$scratch/npm"
	return 1
}

# need_packages [SUITE]: the same; without them the whole test is skipped.
need_packages()
{
	have_packages "$@" && return
	echo "1..0 # SKIP $missing"
	exit 0
}

install_packages()
(
	mkdir -p "$top_builddir/tests/$suite/npm" &&
	    cd "$top_builddir/tests/$suite/npm" || exit
	exec 9>lock
	flock 9
	cmp -s "$top_srcdir/tests/$suite/package-lock.json" installed &&
	    exit
	rm -f installed
	cp "$top_srcdir/tests/$suite/package.json" \
	    "$top_srcdir/tests/$suite/package-lock.json" . &&
	    chmod u+w package.json package-lock.json &&
	    npm ci --ignore-scripts --no-audit --no-fund &&
	    cp package-lock.json installed
)
