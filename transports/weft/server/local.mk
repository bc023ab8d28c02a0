# The server of weft.repl.v1: sessions, streams, what many are told.
libweft_all_la_SOURCES += \
	transports/weft/server/channel.c \
	transports/weft/server/channel_read.c \
	transports/weft/server/herald.c transports/weft/server/herald.h \
	transports/weft/server/hub.c transports/weft/server/hub.h \
	transports/weft/server/lane.c transports/weft/server/lane.h \
	transports/weft/server/position.c transports/weft/server/position.h \
	transports/weft/server/request.c \
	transports/weft/server/request_get.c \
	transports/weft/server/request_open.c \
	transports/weft/server/request_push.c \
	transports/weft/server/request_rights.c \
	transports/weft/server/serve.c transports/weft/server/serve.h \
	transports/weft/server/session.c transports/weft/server/session.h \
	transports/weft/server/session_private.h \
	transports/weft/server/stream.c
