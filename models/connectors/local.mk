# models/connectors: the databases that come with weft.
libweft_all_la_SOURCES += \
	models/connectors/connectors.c models/connectors/connectors.h \
	models/connectors/memory.c models/connectors/memory_private.h \
	models/connectors/memory_journal.c \
	models/connectors/memory_query.c \
	models/connectors/memory_record.c \
	models/connectors/ordered.c models/connectors/ordered.h
