/*
 * The text form of frames that ws_cases.h describes, and back.
 */
#ifndef TESTS_LIB_WS_TEXT_H
#define TESTS_LIB_WS_TEXT_H

#include <weft/buf.h>

/* Appends the bytes of a payload. */
void ws_payload(const char *text, size_t size, struct weft_buf *out);

/* Appends the bytes of frames. */
void ws_frames(const char *text, struct weft_buf *out);

/* Appends one frame: its first byte, masked if 'is_masked'. */
void ws_frame(unsigned first, bool is_masked, struct weft_slice payload,
    struct weft_buf *out);

/* Appends "name:payload" of what was found, after a space if not first. */
void ws_found(
    const char *name, struct weft_slice payload, struct weft_buf *out);

/* The same of what a case says is found: payloads written as ws_found(). */
void ws_expected(const char *text, struct weft_buf *out);

#endif
