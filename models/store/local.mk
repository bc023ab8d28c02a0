# The database and its git store: projected, checked, repaired.
libweft_all_la_SOURCES += \
	models/store/backup.c \
	models/store/backup_files.c models/store/backup_files.h \
	models/store/compact.c \
	models/store/compare.c \
	models/store/feed.c models/store/feed.h \
	models/store/forget.c models/store/forget.h \
	models/store/forget_bounds.c \
	models/store/project.c models/store/project.h \
	models/store/repair.c models/store/repair.h \
	models/store/repair_ids.c \
	models/store/repair_rows.c \
	models/store/repair_store.c \
	models/store/restore.c models/store/restore.h \
	models/store/sketch.c models/store/sketch.h \
	models/store/store.c \
	models/store/verify.c models/store/verify.h \
	models/store/verify_database.c \
	models/store/verify_journal.c \
	models/store/verify_pending.c \
	models/store/verify_rows.c models/store/verify_rows.h \
	models/store/verify_values.c \
	models/store/verify_store.c
