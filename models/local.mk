# models: what the application sees, and the databases behind it.
libweft_all_la_SOURCES += \
	models/counters.h \
	models/datasource.h \
	models/definition.h \
	models/feed.c models/feed.h \
	models/filter.h \
	models/model.h \
	models/project.c models/project.h \
	models/relist.c models/relist.h \
	models/tracker.c models/tracker.h \
	models/transaction.c models/transaction.h \
	models/writer.c models/writer.h
