/*
 * Looks whether others have changed tokens, roles or rules: the database tells
 * that they have written, not what.
 */
#include "models/access/access_private.h"
#include "models/datasource.h"
#include "models/model.h"

/* Whether there may be something new, as where that cannot be told. */
static bool
has_news(struct weft__access_look *look)
{
	uint64_t before = look->others;

	return weft__datasource_others(
		   look->datasource, &look->others, NULL) ||
	    look->others != before;
}

static void
add(struct weft__access *access, const struct weft_model *model)
{
	struct weft__access_look *look = &access->looks[access->looks_length];

	for (size_t i = 0; model && i < access->looks_length; i++)
		if (access->looks[i].datasource == model->datasource)
			return;
	if (!model)
		return;
	look->datasource = model->datasource;
	(void)has_news(look); /* nothing is cached yet */
	access->looks_length++;
}

void
weft__access_look_begin(struct weft__access *access)
{
	add(access, access->tokens);
	add(access, access->roles);
	add(access, access->mappings);
	add(access, access->acls);
}

void
weft__access_look(struct weft__access *access)
{
	/* First: a transaction whose hook comes later is waited for, or left to
	 * the next look. */
	bool is_due = atomic_exchange(&access->is_unsettled, false);

	for (size_t i = 0; i < access->looks_length; i++)
		is_due = has_news(&access->looks[i]) || is_due;
	if (is_due)
		weft__access_renew(access);
}
