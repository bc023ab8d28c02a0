# A client of weft.repl.v1: a source, and live replication.
libweft_all_la_SOURCES += \
	transports/weft/client/known.c transports/weft/client/known.h \
	transports/weft/client/live.c transports/weft/client/live.h \
	transports/weft/client/live_cycle.c \
	transports/weft/client/live_kept.c transports/weft/client/live_kept.h \
	transports/weft/client/peer.c transports/weft/client/peer.h \
	transports/weft/client/peer_models.c \
	transports/weft/client/peer_push.c \
	transports/weft/client/peer_record.c \
	transports/weft/client/peer_source.c transports/weft/client/peer_source.h \
	transports/weft/client/peer_stream.c \
	transports/weft/client/peer_url.c transports/weft/client/peer_url.h \
	transports/weft/client/peer_wait.c
