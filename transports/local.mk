# transports: sockets, HTTP, and the protocols on top of them.  Includes
# nothing from tools (tests/check/layers.sh).
include $(srcdir)/transports/net/local.mk
include $(srcdir)/transports/http/local.mk
include $(srcdir)/transports/ws/local.mk
include $(srcdir)/transports/loopback/local.mk
include $(srcdir)/transports/remote/local.mk
include $(srcdir)/transports/weft/local.mk

# What any of them is reached by, and woken by.
libweft_all_la_SOURCES += transports/opener.c transports/opener.h \
	transports/watch.c transports/watch.h
