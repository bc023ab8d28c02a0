# What is kept of each change beside the record.
libweft_all_la_SOURCES += \
	models/tracking/change_filter.c models/tracking/change_filter.h \
	models/tracking/consumer.c models/tracking/consumer.h \
	models/tracking/follow.c models/tracking/follow.h \
	models/tracking/live.c models/tracking/live.h \
	models/tracking/permit.c models/tracking/permit.h \
	models/tracking/rectify.c models/tracking/rectify.h \
	models/tracking/relist.c models/tracking/relist.h \
	models/tracking/trace.c models/tracking/trace.h \
	models/tracking/trace_check.c \
	models/tracking/tracker.c models/tracking/tracker.h
