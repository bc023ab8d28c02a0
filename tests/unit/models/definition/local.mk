# Unit tests of models/definition.
check_PROGRAMS += tests/unit/models/definition/definition
TESTS += tests/unit/models/definition/definition
tests_unit_models_definition_definition_SOURCES = tests/unit/models/definition/definition.c
tests_unit_models_definition_definition_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/definition/plural
TESTS += tests/unit/models/definition/plural
tests_unit_models_definition_plural_SOURCES = tests/unit/models/definition/plural.c
tests_unit_models_definition_plural_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/definition/registry_load
TESTS += tests/unit/models/definition/registry_load
tests_unit_models_definition_registry_load_SOURCES = tests/unit/models/definition/registry_load.c $(FIXTURE)
tests_unit_models_definition_registry_load_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/definition/registry_file
TESTS += tests/unit/models/definition/registry_file
tests_unit_models_definition_registry_file_SOURCES = \
	tests/unit/models/definition/registry_file.c $(FIXTURE)
tests_unit_models_definition_registry_file_LDADD = $(TEST_LIBS)
