# Replication between two sources, and its conflicts.
libweft_all_la_SOURCES += \
	models/replicate/compare.c \
	models/replicate/conflict.c models/replicate/conflict.h \
	models/replicate/drive.c models/replicate/drive.h \
	models/replicate/earlier.c \
	models/replicate/found.c \
	models/replicate/horizon.c \
	models/replicate/keep.c models/replicate/keep.h \
	models/replicate/kept.c \
	models/replicate/model.c \
	models/replicate/origin.c \
	models/replicate/outcome.c models/replicate/outcome.h \
	models/replicate/pending.c models/replicate/pending.h \
	models/replicate/position.c models/replicate/position.h \
	models/replicate/private.h \
	models/replicate/remember.c \
	models/replicate/replicate.c models/replicate/replicate.h \
	models/replicate/resolve.c models/replicate/resolve.h \
	models/replicate/roots.c \
	models/replicate/settle.c
