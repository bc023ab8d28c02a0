# transports/loopback: LoopBack 3's REST API.
libweft_all_la_SOURCES += \
	transports/loopback/answer.c transports/loopback/answer.h \
	transports/loopback/api.c \
	transports/loopback/argument.c transports/loopback/argument.h \
	transports/loopback/bind.c \
	transports/loopback/bookmark.c transports/loopback/bookmark.h \
	transports/loopback/bulk.c \
	transports/loopback/changes.c \
	transports/loopback/checkpoint.c \
	transports/loopback/diff.c \
	transports/loopback/event.c transports/loopback/event.h \
	transports/loopback/failure.c transports/loopback/failure.h \
	transports/loopback/fill.c \
	transports/loopback/find.c \
	transports/loopback/loopback.h \
	transports/loopback/openapi.c transports/loopback/openapi.h \
	transports/loopback/openapi_record.c \
	transports/loopback/openapi_record.h \
	transports/loopback/openapi_shape.c \
	transports/loopback/openapi_shape.h \
	transports/loopback/parts.c transports/loopback/parts.h \
	transports/loopback/peer.c \
	transports/loopback/query.c transports/loopback/query.h \
	transports/loopback/record_text.c \
	transports/loopback/rest.h \
	transports/loopback/route.c \
	transports/loopback/save.c \
	transports/loopback/send.c transports/loopback/send.h \
	transports/loopback/serve.c transports/loopback/serve.h \
	transports/loopback/stream.c transports/loopback/stream.h \
	transports/loopback/stream_options.c \
	transports/loopback/stream_options.h \
	transports/loopback/sync.c \
	transports/loopback/sync_change.c transports/loopback/sync_change.h \
	transports/loopback/token.c transports/loopback/token.h \
	transports/loopback/update.c transports/loopback/update.h \
	transports/loopback/user.c \
	transports/loopback/view.c
