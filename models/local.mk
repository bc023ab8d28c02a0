# models: what the application sees, and the databases behind it.
libweft_all_la_SOURCES += \
	models/counters.h \
	models/datasource.c models/datasource.h \
	models/datasource_open.c \
	models/listener.c models/listener.h \
	models/model.c models/model.h \
	models/registry.c models/registry.h \
	models/reserve.c models/reserve.h \
	models/transaction.c models/transaction.h \
	models/writer.c models/writer.h

include $(srcdir)/models/access/local.mk
include $(srcdir)/models/connectors/local.mk
include $(srcdir)/models/definition/local.mk
include $(srcdir)/models/history/local.mk
include $(srcdir)/models/query/local.mk
include $(srcdir)/models/record/local.mk
include $(srcdir)/models/replicate/local.mk
include $(srcdir)/models/source/local.mk
include $(srcdir)/models/store/local.mk
include $(srcdir)/models/tracking/local.mk
include $(srcdir)/models/value/local.mk
include $(srcdir)/models/visible/local.mk
