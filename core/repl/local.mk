# core/repl: what replication decides, and the order of its steps.  No I/O.
libweft_all_la_SOURCES += \
	core/repl/bulk.c core/repl/bulk.h \
	core/repl/call.c core/repl/call.h \
	core/repl/conflict.c core/repl/conflict.h \
	core/repl/descent.c core/repl/descent.h \
	core/repl/diff.c core/repl/diff.h \
	core/repl/merge.c core/repl/merge.h \
	core/repl/message.c core/repl/message.h \
	core/repl/message_answer.c \
	core/repl/reconcile.c core/repl/reconcile.h \
	core/repl/reconcile_private.h core/repl/reconcile_read.c \
	core/repl/session.c core/repl/session.h \
	core/repl/session_page.c core/repl/session_page.h \
	core/repl/sketch.c core/repl/sketch.h \
	core/repl/source.c core/repl/source.h \
	core/repl/unread.c core/repl/unread.h \
	core/repl/wire.c core/repl/wire.h
