/*
 * Requests that must be refused, and with which status.  Each would be read
 * in another way by some proxy or server: what one takes for a body, another
 * takes for the next request.
 */
#ifndef TESTS_LIB_HTTP_ABUSES_H
#define TESTS_LIB_HTTP_ABUSES_H

#include <stddef.h>

struct http_abuse {
	const char *name;
	const char *bytes;
	size_t size;
	int status;
};

#define ABUSE(name, status, bytes) {name, bytes, sizeof(bytes) - 1, status}
#define HOST "Host: x\r\n"

/* Refused by their heads. */
static const struct http_abuse http_head_abuses[] = {
    ABUSE("two Content-Lengths", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length: 3\r\nContent-Length: 5\r\n\r\n"),
    ABUSE("the same Content-Length twice", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length: 3\r\nContent-Length: 3\r\n\r\n"),
    ABUSE("a list of Content-Lengths", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length: 3, 3\r\n\r\n"),
    ABUSE("Content-Length and Transfer-Encoding", 400,
        "POST / HTTP/1.1\r\n" HOST
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ABUSE("Transfer-Encoding and Content-Length", 400,
        "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"),
    ABUSE("a signed length", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length: +3\r\n\r\n"),
    ABUSE("a negative length", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length: -3\r\n\r\n"),
    ABUSE("a hex length", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length: 0x3\r\n\r\n"),
    ABUSE("a length with a space in it", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length: 3 3\r\n\r\n"),
    ABUSE("an empty length", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length:\r\n\r\n"),
    ABUSE("a length beyond 64 bits", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length: 18446744073709551616\r\n\r\n"),
    ABUSE("an unknown coding", 501, "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: xchunked\r\n\r\n"),
    ABUSE("chunked among others", 501, "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: gzip, chunked\r\n\r\n"),
    ABUSE("chunked, then identity", 501, "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: chunked, identity\r\n\r\n"),
    ABUSE("chunked twice", 501, "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ABUSE("chunked in quotes", 501, "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: \"chunked\"\r\n\r\n"),
    ABUSE("chunked behind a vertical tab", 400, "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: \vchunked\r\n\r\n"),
    ABUSE("chunked in HTTP/1.0", 400, "POST / HTTP/1.0\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"),
    ABUSE("a space before the colon", 400, "POST / HTTP/1.1\r\n" HOST
        "Content-Length : 3\r\n\r\n"),
    ABUSE("a tab before the colon", 400, "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding\t: chunked\r\n\r\n"),
    ABUSE("a folded line", 400, "GET / HTTP/1.1\r\n" HOST
        "A: b\r\n c: d\r\n\r\n"),
    ABUSE("a first header that is folded", 400,
        "GET / HTTP/1.1\r\n Host: x\r\n\r\n"),
    ABUSE("a header without a name", 400, "GET / HTTP/1.1\r\n" HOST
        ": b\r\n\r\n"),
    ABUSE("a header without a colon", 400, "GET / HTTP/1.1\r\n" HOST
        "nothing\r\n\r\n"),
    ABUSE("bare LF after the request line", 400,
        "GET / HTTP/1.1\n" HOST "\r\n"),
    ABUSE("bare LF after a header", 400,
        "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"),
    ABUSE("bare LF at the end", 400, "GET / HTTP/1.1\r\n" HOST "\n"),
    ABUSE("bare CR in a header", 400,
        "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n"),
    ABUSE("CR CR LF", 400, "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n"),
    ABUSE("NUL in a value", 400, "GET / HTTP/1.1\r\n" HOST "A: \0\r\n\r\n"),
    ABUSE("NUL in a name", 400, "GET / HTTP/1.1\r\n" HOST "A\0: b\r\n\r\n"),
    ABUSE("a control character", 400,
        "GET / HTTP/1.1\r\n" HOST "A: \x01\r\n\r\n"),
    ABUSE("DEL", 400, "GET / HTTP/1.1\r\n" HOST "A: \x7f\r\n\r\n"),
    ABUSE("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
    ABUSE("two Hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    ABUSE("the same Host twice", 400,
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    ABUSE("two Hosts in HTTP/1.0", 400,
        "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    ABUSE("a Host with a path", 400,
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    ABUSE("a Host with a user", 400,
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    ABUSE("a list of Hosts", 400,
        "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    ABUSE("another host in the target", 400,
        "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    ABUSE("a longer host in the target", 400,
        "GET http://ab/ HTTP/1.1\r\nHost: a\r\n\r\n"),
    ABUSE("HTTP/2.0", 505, "GET / HTTP/2.0\r\n" HOST "\r\n"),
    ABUSE("HTTP/0.9", 400, "GET /\r\n\r\n"),
    ABUSE("HTTP/0.9 by number", 505, "GET / HTTP/0.9\r\n" HOST "\r\n"),
    ABUSE("a lower-case protocol", 400, "GET / http/1.1\r\n" HOST "\r\n"),
    ABUSE("another protocol", 400, "GET / ICE/1.0\r\n" HOST "\r\n"),
    ABUSE("two spaces before the target", 400,
        "GET  / HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("two spaces after the target", 400,
        "GET /  HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a space at the end", 400, "GET / HTTP/1.1 \r\n" HOST "\r\n"),
    ABUSE("a space in the target", 400,
        "GET /a b HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a tab in the request line", 400,
        "GET\t/ HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("NUL in the target", 400, "GET /\0 HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("%00 in the path", 400, "GET /a%00b HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("%00 in the query", 400, "GET /?a=%00 HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a control character in the target", 400,
        "GET /\x01 HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a byte that is not ASCII in the target", 400,
        "GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a fragment", 400, "GET /a#b HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("an escape of one digit", 400,
        "GET /%4 HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("an escape without digits", 400,
        "GET /%zz HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("UTF-8 that is none", 400,
        "GET /%c3%28 HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("an overlong slash", 400,
        "GET /%c0%af HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a target without slash", 400, "GET a HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a star for GET", 400, "GET * HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a proxy's CONNECT", 501, "CONNECT x:1 HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("an unknown method", 501, "FOO / HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a lower-case method", 501, "get / HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("no method", 400, " / HTTP/1.1\r\n" HOST "\r\n"),
    ABUSE("a TLS greeting", 400, "\x16\x03\x01\x02\r\n\r\n"),
    ABUSE("another expectation", 417, "POST / HTTP/1.1\r\n" HOST
        "Expect: 200-ok\r\nContent-Length: 3\r\n\r\n"),
};

#define CHUNKED "POST / HTTP/1.1\r\n" HOST \
	"Transfer-Encoding: chunked\r\n\r\n"

/* Refused by their bodies. */
static const struct http_abuse http_body_abuses[] = {
    ABUSE("a chunk size with 0x", 400, CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"),
    ABUSE("a space before the size", 400, CHUNKED " 3\r\nabc\r\n0\r\n\r\n"),
    ABUSE("a space after the size", 400, CHUNKED "3 \r\nabc\r\n0\r\n\r\n"),
    ABUSE("a signed size", 400, CHUNKED "+3\r\nabc\r\n0\r\n\r\n"),
    ABUSE("a negative size", 400, CHUNKED "-3\r\nabc\r\n0\r\n\r\n"),
    ABUSE("no size", 400, CHUNKED "\r\nabc\r\n0\r\n\r\n"),
    ABUSE("an extension without size", 400, CHUNKED ";a\r\n"),
    ABUSE("a size beyond 60 bits", 400, CHUNKED "1000000000000003\r\nabc\r\n"),
    ABUSE("bare LF after the size", 400, CHUNKED "3\nabc\r\n0\r\n\r\n"),
    ABUSE("bare LF after the data", 400, CHUNKED "3\r\nabc\n0\r\n\r\n"),
    ABUSE("bare LF in an extension", 400, CHUNKED "3;\nabc\r\n0\r\n\r\n"),
    ABUSE("more data than the size", 400, CHUNKED "3\r\nabcd\r\n0\r\n\r\n"),
    ABUSE("CR without LF after the size", 400, CHUNKED "3\rxabc\r\n"),
    ABUSE("CR without LF after the data", 400, CHUNKED "3\r\nabc\rx"),
    ABUSE("bare LF at the end", 400, CHUNKED "0\r\n\n"),
    ABUSE("bare LF in a trailer", 400, CHUNKED "0\r\nA: b\n\r\n"),
    ABUSE("NUL in a trailer", 400, CHUNKED "0\r\nA: \0\r\n\r\n"),
};

#undef ABUSE
#undef HOST
#undef CHUNKED

#define HTTP_COUNT(table) (sizeof(table) / sizeof *(table))

#endif
