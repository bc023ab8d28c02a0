# examples: programs of the public interface alone, and the demonstration.
# They are built with the tests, which run them.
EXAMPLES = examples/01-two-stores examples/02-conflicts examples/03-filter
check_PROGRAMS += $(EXAMPLES)
examples_01_two_stores_SOURCES = examples/01-two-stores.c
examples_01_two_stores_LDADD = libweft.la
examples_02_conflicts_SOURCES = examples/02-conflicts.c
examples_02_conflicts_LDADD = libweft.la
examples_03_filter_SOURCES = examples/03-filter.c
examples_03_filter_LDADD = libweft.la

EXTRA_DIST += \
	examples/demo.sh \
	examples/iso/models/Language.json \
	examples/iso/models/Subdivision.json
