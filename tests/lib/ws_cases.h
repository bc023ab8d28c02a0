/*
 * What RFC 6455 says about what a server receives, case by case.
 *
 * Frames are written as "first:payload", parted by spaces: the first byte in
 * hex, then the payload, masked as a client does.  "%41" in a payload is the
 * byte 0x41, "a*125" as a whole 125 times 'a'.  Before the first byte may
 * stand 'u' (not masked), 'w' or 'q' (length in two or eight bytes, whatever
 * it is); "raw:" is bytes as they are.
 *
 * What is found is written alike: text, binary, ping, pong, close with its
 * code and reason, fault with the code that the peer is closed with.
 */
#ifndef TESTS_LIB_WS_CASES_H
#define TESTS_LIB_WS_CASES_H

struct ws_case {
	const char *name;
	const char *frames;
	const char *found;
};

static const struct ws_case ws_cases[] = {
    /* Messages */
    {"a text", "81:Hello", "text:Hello"},
    {"an empty text", "81:", "text:"},
    {"a binary message", "82:%00%ff", "binary:%00%ff"},
    {"an empty binary message", "82:", "binary:"},
    {"125 bytes", "82:a*125", "binary:a*125"},
    {"126 bytes", "82:a*126", "binary:a*126"},
    {"127 bytes", "81:a*127", "text:a*127"},
    {"65535 bytes", "82:a*65535", "binary:a*65535"},
    {"65536 bytes", "82:a*65536", "binary:a*65536"},
    {"several at once", "81:a 82:b 81:c", "text:a binary:b text:c"},

    /* Fragments */
    {"two fragments", "01:Hel 80:lo", "text:Hello"},
    {"three, some empty", "01: 00:Hello 80:", "text:Hello"},
    {"only empty ones", "02: 00: 80:", "binary:"},
    {"a ping between fragments", "01:Hel 89:x 80:lo", "ping:x text:Hello"},
    {"a close between fragments", "01:Hel 88:%03%e8", "close:1000:"},
    {"a new text between fragments", "01:Hel 81:lo", "fault:1002"},
    {"a new binary between fragments", "02:Hel 02:lo", "fault:1002"},
    {"a continuation of nothing", "80:Hello", "fault:1002"},
    {"one that goes on, of nothing", "00:Hello", "fault:1002"},
    {"a continuation after the end", "01:a 80:b 80:c",
        "text:ab fault:1002"},

    /* Reserved bits and opcodes */
    {"RSV1 without extension", "c1:Hello", "fault:1002"},
    {"RSV2", "a1:Hello", "fault:1002"},
    {"RSV3", "91:Hello", "fault:1002"},
    {"RSV1 on a ping", "c9:x", "fault:1002"},
    {"RSV1 on a continuation", "01:a c0:b", "fault:1002"},
    {"RSV1 on a close", "c8:%03%e8", "fault:1002"},
    {"a message before a bad frame", "81:a 91:b", "text:a fault:1002"},
    {"opcode 3", "83:x", "fault:1002"},
    {"opcode 4", "84:", "fault:1002"},
    {"opcode 5", "85:x", "fault:1002"},
    {"opcode 6", "06:x", "fault:1002"},
    {"opcode 7", "87:x", "fault:1002"},
    {"opcode 11", "8b:x", "fault:1002"},
    {"opcode 12", "8c:", "fault:1002"},
    {"opcode 13", "8d:x", "fault:1002"},
    {"opcode 14", "8e:x", "fault:1002"},
    {"opcode 15", "8f:x", "fault:1002"},

    /* Masks and lengths */
    {"a text that is not masked", "u81:Hello", "fault:1002"},
    {"an empty text that is not masked", "u81:", "fault:1002"},
    {"a ping that is not masked", "u89:x", "fault:1002"},
    {"a close that is not masked", "u88:%03%e8", "fault:1002"},
    {"125 in two bytes", "w81:a*125", "fault:1002"},
    {"0 in two bytes", "w82:", "fault:1002"},
    {"65535 in eight bytes", "q82:a*65535", "fault:1002"},
    {"1 in eight bytes", "q81:a", "fault:1002"},
    {"2^63 bytes", "raw:%82%ff%80%00%00%00%00%00%00%00%01%02%03%04",
        "fault:1002"},
    {"2^62 bytes", "raw:%82%ff%40%00%00%00%00%00%00%00%01%02%03%04",
        "fault:1009"},

    /* Control frames */
    {"a ping", "89:", "ping:"},
    {"a ping with payload", "89:Hello%00%ff", "ping:Hello%00%ff"},
    {"a ping of 125 bytes", "89:a*125", "ping:a*125"},
    {"a ping of 126 bytes", "89:a*126", "fault:1002"},
    {"a pong that nobody asked for", "8a:x 81:y", "pong:x text:y"},
    {"a pong of 126 bytes", "8a:a*126", "fault:1002"},
    {"a ping in parts", "09:a 80:b", "fault:1002"},
    {"a pong in parts", "0a:a 80:b", "fault:1002"},
    {"a close in parts", "08:%03%e8 80:", "fault:1002"},
    {"ten pings", "89:0 89:1 89:2 89:3 89:4 89:5 89:6 89:7 89:8 89:9",
        "ping:0 ping:1 ping:2 ping:3 ping:4 ping:5 ping:6 ping:7 ping:8 "
        "ping:9"},

    /* Closes */
    {"a close", "88:", "close:1005:"},
    {"a close with half a code", "88:%03", "fault:1002"},
    {"a close with a code", "88:%03%e8", "close:1000:"},
    {"a close with a reason", "88:%03%e9bye", "close:1001:bye"},
    {"the longest reason",
        "88:%0b%b8aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
        "aaaaaaaaaabbbbbbbbbbccc",
        "close:3000:aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
        "aaaaaaaaaabbbbbbbbbbccc"},
    {"a reason that is too long", "88:a*126", "fault:1002"},
    {"a reason that is not UTF-8", "88:%03%e8%ff", "fault:1007"},
    {"a reason cut in a character", "88:%03%e8%e2%82", "fault:1007"},
    {"nothing after a close", "88:%03%e8 81:a 88:%03%e8", "close:1000:"},
    {"code 0", "88:%00%00", "fault:1002"},
    {"code 999", "88:%03%e7", "fault:1002"},
    {"code 1002", "88:%03%ea", "close:1002:"},
    {"code 1003", "88:%03%eb", "close:1003:"},
    {"code 1004", "88:%03%ec", "fault:1002"},
    {"code 1005", "88:%03%ed", "fault:1002"},
    {"code 1006", "88:%03%ee", "fault:1002"},
    {"code 1007", "88:%03%ef", "close:1007:"},
    {"code 1008", "88:%03%f0", "close:1008:"},
    {"code 1009", "88:%03%f1", "close:1009:"},
    {"code 1010", "88:%03%f2", "close:1010:"},
    {"code 1011", "88:%03%f3", "close:1011:"},
    {"code 1012", "88:%03%f4", "close:1012:"},
    {"code 1013", "88:%03%f5", "close:1013:"},
    {"code 1014", "88:%03%f6", "close:1014:"},
    {"code 1015", "88:%03%f7", "fault:1002"},
    {"code 1016", "88:%03%f8", "fault:1002"},
    {"code 1100", "88:%04%4c", "fault:1002"},
    {"code 2000", "88:%07%d0", "fault:1002"},
    {"code 2999", "88:%0b%b7", "fault:1002"},
    {"code 3000", "88:%0b%b8", "close:3000:"},
    {"code 3999", "88:%0f%9f", "close:3999:"},
    {"code 4000", "88:%0f%a0", "close:4000:"},
    {"code 4999", "88:%13%87", "close:4999:"},
    {"code 5000", "88:%13%88", "fault:1002"},
    {"code 65535", "88:%ff%ff", "fault:1002"},

    /* Text */
    {"characters of 1 to 4 bytes", "81:$%c2%a2%e2%82%ac%f0%9f%98%80",
        "text:$%c2%a2%e2%82%ac%f0%9f%98%80"},
    {"a character in two fragments", "01:%e2%82 80:%ac", "text:%e2%82%ac"},
    {"a character in four fragments", "01:%f0 00:%9f 00:%98 80:%80",
        "text:%f0%9f%98%80"},
    {"U+0000", "81:%00", "text:%00"},
    {"U+FFFE, U+FFFF", "81:%ef%bf%be%ef%bf%bf",
        "text:%ef%bf%be%ef%bf%bf"},
    {"U+D7FF, U+E000", "81:%ed%9f%bf%ee%80%80",
        "text:%ed%9f%bf%ee%80%80"},
    {"U+10FFFF", "81:%f4%8f%bf%bf", "text:%f4%8f%bf%bf"},
    {"U+110000", "81:%f4%90%80%80", "fault:1007"},
    {"U+D800", "81:%ed%a0%80", "fault:1007"},
    {"U+DFFF", "81:%ed%bf%bf", "fault:1007"},
    {"U+002F in two bytes", "81:%c0%af", "fault:1007"},
    {"U+007F in two bytes", "81:%c1%bf", "fault:1007"},
    {"U+07FF in three bytes", "81:%e0%9f%bf", "fault:1007"},
    {"U+FFFF in four bytes", "81:%f0%8f%bf%bf", "fault:1007"},
    {"a character of five bytes", "81:%f8%88%80%80%80", "fault:1007"},
    {"a continuation byte alone", "81:%80", "fault:1007"},
    {"bytes FE and FF", "81:%fe%ff", "fault:1007"},
    {"a character that does not end", "81:abc%e2%82", "fault:1007"},
    {"one that ends with the fragments", "01:%e2 80:%82", "fault:1007"},
    {"bad text in a fragment: at once", "01:a%ff", "fault:1007"},
    {"bad text after much that is good", "81:01234567%ff890123456789",
        "fault:1007"},
    {"anything in binary", "82:%ff%fe%c0%80", "binary:%ff%fe%c0%80"},
};

#define WS_CASE_COUNT (sizeof ws_cases / sizeof *ws_cases)

#endif
