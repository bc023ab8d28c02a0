# core/repl: what replication decides, and the order of its steps.  No I/O.
libweft_all_la_SOURCES += \
	core/repl/bulk.c core/repl/bulk.h \
	core/repl/diff.c core/repl/diff.h \
	core/repl/merge.c core/repl/merge.h \
	core/repl/source.c core/repl/source.h
