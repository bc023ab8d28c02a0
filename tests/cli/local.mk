# Tests of the command, as its users call it.
CLI_TESTS = \
	tests/cli/backup.sh \
	tests/cli/compact.sh \
	tests/cli/deadlines.sh \
	tests/cli/history.sh \
	tests/cli/import.sh \
	tests/cli/init.sh \
	tests/cli/inspect.sh \
	tests/cli/live.sh \
	tests/cli/locks.sh \
	tests/cli/reconcile.sh \
	tests/cli/records.sh \
	tests/cli/remote.sh \
	tests/cli/replicate.sh \
	tests/cli/reset.sh \
	tests/cli/status.sh \
	tests/cli/tls.sh \
	tests/cli/usage.sh \
	tests/cli/user.sh \
	tests/cli/verify.sh \
	tests/cli/verify_database.sh \
	tests/cli/verify_rows.sh \
	tests/cli/visible.sh \
	tests/cli/weftd.sh
dist_check_SCRIPTS += $(CLI_TESTS)
TESTS += $(CLI_TESTS)
