# The values of properties.
libweft_all_la_SOURCES += \
	models/value/coerce.c models/value/coerce.h \
	models/value/date.c models/value/date.h \
	models/value/geo.c models/value/geo.h \
	models/value/number.c models/value/number.h \
	models/value/value.c models/value/value.h
