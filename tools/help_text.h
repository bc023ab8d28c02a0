/*
 * Texts of help and manual that belong to no command.
 */
#ifndef TOOLS_HELP_TEXT_H
#define TOOLS_HELP_TEXT_H

#define HELP_TEXT_DATE "November 21, 2026"
#define HELP_TEXT_SUMMARY "replicate tracked records between databases"

extern const char help_text_about[];
extern const char help_text_sources[];
extern const char help_text_points[];
extern const char help_text_signal[];
extern const char help_text_examples[]; /* mdoc */

#endif
