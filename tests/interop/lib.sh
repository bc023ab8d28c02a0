# What the tests against real packages share; read after tests/check/lib.sh.

# need_packages [SUITE]: installs the packages of tests/SUITE/package-lock.json
# (interop's) into the build, once, and sets $packages to where they are.  Where
# node or npm is missing, or npm cannot reach its registry, the whole test is
# skipped.
need_packages()
{
	suite=${1:-interop}
	packages=$top_builddir/tests/$suite/npm/node_modules
	if ! node --version >/dev/null 2>&1 ||
	    ! npm --version >/dev/null 2>&1; then
		echo '1..0 # SKIP node or npm not available'
		exit 0
	fi
	if ! install_packages >"$scratch/npm" 2>&1; then
		sed 's/^/# /' "$scratch/npm"
		echo '1..0 # SKIP npm cannot install the packages'
		exit 0
	fi
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
