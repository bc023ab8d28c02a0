#!/bin/sh
# What `make install` leaves can be used: a program finds headers and library
# by pkg-config alone, and runs.
. "$(dirname "$0")/lib.sh"

stage=$scratch/stage
unset MAKEFLAGS MFLAGS MAKELEVEL

# quietly COMMAND...
quietly()
{
	"$@" >"$scratch/out" 2>&1
}

# The flags that a user of the staged library would be given.
flags()
{
	PKG_CONFIG_PATH=$pc_folder PKG_CONFIG_SYSROOT_DIR=$stage \
	    ${PKG_CONFIG:-pkg-config} --cflags --libs weft
}

compile()
{
	cat >"$scratch/user.c" <<'X'
#include <stdio.h>
#include <weft/weft.h>
int main(void)
{
	struct weft_buf buf = WEFT_BUF_INIT(100);
	if (weft_buf_printf(&buf, "%s", weft_version()))
		return 1;
	puts(buf.data);
	weft_buf_fini(&buf);
	return 0;
}
X
	found=$(flags) && ${CC:-cc} -Wall -Werror ${WEFT_SANITIZE:-} \
	    "$scratch/user.c" -o "$scratch/user" $found
}

run()
{
	version=$(LD_LIBRARY_PATH=$lib_folder "$scratch/user") &&
	    test "$version" = "$(PKG_CONFIG_PATH=$pc_folder \
	    ${PKG_CONFIG:-pkg-config} --modversion weft)"
}

quietly ${MAKE:-make} -C "$top_builddir" install DESTDIR="$stage"
report $? 'make install'
pc_folder=$(dirname "$(find "$stage" -name weft.pc)")
lib_folder=$(dirname "$(find "$stage" -name libweft.so)")
# While the first version is being written, parts of the library are missing.
if nm -D -u "$lib_folder/libweft.so" | grep -q ' weft_'; then
	skip 'a program compiles and runs' 'the library is not whole yet'
	finish
fi
quietly compile
report $? 'a program compiles with what pkg-config says'
quietly run
report $? 'it runs and is told the version that pkg-config tells'
quietly ${MAKE:-make} -C "$top_builddir" uninstall DESTDIR="$stage"
find "$stage" -type f >>"$scratch/left"
cp "$scratch/left" "$scratch/out"
test ! -s "$scratch/left"
report $? 'make uninstall leaves nothing'
finish
