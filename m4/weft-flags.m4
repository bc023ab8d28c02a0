# WEFT_COMPILER_FLAGS
# Sets WEFT_CFLAGS and WEFT_LDFLAGS: each flag is kept only if the compiler
# takes it; the user's CFLAGS and LDFLAGS are left alone.

AC_DEFUN([WEFT_TRY_CFLAG], [
  AC_MSG_CHECKING([whether $CC accepts $1])
  weft_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS -Werror $1"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([])],
    [AC_MSG_RESULT([yes]); WEFT_CFLAGS="$WEFT_CFLAGS $1"],
    [AC_MSG_RESULT([no])])
  CFLAGS=$weft_saved_cflags
])

AC_DEFUN([WEFT_COMPILER_FLAGS], [
  WEFT_CFLAGS="-std=c11"
  WEFT_LDFLAGS="-Wl,-z,relro -Wl,-z,now"
  m4_foreach_w([weft_flag],
    [-Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes
     -Wmissing-prototypes -Wwrite-strings -Wundef -Wvla -Wformat=2
     -Wimplicit-fallthrough -Wold-style-definition -Wno-unused-parameter
     -Wno-missing-field-initializers -fvisibility=hidden
     -fno-strict-aliasing -fstack-protector-strong],
    [WEFT_TRY_CFLAG(weft_flag)])
  AS_IF([test "x$enable_werror" = xyes],
    [WEFT_CFLAGS="$WEFT_CFLAGS -Werror"])
  AS_IF([test -n "$enable_sanitize" && test "x$enable_sanitize" != xno], [
    weft_sanitize="-fsanitize=$enable_sanitize -fno-sanitize-recover=all"
    WEFT_CFLAGS="$WEFT_CFLAGS $weft_sanitize -fno-omit-frame-pointer"
    WEFT_LDFLAGS="$WEFT_LDFLAGS $weft_sanitize"
  ])
  AS_IF([test "x$enable_coverage" = xyes], [
    WEFT_CFLAGS="$WEFT_CFLAGS --coverage"
    WEFT_LDFLAGS="$WEFT_LDFLAGS --coverage"
  ])
  AS_IF([test "x$enable_fuzz" = xyes],
    [WEFT_CFLAGS="$WEFT_CFLAGS -fsanitize=fuzzer-no-link"])
  AC_SUBST([WEFT_CFLAGS])
  AC_SUBST([WEFT_LDFLAGS])
])
