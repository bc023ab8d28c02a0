# examples: programs of the public interface alone, and the demonstration.
# They are built with the tests, which run them.
EXAMPLES = examples/01-two-stores examples/02-conflicts examples/03-filter \
	examples/04-live
check_PROGRAMS += $(EXAMPLES)
examples_01_two_stores_SOURCES = examples/01-two-stores.c
examples_01_two_stores_LDADD = libweft.la
examples_02_conflicts_SOURCES = examples/02-conflicts.c
examples_02_conflicts_LDADD = libweft.la
examples_03_filter_SOURCES = examples/03-filter.c
examples_03_filter_LDADD = libweft.la
examples_04_live_SOURCES = examples/04-live.c
examples_04_live_LDADD = libweft.la

EXTRA_DIST += \
	examples/demo.sh \
	examples/iso/models/Language.json \
	examples/iso/models/Subdivision.json \
	examples/browser/.gitignore \
	examples/browser/README.md \
	examples/browser/config.json \
	examples/browser/datasources.json \
	examples/browser/model-config.json \
	examples/browser/models/Todo.json \
	examples/browser/package.json \
	examples/browser/public/account.js \
	examples/browser/public/app.js \
	examples/browser/public/decide.js \
	examples/browser/public/icon.svg \
	examples/browser/public/index.html \
	examples/browser/public/list.js \
	examples/browser/public/manifest.webmanifest \
	examples/browser/public/state.js \
	examples/browser/public/style.css \
	examples/browser/public/sw.js \
	examples/browser/public/weft-client.js \
	examples/browser/public/weft/canonical.js \
	examples/browser/public/weft/conflict.js \
	examples/browser/public/weft/link.js \
	examples/browser/public/weft/model.js \
	examples/browser/public/weft/rules.js \
	examples/browser/public/weft/session.js \
	examples/browser/public/weft/store.js \
	examples/browser/public/weft/tabs.js \
	examples/browser/weftd.json
