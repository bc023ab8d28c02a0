# What records were.
libweft_all_la_SOURCES += \
	models/history/history.c \
	models/history/moment.c models/history/moment.h \
	models/history/past.c \
	models/history/past_compare.c \
	models/history/point.c
