#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include "tests/bench/ws_raw.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

size_t
ws_raw_request(
    char *out, size_t room, const char *path, const char *protocol)
{
	return (size_t)snprintf(out, room,
	    "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
	    path, protocol ? "Sec-WebSocket-Protocol: " : "",
	    protocol ? protocol : "", protocol ? "\r\n" : "");
}

int
ws_raw_connect(uint16_t port, bool blocks)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | (blocks ? 0 : SOCK_NONBLOCK), 0);
	const int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) &&
	    blocks) {
		close(fd);
		return -1;
	}
	return fd;
}

int
ws_raw_open(uint16_t port, const char *path)
{
	char text[1024];
	size_t size = ws_raw_request(text, sizeof text, path, NULL);
	int fd = ws_raw_connect(port, true);
	ssize_t got = -1;

	if (fd >= 0 && send(fd, text, size, 0) == (ssize_t)size)
		got = recv(fd, text, sizeof text - 1, 0);
	text[got > 0 ? got : 0] = '\0';
	/* The server says nothing before it is spoken to: it is the whole. */
	if (strncmp(text, "HTTP/1.1 101", 12) == 0 &&
	    strstr(text, "\r\n\r\n") &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Writes the length of a payload behind the first byte; returns its size. */
static size_t
write_length(unsigned char *out, size_t size)
{
	size_t bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;

	out[1] = (unsigned char)(bytes == 0 ? size : bytes == 2 ? 126 : 127);
	for (size_t i = 0; i < bytes; i++)
		out[2 + i] = (unsigned char)(size >> 8 * (bytes - 1 - i));
	out[1] |= 0x80;
	return bytes;
}

size_t
ws_raw_frame(char *out, bool is_text, const char *payload, size_t size)
{
	static const unsigned char mask[4] = {0x5a, 0x3c, 0x96, 0xe1};
	size_t at;

	out[0] = (char)(is_text ? 0x81 : 0x82);
	at = 2 + write_length((unsigned char *)out, size);
	memcpy(out + at, mask, sizeof mask);
	at += sizeof mask;
	for (size_t i = 0; i < size; i++)
		out[at + i] = (char)(payload[i] ^ (char)mask[i % 4]);
	return at + size;
}

/* Bytes of the head, as far as they are known yet. */
static unsigned
head_size(const struct ws_raw_reader *reader)
{
	if (reader->head_size < 2 || reader->head[1] < 126)
		return 2;
	return reader->head[1] == 126 ? 4 : 10;
}

static void
begin_payload(struct ws_raw_reader *reader)
{
	uint64_t size = reader->head[1];

	if (size >= 126) {
		size = 0;
		for (unsigned i = 2; i < reader->head_size; i++)
			size = size << 8 | reader->head[i];
	}
	reader->size = reader->left = size;
	reader->is_inside = true;
}

bool
ws_raw_next(struct ws_raw_reader *reader, const char **data, size_t *size,
    struct ws_raw_piece *piece)
{
	while (!reader->is_inside && *size) {
		reader->head[reader->head_size++] = (unsigned char)*(*data)++;
		(*size)--;
		if (reader->head_size == head_size(reader))
			begin_payload(reader);
	}
	if (!reader->is_inside || (!*size && reader->left))
		return false;
	piece->data = *data;
	piece->size = *size < reader->left ? *size : (size_t)reader->left;
	piece->opcode = reader->head[0] & 15;
	reader->left -= piece->size;
	*data += piece->size;
	*size -= piece->size;
	piece->is_end = !reader->left;
	if (piece->is_end) {
		reader->is_inside = false;
		reader->head_size = 0;
	}
	return true;
}
