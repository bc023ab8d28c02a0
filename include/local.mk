# Public headers: include/weft/ for programs, include/weft/sys/ for extenders.
nobase_include_HEADERS = \
	include/weft/buf.h \
	include/weft/error.h \
	include/weft/log.h \
	include/weft/sys/clock.h \
	include/weft/types.h
