# Public headers: include/weft/ for programs, include/weft/sys/ for extenders.
# configure writes version.h into the build folder.
weftsysdir = $(pkgincludedir)/sys
pkginclude_HEADERS = \
	include/weft/buf.h \
	include/weft/error.h \
	include/weft/log.h \
	include/weft/types.h
weftsys_HEADERS = \
	include/weft/sys/clock.h
nodist_pkginclude_HEADERS = include/weft/version.h
