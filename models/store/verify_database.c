/*
 * Verifying the database's file: what the database itself finds in it,
 * whatever the records are.
 */
#include <weft/verify.h>

#include <stdio.h>

#include "models/datasource.h"

struct check {
	const struct weft_datasource *datasource;
	weft_problem_fn *each;
	void *context;
	uint64_t count;
};

static int
hand_on(struct weft_slice finding, void *context)
{
	struct check *check = context;
	char text[1200];
	struct weft_problem problem = {
	    .kind = WEFT_PROBLEM_DATABASE, .text = text};

	check->count++;
	snprintf(text, sizeof text, "database: %s: %.*s",
	    check->datasource->path, (int)finding.size, finding.data);
	return check->each(&problem, check->context);
}

int
weft_database_verify(struct weft_datasource *datasource,
    weft_problem_fn *each, void *context, uint64_t *count,
    struct weft_error *error)
{
	struct weft_connector *connector = datasource->connector;
	struct check check = {datasource, each, context, 0};
	int code = 0;

	if (connector && connector->ops->check)
		code = connector->ops->check(
		    connector, hand_on, &check, error);
	if (count)
		*count = check.count;
	return code;
}

int
weft_database_repair(struct weft_datasource *datasource, bool *mended,
    struct weft_error *error)
{
	struct weft_connector *connector = datasource->connector;

	*mended = false;
	if (datasource->read_only)
		return weft_error_set(error, WEFT_EREADONLY,
		    "datasource %s is open for reading only",
		    datasource->name);
	if (!connector || !connector->ops->mend)
		return 0;
	return connector->ops->mend(connector, mended, error);
}
