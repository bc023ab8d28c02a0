# Unit tests of models/access.
ACCESS_WORLD = tests/unit/models/access/world.h tests/lib/both.h $(FIXTURE)
EXTRA_DIST += tests/unit/models/access/acl.tsv

check_PROGRAMS += tests/unit/models/access/check
TESTS += tests/unit/models/access/check
tests_unit_models_access_check_SOURCES = \
	tests/unit/models/access/check.c $(ACCESS_WORLD)
tests_unit_models_access_check_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/access/look
TESTS += tests/unit/models/access/look
tests_unit_models_access_look_SOURCES = \
	tests/unit/models/access/look.c $(ACCESS_WORLD)
tests_unit_models_access_look_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/access/password
TESTS += tests/unit/models/access/password
tests_unit_models_access_password_SOURCES = \
	tests/unit/models/access/password.c
tests_unit_models_access_password_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/access/user
TESTS += tests/unit/models/access/user
tests_unit_models_access_user_SOURCES = \
	tests/unit/models/access/user.c $(ACCESS_WORLD)
tests_unit_models_access_user_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/unit/models/access/view
TESTS += tests/unit/models/access/view
tests_unit_models_access_view_SOURCES = \
	tests/unit/models/access/view.c $(ACCESS_WORLD)
tests_unit_models_access_view_LDADD = $(TEST_LIBS)
