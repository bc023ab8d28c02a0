# core/base: what every other part stands on.
libweft_all_la_SOURCES += \
	core/base/alloc.c core/base/alloc.h \
	core/base/arena.c core/base/arena.h \
	core/base/base64.c core/base/base64.h \
	core/base/buf.c \
	core/base/clock.c core/base/clock.h \
	core/base/decimal.c core/base/decimal.h \
	core/base/error.c \
	core/base/hash.c core/base/hash.h \
	core/base/json.h core/base/json_private.h \
	core/base/json_canon.c core/base/json_number.c \
	core/base/json_member.c core/base/json_member.h \
	core/base/json_scan.c core/base/json_string.c \
	core/base/json_skim.c core/base/json_skim.h \
	core/base/json_view.c \
	core/base/limits.h \
	core/base/log.c core/base/log.h \
	core/base/map.c core/base/map.h \
	core/base/patience.c core/base/patience.h \
	core/base/symbol.h \
	core/base/version.c
