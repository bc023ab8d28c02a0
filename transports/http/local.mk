# transports/http: strict HTTP/1.1 for the protocols above it.
libweft_all_la_SOURCES += \
	transports/http/active.c \
	transports/http/body.c transports/http/body.h \
	transports/http/chunked.c transports/http/chunked.h \
	transports/http/connection.c \
	transports/http/connection_body.c \
	transports/http/cors.c \
	transports/http/etag.c \
	transports/http/exchange.c transports/http/exchange.h \
	transports/http/files.c transports/http/files.h \
	transports/http/files_table.c transports/http/files_table.h \
	transports/http/forwarded.c \
	transports/http/gunzip.c transports/http/gunzip.h \
	transports/http/gzip.c transports/http/gzip.h \
	transports/http/head.h \
	transports/http/head_framing.c \
	transports/http/head_lines.c \
	transports/http/head_parse.c \
	transports/http/head_target.c \
	transports/http/http.h \
	transports/http/response.c \
	transports/http/server.c transports/http/server.h \
	transports/http/status.c \
	transports/http/stream.c
