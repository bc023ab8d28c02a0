# One end of a replication: a local one, and one seen by a user.
libweft_all_la_SOURCES += \
	models/source/compare.c \
	models/source/local.c models/source/local.h \
	models/source/local_bulk.c \
	models/source/local_changes.c \
	models/source/local_diff.c \
	models/source/local_estimate.c \
	models/source/local_history.c \
	models/source/local_journal.c \
	models/source/local_origin.c \
	models/source/local_page.h \
	models/source/local_ready.c models/source/local_ready.h \
	models/source/local_reconcile.c \
	models/source/local_together.c \
	models/source/source.c \
	models/source/viewed.c models/source/viewed.h \
	models/source/viewed_bulk.c \
	models/source/viewed_changes.c \
	models/source/viewed_feeds.c \
	models/source/viewed_hidden.c \
	models/source/viewed_look.c \
	models/source/viewed_page.c models/source/viewed_page.h \
	models/source/viewed_record.c \
	models/source/viewed_rows.c
