# Filters: read, checked, evaluated, put in order.
libweft_all_la_SOURCES += \
	models/query/fields.c \
	models/query/filter.c models/query/filter.h \
	models/query/filter_near.c \
	models/query/filter_private.h \
	models/query/filter_value.c \
	models/query/filter_where.c \
	models/query/regexp.c models/query/regexp.h \
	models/query/sort_key.c \
	models/query/where_eval.c
