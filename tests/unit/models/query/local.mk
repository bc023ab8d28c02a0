# Unit tests of models/query.
check_PROGRAMS += tests/unit/models/query/fields
TESTS += tests/unit/models/query/fields
tests_unit_models_query_fields_SOURCES = tests/unit/models/query/fields.c
tests_unit_models_query_fields_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/query/filter
TESTS += tests/unit/models/query/filter
tests_unit_models_query_filter_SOURCES = tests/unit/models/query/filter.c
tests_unit_models_query_filter_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/query/regexp
TESTS += tests/unit/models/query/regexp
tests_unit_models_query_regexp_SOURCES = tests/unit/models/query/regexp.c
tests_unit_models_query_regexp_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/query/sort_key
TESTS += tests/unit/models/query/sort_key
tests_unit_models_query_sort_key_SOURCES = tests/unit/models/query/sort_key.c
tests_unit_models_query_sort_key_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/query/where_eval
TESTS += tests/unit/models/query/where_eval
tests_unit_models_query_where_eval_SOURCES = tests/unit/models/query/where_eval.c
tests_unit_models_query_where_eval_LDADD = $(TEST_LIBS)
