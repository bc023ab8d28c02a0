# models/connectors: the databases that come with weft.
libweft_all_la_SOURCES += \
	models/connectors/connectors.c models/connectors/connectors.h \
	models/connectors/memory.c models/connectors/memory_private.h \
	models/connectors/memory_journal.c \
	models/connectors/memory_query.c \
	models/connectors/memory_record.c \
	models/connectors/memory_table.c \
	models/connectors/ordered.c models/connectors/ordered.h \
	models/connectors/remote.c \
	models/connectors/slab.c models/connectors/slab.h \
	models/connectors/sqlite.c models/connectors/sqlite_private.h \
	models/connectors/sqlite_backup.c \
	models/connectors/sqlite_batch.c \
	models/connectors/sqlite_bind.c \
	models/connectors/sqlite_check.c \
	models/connectors/sqlite_define.c \
	models/connectors/sqlite_error.c \
	models/connectors/sqlite_functions.c \
	models/connectors/sqlite_journal.c \
	models/connectors/sqlite_log.c \
	models/connectors/sqlite_narrow.c \
	models/connectors/sqlite_query.c \
	models/connectors/sqlite_record.c \
	models/connectors/sqlite_schema.c \
	models/connectors/sqlite_session.c \
	models/connectors/sqlite_value.c \
	models/connectors/sqlite_vfs.c models/connectors/sqlite_vfs.h \
	models/connectors/versions.c models/connectors/versions.h
