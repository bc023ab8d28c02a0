/*
 * Replays what a LoopBack client and server said to each other, with our
 * server in the place of LoopBack's (tests/data/loopback-wire.txt).  Answers
 * must be the same bytes, but for lists whose order LoopBack does not
 * promise, and for the differences that are listed here.
 */
#include "tests/lib/test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/rest.h"

#define TASK_MODEL \
	"{\"name\":\"Todo\",\"trackChanges\":true,\"strict\":true," \
	"\"persistUndefinedAsNull\":true,\"properties\":{" \
	"\"id\":{\"type\":\"string\",\"id\":true,\"defaultFn\":\"guid\"}," \
	"\"title\":\"string\"," \
	"\"completed\":{\"type\":\"boolean\",\"default\":false}," \
	"\"created\":\"date\",\"owner\":\"string\"}}"
#define ITEM_MODEL \
	"{\"name\":\"Item\",\"properties\":{\"id\":{\"type\":\"string\"," \
	"\"id\":true},\"name\":{\"type\":\"string\",\"required\":true}," \
	"\"n\":\"number\",\"when\":\"date\",\"data\":\"object\"," \
	"\"tags\":[\"string\"]}}"

enum difference {
	DIFFERENT_BODY, /* the status is the same */
	DIFFERENT,      /* the whole answer */
	LATER           /* not replayed here */
};

static const struct {
	const char *title;
	enum difference difference;
	const char *why;
} differences[] = {
    {"checkpoint", DIFFERENT_BODY, "time"},
    {"createUpdates", DIFFERENT_BODY, "canonical data"},
    {"createUpdates missing data", DIFFERENT, "left out (defect F)"},
    {"RAW bad JSON body", DIFFERENT_BODY, "words of Node's parser"},
    {"RAW bulk-update no updates", DIFFERENT, "400, not 500"},
    {"RAW bulk-update array body", DIFFERENT, "400, not 500"},
};

/*
 * What is said otherwise: an id that LoopBack made; null where LoopBack's
 * PATCH removes what it does not name (defect H); and a whole record where a
 * peer sent a part, of which we keep both, what was sent and what it became.
 */
static const struct {
	const char *title;
	const char *body;
} changed_requests[] = {
    {"create without id",
	"{\"title\":\"auto\",\"id\":\"8e6975a0-e54b-11f1-81f1-ebf503d18c03\"}"},
    {"upsert existing (patchOrCreate)",
	"{\"id\":\"t1\",\"title\":\"ONE\",\"completed\":null}"},
    {"bulkUpdate conflict",
	"{\"updates\":[{\"type\":\"update\",\"change\":{\"rev\":\"x\","
	"\"prev\":\"y\",\"modelName\":\"LocalTodo\",\"modelId\":\"t1\"},"
	"\"data\":{\"id\":\"t1\",\"title\":\"bulk\"}},{\"type\":\"create\","
	"\"change\":{\"rev\":\"x\",\"modelName\":\"LocalTodo\",\"modelId\":"
	"\"t9\"},\"data\":{\"id\":\"t9\",\"title\":\"nine\",\"completed\":"
	"false,\"created\":null,\"owner\":null}},{\"type\":\"delete\","
	"\"change\":{\"rev\":null,\"prev\":\"zz\",\"modelName\":"
	"\"LocalTodo\",\"modelId\":\"t2\"}}]}"},
    {"upsertWithWhere", "{\"completed\":false,\"title\":null}"},
};

struct counts {
	int same;      /* the same bytes */
	int equal;     /* the same values, in another order */
	int different; /* as listed */
};

static char *
read_file(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	char *text = calloc(1, 1 << 17);
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", top ? top : ".", name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 17) - 1, file) > 0);
	fclose(file);
	return text;
}

static int
difference_of(const char *title)
{
	for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
		if (!strcmp(differences[i].title, title))
			return (int)differences[i].difference;
	return -1;
}

static const char *
body_of(const char *title, const char *body)
{
	for (size_t i = 0;
	     i < sizeof changed_requests / sizeof *changed_requests; i++)
		if (!strcmp(changed_requests[i].title, title))
			return changed_requests[i].body;
	return body;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A text of the value in which the order of lists does not count, nor when a
 * checkpoint was made. */
static char *
normal_text(const json_t *value)
{
	char *parts[1000], *text = calloc(1, 1 << 17);
	size_t length = 0, i;
	const char *key;
	json_t *element;

	if (!json_is_array(value) && !json_is_object(value)) {
		char *dump = json_dumps(value, JSON_ENCODE_ANY);

		snprintf(text, 1 << 17, "%s", dump);
		free(dump);
		return text;
	}
	if (json_is_array(value))
		json_array_foreach (value, i, element)
			parts[length++] = normal_text(element);
	else
		json_object_foreach ((json_t *)value, key, element) {
			char *part = normal_text(element);

			parts[length] = calloc(1, 1 << 17);
			if (strcmp(key, "time") != 0 &&
			    strcmp(key, "checkpoint") != 0)
				snprintf(parts[length], 1 << 17, "%s:%s", key,
				    part);
			length++;
			free(part);
		}
	qsort(parts, length, sizeof *parts, compare_texts);
	for (i = 0; i < length; i++) {
		snprintf(text + strlen(text), (1 << 17) - strlen(text), "%s,",
		    parts[i]);
		free(parts[i]);
	}
	return text;
}

static bool
is_equal(const char *a, const char *b)
{
	json_t *left = json_loads(a, JSON_DECODE_ANY, NULL);
	json_t *right = json_loads(b, JSON_DECODE_ANY, NULL);
	bool equal = left && right;

	if (equal) {
		char *x = normal_text(left), *y = normal_text(right);

		equal = !strcmp(x, y);
		free(x);
		free(y);
	}
	json_decref(left);
	json_decref(right);
	return equal;
}

static void
judge(struct rest *rest, const char *title, const char *request, int status,
    const char *expected, int found, struct counts *counts)
{
	int difference = difference_of(title);

	if (difference >= 0) {
		counts->different++;
		if (difference == DIFFERENT_BODY)
			assert_int_equal(found, status);
		return;
	}
	if (found == status && !strcmp(rest->body, expected)) {
		counts->same++;
		return;
	}
	if (found == status && is_equal(rest->body, expected)) {
		counts->equal++;
		return;
	}
	fail_msg("%s: %s\nexpected %d %s\ngot      %d %s", title, request,
	    status, expected, found, rest->body);
}

/* Takes the rest of a line, which begins with 'mark'; NULL if it does not. */
static char *
take(char *line, const char *mark)
{
	size_t size = strlen(mark);

	return strncmp(line, mark, size) ? NULL : line + size;
}

/* One section of the file: a title and its exchanges. */
static void
replay(struct rest *rest, char *section, struct counts *counts)
{
	char *save = NULL, *title = strtok_r(section, "\n", &save);
	char *line, *request = NULL, *body = NULL;
	int status = 0, found = 0;

	if (!strncmp(title, "AUTH", 4))
		return;
	while ((line = strtok_r(NULL, "\n", &save))) {
		char *text;

		if (take(line, "    >   ")) {
			continue; /* headers, and the path decoded */
		} else if ((text = take(line, "    > "))) {
			if (!request)
				request = text;
			else
				body = text;
		} else if ((text = take(line, "    < ")) && request) {
			char *next = save;

			status = (int)strtol(text, NULL, 10);
			found = rest_ask(rest, request, body_of(title, body));
			text = take(next, "    < ");
			if (text)
				line = strtok_r(NULL, "\n", &save);
			judge(rest, title, request, status, text ? text : "",
			    found, counts);
			request = body = NULL;
		}
	}
}

static void
rest__answers_as_loopback_did(void **state)
{
	char *text = read_file("tests/data/loopback-wire.txt");
	char *section = strstr(text, "\n## ");
	struct counts counts = {0};
	struct rest rest;

	rest_open(&rest, FIXTURE_MEMORY);
	fixture_reopen_empty(&rest.fixture, FIXTURE_MEMORY);
	rest_define(&rest, TASK_MODEL);
	rest_define(&rest, ITEM_MODEL);
	rest_start(&rest);
	while (section) {
		char *next;

		section += 4;
		next = strstr(section, "\n## ");
		if (next)
			*next = '\0';
		replay(&rest, section, &counts);
		section = next;
	}
	print_message("# %d the same, %d in another order, %d different\n",
	    counts.same, counts.equal, counts.different);
	rest_close(&rest);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rest__answers_as_loopback_did),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
