# Fuzz targets.  Each is replayed over its corpus by `make check`; in a build
# with --enable-fuzz, `make fuzz` runs each for FUZZ_SECONDS.
#
# To add one: a name here, three variables below, a corpus of its own.
fuzz_targets =
fuzz_programs =
FUZZ_SECONDS = 60

if WEFT_FUZZ
fuzz_main =
fuzz_flags = -fsanitize=fuzzer
else
fuzz_main = tests/lib/fuzz_main.c tests/lib/fuzz.h
fuzz_flags =
endif

fuzz_targets += json_scan
fuzz_programs += tests/fuzz/json_scan
tests_fuzz_json_scan_SOURCES = tests/fuzz/json_scan.c $(fuzz_main)
tests_fuzz_json_scan_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"json_scan"'
tests_fuzz_json_scan_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_json_scan_LDADD = libweft-all.la

fuzz_targets += track_row
fuzz_programs += tests/fuzz/track_row
tests_fuzz_track_row_SOURCES = tests/fuzz/track_row.c $(fuzz_main)
tests_fuzz_track_row_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"track_row"'
tests_fuzz_track_row_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_track_row_LDADD = libweft-all.la

fuzz_targets += change_list
fuzz_programs += tests/fuzz/change_list
tests_fuzz_change_list_SOURCES = tests/fuzz/change_list.c $(fuzz_main)
tests_fuzz_change_list_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"change_list"'
tests_fuzz_change_list_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_change_list_LDADD = libweft-all.la

fuzz_targets += definition
fuzz_programs += tests/fuzz/definition
tests_fuzz_definition_SOURCES = tests/fuzz/definition.c $(fuzz_main)
tests_fuzz_definition_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"definition"'
tests_fuzz_definition_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_definition_LDADD = libweft-all.la

fuzz_targets += prepare
fuzz_programs += tests/fuzz/prepare
tests_fuzz_prepare_SOURCES = tests/fuzz/prepare.c $(fuzz_main)
tests_fuzz_prepare_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"prepare"'
tests_fuzz_prepare_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_prepare_LDADD = libweft-all.la

fuzz_targets += store
fuzz_programs += tests/fuzz/store
tests_fuzz_store_SOURCES = tests/fuzz/store.c $(fuzz_main)
tests_fuzz_store_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"store"'
tests_fuzz_store_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_store_LDADD = libweft-all.la

fuzz_targets += pack
fuzz_programs += tests/fuzz/pack
tests_fuzz_pack_SOURCES = tests/fuzz/pack.c $(fuzz_main)
tests_fuzz_pack_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"pack"'
tests_fuzz_pack_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_pack_LDADD = libweft-all.la

fuzz_targets += filter
fuzz_programs += tests/fuzz/filter
tests_fuzz_filter_SOURCES = tests/fuzz/filter.c $(fuzz_main) \
	tests/unit/models/connectors/query_table.c \
	tests/unit/models/connectors/query_table.h
tests_fuzz_filter_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"filter"'
tests_fuzz_filter_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_filter_LDADD = libweft-all.la

fuzz_targets += reader
fuzz_programs += tests/fuzz/reader
tests_fuzz_reader_SOURCES = tests/fuzz/reader.c tools/reader.c tools/reader.h \
	$(fuzz_main)
tests_fuzz_reader_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"reader"'
tests_fuzz_reader_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_reader_LDADD = libweft-all.la

fuzz_targets += reconcile
fuzz_programs += tests/fuzz/reconcile
tests_fuzz_reconcile_SOURCES = tests/fuzz/reconcile.c $(fuzz_main)
tests_fuzz_reconcile_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"reconcile"'
tests_fuzz_reconcile_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_reconcile_LDADD = libweft-all.la

fuzz_targets += http_head
fuzz_programs += tests/fuzz/http_head
tests_fuzz_http_head_SOURCES = tests/fuzz/http_head.c $(fuzz_main)
tests_fuzz_http_head_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"http_head"'
tests_fuzz_http_head_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_http_head_LDADD = libweft-all.la

fuzz_targets += query
fuzz_programs += tests/fuzz/query
tests_fuzz_query_SOURCES = tests/fuzz/query.c $(fuzz_main)
tests_fuzz_query_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"query"'
tests_fuzz_query_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_query_LDADD = libweft-all.la

fuzz_targets += ws_frame
fuzz_programs += tests/fuzz/ws_frame
tests_fuzz_ws_frame_SOURCES = tests/fuzz/ws_frame.c $(fuzz_main)
tests_fuzz_ws_frame_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"ws_frame"'
tests_fuzz_ws_frame_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_ws_frame_LDADD = libweft-all.la

fuzz_targets += repl_message
fuzz_programs += tests/fuzz/repl_message
tests_fuzz_repl_message_SOURCES = tests/fuzz/repl_message.c $(fuzz_main)
tests_fuzz_repl_message_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFUZZ_TARGET='"repl_message"'
tests_fuzz_repl_message_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_repl_message_LDADD = libweft-all.la

fuzz_targets += rest
fuzz_programs += tests/fuzz/rest
tests_fuzz_rest_SOURCES = tests/fuzz/rest.c $(fuzz_main)
tests_fuzz_rest_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_TARGET='"rest"'
tests_fuzz_rest_LDFLAGS = $(AM_LDFLAGS) $(fuzz_flags)
tests_fuzz_rest_LDADD = libweft-all.la

EXTRA_DIST += tests/fuzz/corpus

if WEFT_FUZZ
noinst_PROGRAMS += $(fuzz_programs)
else
check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)
endif

# libFuzzer writes what it finds into the first folder that it is given, which
# must not be the corpus itself.
fuzz: $(fuzz_programs)
	@test -n '$(fuzz_flags)' || { echo 'configure with --enable-fuzz'; exit 1; }
	@for target in $(fuzz_targets); do \
		echo "== $$target"; \
		$(MKDIR_P) tests/fuzz/found/$$target && \
		tests/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) \
		    -print_final_stats=1 -artifact_prefix=tests/fuzz/found/ \
		    tests/fuzz/found/$$target \
		    $(srcdir)/tests/fuzz/corpus/$$target || exit 1; \
	done
.PHONY: fuzz
