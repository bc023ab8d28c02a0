# Public headers: include/weft/ for programs, include/weft/sys/ for extenders.
# configure writes version.h into the build folder.
weftsysdir = $(pkgincludedir)/sys
pkginclude_HEADERS = \
	include/weft/buf.h \
	include/weft/change.h \
	include/weft/conflict.h \
	include/weft/error.h \
	include/weft/history.h \
	include/weft/live.h \
	include/weft/log.h \
	include/weft/model.h \
	include/weft/record.h \
	include/weft/replicate.h \
	include/weft/source.h \
	include/weft/store.h \
	include/weft/types.h \
	include/weft/verify.h \
	include/weft/weft.h
weftsys_HEADERS = \
	include/weft/sys/clock.h \
	include/weft/sys/connector.h \
	include/weft/sys/connector_types.h
nodist_pkginclude_HEADERS = include/weft/version.h
