# Unit tests of transports.
EXTRA_DIST += tests/lib/http_abuses.h

http_fixture = tests/lib/http.c tests/lib/http.h
certificate = tests/lib/certificate.c tests/lib/certificate.h

check_PROGRAMS += tests/unit/transports/http/body
TESTS += tests/unit/transports/http/body
tests_unit_transports_http_body_SOURCES = tests/unit/transports/http/body.c
tests_unit_transports_http_body_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/chunked
TESTS += tests/unit/transports/http/chunked
tests_unit_transports_http_chunked_SOURCES = tests/unit/transports/http/chunked.c
tests_unit_transports_http_chunked_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/deadlines
TESTS += tests/unit/transports/http/deadlines
tests_unit_transports_http_deadlines_SOURCES = \
	tests/unit/transports/http/deadlines.c $(http_fixture)
tests_unit_transports_http_deadlines_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/files
TESTS += tests/unit/transports/http/files
tests_unit_transports_http_files_SOURCES = \
	tests/unit/transports/http/files.c $(http_fixture)
tests_unit_transports_http_files_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/forwarded
TESTS += tests/unit/transports/http/forwarded
tests_unit_transports_http_forwarded_SOURCES = \
	tests/unit/transports/http/forwarded.c $(http_fixture)
tests_unit_transports_http_forwarded_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/gunzip
TESTS += tests/unit/transports/http/gunzip
tests_unit_transports_http_gunzip_SOURCES = \
	tests/unit/transports/http/gunzip.c $(http_fixture)
tests_unit_transports_http_gunzip_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/head
TESTS += tests/unit/transports/http/head
tests_unit_transports_http_head_SOURCES = tests/unit/transports/http/head.c
tests_unit_transports_http_head_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/server
TESTS += tests/unit/transports/http/server
tests_unit_transports_http_server_SOURCES = \
	tests/unit/transports/http/server.c $(http_fixture)
tests_unit_transports_http_server_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/stream
TESTS += tests/unit/transports/http/stream
tests_unit_transports_http_stream_SOURCES = \
	tests/unit/transports/http/stream.c $(http_fixture)
tests_unit_transports_http_stream_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/tls
TESTS += tests/unit/transports/http/tls
tests_unit_transports_http_tls_SOURCES = \
	tests/unit/transports/http/tls.c $(http_fixture) $(certificate)
tests_unit_transports_http_tls_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/http/upgrade
TESTS += tests/unit/transports/http/upgrade
tests_unit_transports_http_upgrade_SOURCES = \
	tests/unit/transports/http/upgrade.c $(http_fixture)
tests_unit_transports_http_upgrade_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/opener
TESTS += tests/unit/transports/opener
tests_unit_transports_opener_SOURCES = tests/unit/transports/opener.c
tests_unit_transports_opener_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/net/admission
TESTS += tests/unit/transports/net/admission
tests_unit_transports_net_admission_SOURCES = tests/unit/transports/net/admission.c
tests_unit_transports_net_admission_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/net/loop
TESTS += tests/unit/transports/net/loop
tests_unit_transports_net_loop_SOURCES = tests/unit/transports/net/loop.c
tests_unit_transports_net_loop_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/net/workers
TESTS += tests/unit/transports/net/workers
tests_unit_transports_net_workers_SOURCES = \
	tests/unit/transports/net/workers.c
tests_unit_transports_net_workers_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/net/network
TESTS += tests/unit/transports/net/network
tests_unit_transports_net_network_SOURCES = \
	tests/unit/transports/net/network.c
tests_unit_transports_net_network_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/net/timer
TESTS += tests/unit/transports/net/timer
tests_unit_transports_net_timer_SOURCES = tests/unit/transports/net/timer.c
tests_unit_transports_net_timer_LDADD = $(TEST_LIBS)
