# models: what the application sees, and the databases behind it.
libweft_all_la_SOURCES += \
	models/base_model.c models/base_model.h \
	models/compare.c \
	models/config.c models/config.h \
	models/counters.h \
	models/datasource.h \
	models/definition.c models/definition.h \
	models/feed.c models/feed.h \
	models/filter.h \
	models/model.c models/model.h \
	models/plural.c models/plural.h \
	models/project.c models/project.h \
	models/property.c models/property.h \
	models/registry.c models/registry.h \
	models/registry_file.c models/registry_file.h \
	models/registry_load.c \
	models/relist.c models/relist.h \
	models/store.c \
	models/tracker.c models/tracker.h \
	models/transaction.c models/transaction.h \
	models/verify.c \
	models/writer.c models/writer.h
