# Who may see a record ("visibleTo").
libweft_all_la_SOURCES += \
	models/visible/groups.c \
	models/visible/prepare.c \
	models/visible/text.c models/visible/text.h \
	models/visible/visible.c models/visible/visible.h
