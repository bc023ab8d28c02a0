# Unit tests of models.
FIXTURE = tests/lib/fixture.c tests/lib/fixture.h
PAIR = tests/lib/pair.c tests/lib/pair.h $(FIXTURE)
METER = tests/lib/meter.c tests/lib/meter.h

check_PROGRAMS += tests/unit/models/listener
TESTS += tests/unit/models/listener
tests_unit_models_listener_SOURCES = tests/unit/models/listener.c $(FIXTURE)
tests_unit_models_listener_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/registry
TESTS += tests/unit/models/registry
tests_unit_models_registry_SOURCES = tests/unit/models/registry.c $(FIXTURE)
tests_unit_models_registry_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/reserve
TESTS += tests/unit/models/reserve
tests_unit_models_reserve_SOURCES = tests/unit/models/reserve.c $(FIXTURE)
tests_unit_models_reserve_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/writer
TESTS += tests/unit/models/writer
tests_unit_models_writer_SOURCES = tests/unit/models/writer.c $(FIXTURE)
tests_unit_models_writer_LDADD = $(TEST_LIBS)

include $(srcdir)/tests/unit/models/definition/local.mk
include $(srcdir)/tests/unit/models/history/local.mk
include $(srcdir)/tests/unit/models/query/local.mk
include $(srcdir)/tests/unit/models/record/local.mk
include $(srcdir)/tests/unit/models/replicate/local.mk
include $(srcdir)/tests/unit/models/source/local.mk
include $(srcdir)/tests/unit/models/store/local.mk
include $(srcdir)/tests/unit/models/tracking/local.mk
include $(srcdir)/tests/unit/models/value/local.mk
