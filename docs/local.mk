# docs: pages in the tarball, manual pages installed.
EXTRA_DIST += docs/limits.md docs/track-row.md \
	docs/decisions/0002-equal-is-nothing.md
