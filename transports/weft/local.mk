# transports/weft: the protocol weft.repl.v1.
libweft_all_la_SOURCES += \
	transports/weft/channel.c \
	transports/weft/channel_read.c \
	transports/weft/herald.c transports/weft/herald.h \
	transports/weft/hub.c \
	transports/weft/hub.h \
	transports/weft/known.c \
	transports/weft/known.h \
	transports/weft/lane.c \
	transports/weft/lane.h \
	transports/weft/live.c \
	transports/weft/live.h \
	transports/weft/live_cycle.c \
	transports/weft/message.c \
	transports/weft/message.h \
	transports/weft/message_binary.c \
	transports/weft/message_private.h \
	transports/weft/pack.c \
	transports/weft/peer.c \
	transports/weft/peer.h \
	transports/weft/peer_models.c \
	transports/weft/peer_push.c \
	transports/weft/peer_record.c \
	transports/weft/peer_source.c \
	transports/weft/peer_source.h \
	transports/weft/peer_stream.c \
	transports/weft/peer_url.c \
	transports/weft/peer_url.h \
	transports/weft/peer_wait.c \
	transports/weft/position.c \
	transports/weft/position.h \
	transports/weft/request.c \
	transports/weft/request_get.c \
	transports/weft/request_open.c \
	transports/weft/request_push.c \
	transports/weft/serve.c \
	transports/weft/serve.h \
	transports/weft/session.c \
	transports/weft/session.h \
	transports/weft/session_private.h \
	transports/weft/stream.c \
	transports/weft/update.c \
	transports/weft/update.h \
	transports/weft/update_binary.c \
	transports/weft/update_json.c \
	transports/weft/update_private.h
