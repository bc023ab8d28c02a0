# transports: sockets, HTTP, and the protocols on top of them.  Includes
# nothing from tools (tests/check/layers.sh).
include $(srcdir)/transports/net/local.mk
include $(srcdir)/transports/http/local.mk
include $(srcdir)/transports/loopback/local.mk
