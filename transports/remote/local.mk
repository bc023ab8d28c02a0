# transports/remote: sources over HTTP, by libcurl.
libweft_all_la_SOURCES += \
	transports/remote/remote.c transports/remote/remote.h
