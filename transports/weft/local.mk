# transports/weft: the protocol weft.repl.v1.
include $(srcdir)/transports/weft/client/local.mk
include $(srcdir)/transports/weft/server/local.mk
include $(srcdir)/transports/weft/wire/local.mk
