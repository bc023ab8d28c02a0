/*
 * The daemon's help, and its manual page weftd(8).
 */
#ifndef TOOLS_WEFTD_MANUAL_H
#define TOOLS_WEFTD_MANUAL_H

#include <stdio.h>

extern const char manual_usage[];

/* Prints how the command is used. */
void manual_print_help(FILE *out);

/* The page in mdoc; docs/man/weftd.8 is what this prints. */
void manual_print_page(FILE *out);

#endif
