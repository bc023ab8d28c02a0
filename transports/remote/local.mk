# transports/remote: sources over HTTP, by libcurl.
libweft_all_la_SOURCES += \
	transports/remote/address.c \
	transports/remote/bulk.c \
	transports/remote/bulk_answer.c \
	transports/remote/changes.c \
	transports/remote/client.c transports/remote/client.h \
	transports/remote/diff.c \
	transports/remote/failure.c \
	transports/remote/login.c \
	transports/remote/open.c \
	transports/remote/own_form.c \
	transports/remote/reconcile.c \
	transports/remote/record.c \
	transports/remote/remote.c transports/remote/remote.h \
	transports/remote/remote_private.h \
	transports/remote/updates.c \
	transports/remote/upload.c
