#include "core/store/git_config.h"

#include <string.h>

/* Of a line: a section's name, or a name and its value, in lower case. */
#define TEXT_ROOM 64

struct line {
	char name[TEXT_ROOM];
	char value[TEXT_ROOM];
};

/* Formats that others may use without our knowing. */
static const char *const harmless[] = {
    "noop", "preciousobjects", "partialclone", "worktreeconfig"};

static bool
is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Copies what fits, in lower case, without spaces and quotes. */
static void
copy_text(struct weft_slice from, char to[TEXT_ROOM])
{
	size_t size = 0;

	for (size_t i = 0; i < from.size && size < TEXT_ROOM - 1; i++) {
		char byte = from.data[i];

		if (byte >= 'A' && byte <= 'Z')
			byte = (char)(byte - 'A' + 'a');
		if (!is_space(byte) && byte != '"')
			to[size++] = byte;
	}
	to[size] = '\0';
}

static struct weft_slice
take_line(struct weft_slice *rest)
{
	const char *end = memchr(rest->data, '\n', rest->size);
	struct weft_slice line = *rest;

	if (end)
		line.size = (size_t)(end - rest->data);
	rest->data += line.size + (end != NULL);
	rest->size -= line.size + (end != NULL);
	return line;
}

/* Cuts a comment off; '#' and ';' within quotes are nothing we look for. */
static struct weft_slice
without_comment(struct weft_slice line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] == '#' || line.data[i] == ';')
			line.size = i;
	return line;
}

static void
parse_line(struct weft_slice line, struct line *parsed)
{
	const char *equals;
	struct weft_slice name = without_comment(line), value;

	equals = memchr(name.data, '=', name.size);
	value = weft_slice_of(name.data + name.size, 0);
	if (equals) {
		value = weft_slice_of(equals + 1,
		    (size_t)(name.data + name.size - equals - 1));
		name.size = (size_t)(equals - name.data);
	}
	copy_text(name, parsed->name);
	copy_text(value, parsed->value);
}

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static const char *
find_core_fault(const struct line *line)
{
	if (is(line->name, "repositoryformatversion") &&
	    !is(line->value, "0") && !is(line->value, "1"))
		return "is a git repository of a later format";
	if (is(line->name, "bare") && is(line->value, "false"))
		return "is a git repository with a working tree";
	return NULL;
}

static const char *
find_extension_fault(const struct line *line)
{
	if (is(line->name, "objectformat"))
		return is(line->value, "sha1")
		    ? NULL
		    : "is a git repository of other than SHA-1 objects";
	if (is(line->name, "refstorage"))
		return is(line->value, "files")
		    ? NULL
		    : "is a git repository with other than files for refs";
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (is(line->name, harmless[i]))
			return NULL;
	return "is a git repository with an unknown extension";
}

const char *
weft__git_config_fault(struct weft_slice config)
{
	char section[TEXT_ROOM] = "";
	const char *fault = NULL;
	struct line line;

	while (!fault && config.size) {
		parse_line(take_line(&config), &line);
		if (line.name[0] == '[')
			memcpy(section, line.name, sizeof section);
		else if (is(section, "[core]"))
			fault = find_core_fault(&line);
		else if (is(section, "[extensions]") && line.name[0])
			fault = find_extension_fault(&line);
	}
	return fault;
}
