# The flags that the project's own code is built with: WEFT_CFLAGS,
# WEFT_LDFLAGS, and WEFT_SANITIZE, which stands in both of them.  The user's
# CFLAGS and LDFLAGS are left alone and come after ours.

# WEFT_TRY_FLAG(VARIABLE, FLAG)
# Adds the flag to the variable if a program builds with it, without warning.
AC_DEFUN([WEFT_TRY_FLAG], [
  AC_MSG_CHECKING([whether $CC accepts $2])
  weft_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS -Werror $2"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([])],
    [AC_MSG_RESULT([yes]); $1="$$1 $2"],
    [AC_MSG_RESULT([no])])
  CFLAGS=$weft_saved_cflags
])

# WEFT_NEED_FLAG(FLAG, OPTION)
# Gives up if no program builds with the flag that the option asks for.
AC_DEFUN([WEFT_NEED_FLAG], [
  AC_MSG_CHECKING([whether $CC accepts $1])
  weft_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS $1"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([$CC cannot do what $2 asks for])])
  CFLAGS=$weft_saved_cflags
])

# WEFT_OPTIONS
# The --enable options.  To be called before AC_PROG_CC: a build that counts
# lines is not optimised unless CFLAGS says so.
AC_DEFUN([WEFT_OPTIONS], [
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [turn warnings into errors])])
  AC_ARG_ENABLE([sanitize],
    [AS_HELP_STRING([--enable-sanitize=LIST],
      [build with these sanitizers, e.g. address,undefined])])
  AC_ARG_ENABLE([coverage],
    [AS_HELP_STRING([--enable-coverage],
      [count executed lines, for `make coverage' (needs gcc)])])
  AC_ARG_ENABLE([fuzz],
    [AS_HELP_STRING([--enable-fuzz], [build libFuzzer targets (needs clang)])])
  AS_CASE([$enable_sanitize],
    [yes], [AC_MSG_ERROR([--enable-sanitize needs a list, e.g. =address])],
    [no], [enable_sanitize=])
  AS_IF([test "x$enable_coverage" = xyes], [: "${CFLAGS=-g -O0}"])
])

# WEFT_COMPILER_FLAGS
AC_DEFUN([WEFT_COMPILER_FLAGS], [
  WEFT_CFLAGS="-std=c11"
  WEFT_LDFLAGS=
  WEFT_SANITIZE=
  m4_foreach_w([weft_flag],
    [-Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes
     -Wmissing-prototypes -Wwrite-strings -Wundef -Wvla -Wformat=2
     -Wimplicit-fallthrough -Wold-style-definition -Wno-unused-parameter
     -Wno-missing-field-initializers -fvisibility=hidden
     -fno-strict-aliasing -fstack-protector-strong],
    [WEFT_TRY_FLAG([WEFT_CFLAGS], weft_flag)])
  m4_foreach([weft_flag], [[-Wl,-z,relro], [-Wl,-z,now], [-Wl,--as-needed]],
    [WEFT_TRY_FLAG([WEFT_LDFLAGS], m4_quote(weft_flag))])
  AS_IF([test "x$enable_werror" = xyes],
    [WEFT_CFLAGS="$WEFT_CFLAGS -Werror"])
  AS_IF([test -n "$enable_sanitize"], [
    WEFT_NEED_FLAG([-fsanitize=$enable_sanitize], [--enable-sanitize])
    WEFT_SANITIZE="-fsanitize=$enable_sanitize -fno-sanitize-recover=all"
    WEFT_CFLAGS="$WEFT_CFLAGS $WEFT_SANITIZE -fno-omit-frame-pointer"
    WEFT_LDFLAGS="$WEFT_LDFLAGS $WEFT_SANITIZE"
  ])
  AS_IF([test "x$enable_coverage" = xyes], [
    AS_CASE([`$CC --version 2>/dev/null`], [*clang*],
      [AC_MSG_ERROR([--enable-coverage needs gcc])])
    WEFT_CFLAGS="$WEFT_CFLAGS --coverage"
    WEFT_LDFLAGS="$WEFT_LDFLAGS --coverage"
  ])
  AS_IF([test "x$enable_fuzz" = xyes], [
    WEFT_NEED_FLAG([-fsanitize=fuzzer-no-link], [--enable-fuzz])
    WEFT_CFLAGS="$WEFT_CFLAGS -fsanitize=fuzzer-no-link"
  ])
  AC_SUBST([WEFT_CFLAGS])
  AC_SUBST([WEFT_LDFLAGS])
  AC_SUBST([WEFT_SANITIZE])
])
