# core: the engine.  No sockets, SQL or threads of its own; includes nothing
# from models, transports or tools (tests/check/layers.sh).
include $(srcdir)/core/base/local.mk
include $(srcdir)/core/store/local.mk
include $(srcdir)/core/track/local.mk
include $(srcdir)/core/repl/local.mk
