# core/store: the revision store, a git repository.
libweft_all_la_SOURCES += \
	core/store/feed.h \
	core/store/store.h
