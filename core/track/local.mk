# core/track: changes, revisions, and what is known of a record's past.
libweft_all_la_SOURCES += \
	core/track/change.c \
	core/track/change_list.c \
	core/track/change_parse.c core/track/change_reader.h \
	core/track/change_write.c \
	core/track/rev.c core/track/rev.h \
	core/track/revtree.c core/track/revtree.h \
	core/track/track_decode.c core/track/track_encode.c \
	core/track/track_format.h \
	core/track/track_row.c core/track/track_row.h \
	core/track/trace.c core/track/trace.h
