# transports/ws: WebSocket, both ends.
libweft_all_la_SOURCES += \
	transports/ws/client.c transports/ws/client.h \
	transports/ws/deflate.c transports/ws/deflate.h \
	transports/ws/frame.c transports/ws/frame.h \
	transports/ws/handshake.c transports/ws/handshake.h \
	transports/ws/list.c transports/ws/list.h \
	transports/ws/reader.c transports/ws/reader.h \
	transports/ws/response_head.c transports/ws/response_head.h \
	transports/ws/send.c \
	transports/ws/shared_frame.c transports/ws/shared_frame.h \
	transports/ws/upgrade.c \
	transports/ws/utf8.c transports/ws/utf8.h \
	transports/ws/ws.c transports/ws/ws.h \
	transports/ws/ws_private.h
