# Unit tests of models/value.
EXTRA_DIST += tests/unit/models/value/coerce.tsv

check_PROGRAMS += tests/unit/models/value/coerce
TESTS += tests/unit/models/value/coerce
tests_unit_models_value_coerce_SOURCES = tests/unit/models/value/coerce.c
tests_unit_models_value_coerce_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/value/date
TESTS += tests/unit/models/value/date
tests_unit_models_value_date_SOURCES = tests/unit/models/value/date.c
tests_unit_models_value_date_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/value/geo
TESTS += tests/unit/models/value/geo
tests_unit_models_value_geo_SOURCES = tests/unit/models/value/geo.c
tests_unit_models_value_geo_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/value/number
TESTS += tests/unit/models/value/number
tests_unit_models_value_number_SOURCES = tests/unit/models/value/number.c
tests_unit_models_value_number_LDADD = $(TEST_LIBS)
