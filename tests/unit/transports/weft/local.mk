# Unit tests of transports/weft.
repl_server = tests/lib/repl_server.c tests/lib/repl_server.h $(http_fixture)
repl_script = tests/lib/repl_script.c tests/lib/repl_script.h $(ws_text)
scene = tests/lib/scene.c tests/lib/scene.h $(repl_server) $(PAIR)
include $(srcdir)/tests/unit/transports/weft/client/local.mk
include $(srcdir)/tests/unit/transports/weft/server/local.mk
include $(srcdir)/tests/unit/transports/weft/wire/local.mk
