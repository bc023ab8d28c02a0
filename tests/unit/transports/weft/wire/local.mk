# Unit tests of transports/weft/wire.
check_PROGRAMS += tests/unit/transports/weft/wire/message
TESTS += tests/unit/transports/weft/wire/message
tests_unit_transports_weft_wire_message_SOURCES = \
	tests/unit/transports/weft/wire/message.c
tests_unit_transports_weft_wire_message_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/transports/weft/wire/update
TESTS += tests/unit/transports/weft/wire/update
tests_unit_transports_weft_wire_update_SOURCES = \
	tests/unit/transports/weft/wire/update.c
tests_unit_transports_weft_wire_update_LDADD = $(TEST_LIBS)
