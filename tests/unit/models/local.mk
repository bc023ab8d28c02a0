# Unit tests of models.
check_PROGRAMS += tests/unit/models/definition
TESTS += tests/unit/models/definition
tests_unit_models_definition_SOURCES = tests/unit/models/definition.c
tests_unit_models_definition_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/plural
TESTS += tests/unit/models/plural
tests_unit_models_plural_SOURCES = tests/unit/models/plural.c
tests_unit_models_plural_LDADD = $(TEST_LIBS)
