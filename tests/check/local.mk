# Checks of the tree and of what was built (docs/testing.md).
checks = \
	tests/check/banned.sh \
	tests/check/budget.sh \
	tests/check/called.sh \
	tests/check/docs.sh \
	tests/check/exports.sh \
	tests/check/flags.sh \
	tests/check/headers.sh \
	tests/check/install.sh \
	tests/check/layers.sh \
	tests/check/limits.sh \
	tests/check/man.sh
dist_check_SCRIPTS += $(checks)
TESTS += $(checks)
EXTRA_DIST += \
	tests/check/banned.exceptions \
	tests/check/budget.exceptions \
	tests/check/code.awk \
	tests/check/declarations.awk \
	tests/check/functions.awk \
	tests/check/lib.sh
