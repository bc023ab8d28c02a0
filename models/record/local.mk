# Records: created, changed, deleted, found.
libweft_all_la_SOURCES += \
	models/record/compare.c \
	models/record/create.c \
	models/record/defaults.c models/record/defaults.h \
	models/record/delete.c \
	models/record/find.c \
	models/record/hook.c models/record/hook.h \
	models/record/prepare.c models/record/prepare.h \
	models/record/prepare_private.h \
	models/record/prepare_take.c \
	models/record/record.c models/record/record.h \
	models/record/save.c \
	models/record/update.c \
	models/record/validate.c models/record/validate.h
