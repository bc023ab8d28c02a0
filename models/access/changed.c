/*
 * Users who are being saved with another email or password: noted before the
 * write, so that their tokens end after it.  One whose write fails stays
 * noted: then his tokens end with the next write of his record.
 */
#include "core/base/limits.h"
#include "models/access/access_private.h"

static int
write_key(const struct weft__access_model *entry, struct weft_slice id,
    struct weft_buf *key)
{
	return weft_buf_printf(key, "%s/%.*s", weft_model_name(entry->model),
	    (int)id.size, id.data);
}

int
weft__changed_users_add(
    struct weft__access_model *entry, struct weft_slice id)
{
	struct weft__access *access = entry->access;
	struct weft_buf key = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = write_key(entry, id, &key);

	pthread_mutex_lock(&access->mutex);
	if (!code && weft__map_count(&access->changed_users) >=
			 WEFT_LIMIT_PRINCIPALS)
		code = WEFT_ELIMIT;
	if (!code)
		code = weft__map_put(
		    &access->changed_users, weft_buf_slice(&key), access);
	pthread_mutex_unlock(&access->mutex);
	weft_buf_fini(&key);
	return code;
}

bool
weft__changed_users_remove(
    struct weft__access_model *entry, struct weft_slice id)
{
	struct weft__access *access = entry->access;
	struct weft_buf key = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	/* Without memory to look for him he is taken for one of them. */
	bool was = true;

	if (!write_key(entry, id, &key)) {
		pthread_mutex_lock(&access->mutex);
		was = weft__map_remove(
		    &access->changed_users, weft_buf_slice(&key));
		pthread_mutex_unlock(&access->mutex);
	}
	weft_buf_fini(&key);
	return was;
}
