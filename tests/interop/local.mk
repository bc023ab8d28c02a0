# Tests against the real packages that weft must agree with.  They skip
# themselves where there is no node.
EXTRA_DIST += \
	tests/interop/canonical-json.js \
	tests/interop/documents.js \
	tests/interop/lib.sh \
	tests/interop/package-lock.json \
	tests/interop/package.json \
	tests/interop/vectors.sh \
	tests/interop/vectors.txt

check_PROGRAMS += tests/interop/canonicalise
tests_interop_canonicalise_SOURCES = tests/interop/canonicalise.c
tests_interop_canonicalise_LDADD = libweft-all.la

dist_check_SCRIPTS += tests/interop/canonical-json.sh
TESTS += tests/interop/canonical-json.sh

clean-local: clean-interop
clean-interop:
	rm -rf tests/interop/npm
.PHONY: clean-interop
