#include "transports/loopback/query.h"

#include "core/base/json.h"
#include "core/base/limits.h"

/* A value, or values under keys.  A key "" is one of an array: a[]=. */
struct weft__rest_node {
	struct weft__rest_node *next; /* sibling, in order of appearance */
	struct weft__rest_node *first, *last; /* children */
	struct weft_slice key;
	struct weft_slice text; /* no value: it has children */
};

struct parser {
	struct weft__rest_query *query;
	size_t count; /* of arguments */
	struct weft_error *error;
};

static int
out_of_memory(struct parser *parser)
{
	return weft_error_set(parser->error, WEFT_ENOMEM, "out of memory");
}

/*
 * Decoding
 */

static int
hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Decodes escapes; false if one is none. */
static bool
decode(struct weft_slice from, char *to, size_t *size)
{
	size_t length = 0;

	for (size_t i = 0; i < from.size; i++) {
		char byte = from.data[i];

		if (byte == '+') {
			byte = ' ';
		} else if (byte == '%') {
			int high, low;

			if (from.size - i < 3)
				return false;
			high = hex_digit(from.data[i + 1]);
			low = hex_digit(from.data[i + 2]);
			if (high < 0 || low < 0)
				return false;
			byte = (char)(high * 16 + low);
			i += 2;
		}
		to[length++] = byte;
	}
	*size = length;
	return true;
}

/* What is no valid escape stands for itself; a plus is a space in any case. */
static void
copy_undecoded(struct weft_slice from, char *to, size_t *size)
{
	for (size_t i = 0; i < from.size; i++)
		to[i] = from.data[i] == '+' ? ' ' : from.data[i];
	*size = from.size;
}

static int
decode_part(struct parser *parser, struct weft_slice from,
    struct weft_slice *text)
{
	char *bytes =
	    weft__arena_alloc(&parser->query->arena, from.size + 1);
	size_t size = 0;

	if (!bytes)
		return out_of_memory(parser);
	if (!decode(from, bytes, &size))
		copy_undecoded(from, bytes, &size);
	*text = weft_slice_of(bytes, size);
	return 0;
}

/*
 * The tree
 */

static struct weft__rest_node *
find_child(const struct weft__rest_node *parent, struct weft_slice key)
{
	struct weft__rest_node *child = parent->first;

	while (child && !weft_slice_equal(child->key, key))
		child = child->next;
	return child;
}

static int
add_child(struct parser *parser, struct weft__rest_node *parent,
    struct weft_slice key, struct weft__rest_node **child)
{
	struct weft__rest_node *node =
	    weft__arena_alloc(&parser->query->arena, sizeof *node);

	if (!node)
		return out_of_memory(parser);
	*node = (struct weft__rest_node){.key = key};
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	*child = node;
	return 0;
}

/* The child of this key, which is made if it is not there; "" is a new one
 * each time. */
static int
step_down(struct parser *parser, struct weft__rest_node **node,
    struct weft_slice key)
{
	struct weft__rest_node *child =
	    key.size ? find_child(*node, key) : NULL;
	int code = 0;

	if (!child)
		code = add_child(parser, *node, key, &child);
	*node = child;
	return code;
}

/* Makes a plain value the first of an array. */
static int
push_down(struct parser *parser, struct weft__rest_node *node)
{
	struct weft__rest_node *child;
	int code;

	if (!node->text.data)
		return 0;
	code = add_child(parser, node, weft_slice(""), &child);
	if (code)
		return code;
	child->text = node->text;
	node->text = weft_slice_of(NULL, 0);
	return 0;
}

/* Finds the node of a name such as filter[where][a]. */
static int
walk(struct parser *parser, struct weft_slice name,
    struct weft__rest_node **node)
{
	const char *open = memchr(name.data, '[', name.size);
	struct weft_slice key = name, rest = {name.data + name.size, 0};
	size_t depth = 0;
	int code;

	if (open && open != name.data) {
		key.size = (size_t)(open - name.data);
		rest = weft_slice_of(open, name.size - key.size);
	}
	*node = parser->query->root;
	code = step_down(parser, node, key);
	while (!code && rest.size) {
		const char *close = memchr(rest.data, ']', rest.size);

		if (rest.data[0] != '[' || !close)
			return weft_error_set(parser->error, WEFT_EINVAL,
			    "Malformed brackets in the query string.");
		if (++depth > WEFT_LIMIT_QUERY_DEPTH)
			return weft_error_set(parser->error, WEFT_EINVAL,
			    "Brackets in the query string nest deeper than %d.",
			    WEFT_LIMIT_QUERY_DEPTH);
		key = weft_slice_of(
		    rest.data + 1, (size_t)(close - rest.data - 1));
		rest.size -= key.size + 2;
		rest.data = close + 1;
		code = push_down(parser, *node);
		if (!code)
			code = step_down(parser, node, key);
	}
	return code;
}

/* Gives a node one more value. */
static int
add_text(struct parser *parser, struct weft__rest_node *node,
    struct weft_slice text)
{
	int code;

	if (!node->text.data && !node->first) {
		node->text = text;
		return 0;
	}
	code = push_down(parser, node);
	if (!code)
		code = add_child(parser, node, weft_slice(""), &node);
	if (!code)
		node->text = text;
	return code;
}

static int
add_argument(struct parser *parser, struct weft_slice part)
{
	const char *equals = memchr(part.data, '=', part.size);
	struct weft_slice name = part, text = weft_slice("");
	struct weft__rest_node *node;
	int code;

	if (equals) {
		name.size = (size_t)(equals - part.data);
		text = weft_slice_of(equals + 1, part.size - name.size - 1);
	}
	code = decode_part(parser, name, &name);
	if (!code)
		code = decode_part(parser, text, &text);
	if (!code && name.size)
		code = walk(parser, name, &node);
	return code || !name.size ? code : add_text(parser, node, text);
}

int
weft__rest_query_parse(struct weft__rest_query *query, struct weft_slice text,
    struct weft_error *error)
{
	struct parser parser = {.query = query, .error = error};
	int code = 0;

	memset(query, 0, sizeof *query);
	query->root = weft__arena_alloc(&query->arena, sizeof *query->root);
	if (!query->root)
		return out_of_memory(&parser);
	*query->root = (struct weft__rest_node){.key = weft_slice("")};
	while (!code && text.size) {
		const char *end = memchr(text.data, '&', text.size);
		struct weft_slice part = text;

		if (end)
			part.size = (size_t)(end - text.data);
		if (part.size && ++parser.count > WEFT_LIMIT_QUERY_ARGUMENTS)
			return weft_error_set(error, WEFT_EINVAL,
			    "More than %d arguments in the query string.",
			    WEFT_LIMIT_QUERY_ARGUMENTS);
		if (part.size)
			code = add_argument(&parser, part);
		text.data += part.size + (end ? 1 : 0);
		text.size -= part.size + (end ? 1 : 0);
	}
	return code;
}

void
weft__rest_query_fini(struct weft__rest_query *query)
{
	weft__arena_fini(&query->arena);
	query->root = NULL;
}

const struct weft__rest_node *
weft__rest_query_find(const struct weft__rest_query *query, const char *name)
{
	return find_child(query->root, weft_slice(name));
}

struct weft_slice
weft__rest_node_text(const struct weft__rest_node *node)
{
	return node ? node->text : weft_slice_of(NULL, 0);
}

/*
 * Writing
 */

/* The number that the key of an array's element is; -1 if it is none. */
static long
key_index(struct weft_slice key)
{
	long index = 0;

	if (!key.size || key.size > 5 || (key.size > 1 && *key.data == '0'))
		return -1;
	for (size_t i = 0; i < key.size; i++) {
		if (key.data[i] < '0' || key.data[i] > '9')
			return -1;
		index = index * 10 + (key.data[i] - '0');
	}
	return index;
}

/* Whether the argument is an array, by its brackets. */
static bool
is_array(const struct weft__rest_node *node)
{
	const struct weft__rest_node *child;

	for (child = node->first; child; child = child->next)
		if (child->key.size && key_index(child->key) < 0)
			return false;
	return node->first != NULL;
}

struct writer {
	struct weft_buf *json;
	int code;
	size_t in_fields; /* levels below a member named fields */
};

static void
put(struct writer *writer, const char *text)
{
	if (!writer->code)
		writer->code =
		    weft_buf_append_slice(writer->json, weft_slice(text));
}

static void
put_string(struct writer *writer, struct weft_slice text)
{
	if (!writer->code)
		writer->code = weft__json_write_string(text, writer->json);
}

static bool
is_boolean(struct weft_slice text)
{
	return weft_slice_equal(text, weft_slice("true")) ||
	       weft_slice_equal(text, weft_slice("false"));
}

static void
put_text(struct writer *writer, struct weft_slice text)
{
	if (!writer->in_fields || !is_boolean(text))
		put_string(writer, text);
	else if (!writer->code)
		writer->code = weft_buf_append_slice(writer->json, text);
}

static void put_node(
    struct writer *writer, const struct weft__rest_node *node);

/* The element with the least number above 'after'; those without one come
 * last, each once. */
static const struct weft__rest_node *
next_numbered(const struct weft__rest_node *node, long after)
{
	const struct weft__rest_node *child, *best = NULL;

	for (child = node->first; child; child = child->next)
		if (key_index(child->key) > after &&
		    (!best || key_index(child->key) < key_index(best->key)))
			best = child;
	return best;
}

static void
put_array(struct writer *writer, const struct weft__rest_node *node)
{
	const struct weft__rest_node *child;
	const char *separator = "[";

	for (child = next_numbered(node, -1); child;
	     child = next_numbered(node, key_index(child->key))) {
		put(writer, separator);
		put_node(writer, child);
		separator = ",";
	}
	for (child = node->first; child; child = child->next) {
		if (child->key.size)
			continue;
		put(writer, separator);
		put_node(writer, child);
		separator = ",";
	}
	put(writer, "]");
}

static void
put_object(struct writer *writer, const struct weft__rest_node *node)
{
	const struct weft__rest_node *child;
	const char *separator = "{";

	for (child = node->first; child; child = child->next) {
		bool is_fields =
		    weft_slice_equal(child->key, weft_slice("fields"));

		put(writer, separator);
		put_string(writer, child->key);
		put(writer, ":");
		writer->in_fields += is_fields;
		put_node(writer, child);
		writer->in_fields -= is_fields;
		separator = ",";
	}
	put(writer, "}");
}

/* Recursion: at most WEFT_LIMIT_QUERY_DEPTH. */
static void
put_node(struct writer *writer, const struct weft__rest_node *node)
{
	if (!node->first)
		put_text(writer, node->text);
	else if (is_array(node))
		put_array(writer, node);
	else
		put_object(writer, node);
}

int
weft__rest_node_write(
    const struct weft__rest_node *node, struct weft_buf *json)
{
	struct writer writer = {.json = json};

	put_node(&writer, node);
	return writer.code;
}

int
weft__rest_query_write(
    const struct weft__rest_query *query, struct weft_buf *json)
{
	struct writer writer = {.json = json};

	if (query->root->first)
		put_object(&writer, query->root);
	else
		put(&writer, "{}");
	return writer.code;
}
