# transports/net: loops, connections, TLS, worker threads.
libweft_all_la_SOURCES += \
	transports/net/address.c transports/net/address.h \
	transports/net/admission.c transports/net/admission.h \
	transports/net/connection.c transports/net/connection.h \
	transports/net/connection_input.c \
	transports/net/connection_output.c \
	transports/net/connection_private.h \
	transports/net/dial.c transports/net/dial.h \
	transports/net/listener.c transports/net/listener.h \
	transports/net/lookup.c transports/net/lookup.h \
	transports/net/loop.c transports/net/loop.h \
	transports/net/network.c transports/net/network.h \
	transports/net/stream.c transports/net/stream.h \
	transports/net/timer.c transports/net/timer.h \
	transports/net/tls_client.c transports/net/tls_client.h \
	transports/net/tls.c transports/net/tls.h \
	transports/net/workers.c transports/net/workers.h
