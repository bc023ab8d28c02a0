#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/access/access_private.h"
#include "models/definition/config.h"
#include "models/value/date.h"

struct weft__principal *
weft__principal_keep(struct weft__principal *principal)
{
	if (principal)
		atomic_fetch_add(&principal->owners, 1);
	return principal;
}

void
weft__principal_release(struct weft__principal *principal)
{
	if (!principal || atomic_fetch_sub(&principal->owners, 1) > 1)
		return;
	weft__arena_fini(&principal->arena);
	weft__free(principal);
}

struct weft_slice
weft__principal_user_id(const struct weft__principal *principal)
{
	return principal ? principal->user_id_token : weft_slice(NULL);
}

struct weft_slice
weft__principal_token(const struct weft__principal *principal)
{
	return principal ? principal->token : weft_slice(NULL);
}

uint64_t
weft__principal_expires_ms(const struct weft__principal *principal)
{
	return principal ? principal->expires_ms : UINT64_MAX;
}

/*
 * The cache: one place for each hash of a token; the last one put there stays.
 */

static struct weft__principal_place *
place_of(struct weft__access *access, struct weft_slice token)
{
	return &access->principals[weft__hash_seeded(token.data, token.size) %
				   WEFT_LIMIT_PRINCIPALS];
}

/*
 * The cached principal of the token, kept for the caller; NULL: none that
 * would be read like this again.  '*forgotten' is for put_cached().
 */
static struct weft__principal *
find_cached(struct weft__access *access, struct weft_slice token,
    uint64_t *forgotten)
{
	struct weft__principal *found = NULL;
	struct weft__principal_place *place;

	pthread_mutex_lock(&access->mutex);
	place = place_of(access, token);
	*forgotten = place->forgotten;
	if (place->principal &&
	    weft_slice_equal(place->principal->token, token) &&
	    weft__access_is_fresh(access, place->principal->generation,
		place->principal->read_ms))
		found = weft__principal_keep(place->principal);
	pthread_mutex_unlock(&access->mutex);
	return found;
}

/* Keeps a principal, unless what it was read from may have changed since. */
static void
put_cached(struct weft__access *access, struct weft__principal *principal,
    uint64_t forgotten)
{
	struct weft__principal *old = NULL;
	struct weft__principal_place *place;

	pthread_mutex_lock(&access->mutex);
	place = place_of(access, principal->token);
	if (place->forgotten == forgotten) {
		old = place->principal;
		place->principal = weft__principal_keep(principal);
	}
	pthread_mutex_unlock(&access->mutex);
	weft__principal_release(old);
}

void
weft__principal_forget(struct weft__access *access, struct weft_slice token)
{
	struct weft__principal *old;
	struct weft__principal_place *place;

	pthread_mutex_lock(&access->mutex);
	place = place_of(access, token);
	old = place->principal;
	place->principal = NULL;
	place->forgotten++;
	pthread_mutex_unlock(&access->mutex);
	/* Also if another one had its place: somebody may go by the token. */
	atomic_fetch_add(&access->version, 1);
	weft__principal_release(old);
}

/*
 * Reading a token.
 */

/* When the token ends; 0: it is not valid, whatever the time. */
static uint64_t
read_end(const struct weft__access *access,
    const struct weft__access_model *user, const json_t *token)
{
	const json_t *ttl = json_object_get(token, "ttl");
	struct weft_slice created = weft__lookup_text(token, "created");
	double seconds = json_number_value(ttl);
	int64_t from_ms;

	if (!created.data || !weft__date_parse(created, &from_ms) ||
	    from_ms < 0)
		return 0;
	if (seconds == -1)
		return user && user->user.allow_eternal_tokens ? UINT64_MAX
							       : 0;
	if (!(seconds > 0) || seconds > 1e11)
		return 0;
	return (uint64_t)from_ms + (uint64_t)(seconds * 1000);
}

/* The model of the token's user: the one that it names, else the first. */
static const struct weft__access_model *
find_user_model(const struct weft__access *access, struct weft_slice name)
{
	for (size_t i = 0; i < access->length; i++) {
		const struct weft__access_model *entry = &access->models[i];

		if (entry->is_user &&
		    (!name.data || weft_slice_equal(name,
		     weft_slice(weft_model_name(entry->model)))))
			return entry;
	}
	return NULL;
}

static int
copy(struct weft__principal *principal, struct weft_slice text,
    struct weft_slice *copied)
{
	return weft__arena_copy(&principal->arena, text, copied);
}

/* The user's id as JSON and as text. */
static int
read_user_id(struct weft__principal *principal, const json_t *id)
{
	struct weft_buf token = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	char text[WEFT__LOOKUP_ID_SIZE];
	int code;

	if (!weft__lookup_id_text(id, text))
		return 0;
	code = weft__config_write(id, &token);
	if (!code)
		code = copy(principal, weft_buf_slice(&token),
		    &principal->user_id_token);
	if (!code)
		code = copy(principal, weft_slice(text), &principal->user_id);
	weft_buf_fini(&token);
	return code;
}

static int
read_scopes(struct weft__principal *principal, const json_t *scopes)
{
	size_t size = json_array_size(scopes), i;
	const json_t *scope;

	if (!json_is_array(scopes))
		return 0;
	principal->scopes = weft__arena_alloc(
	    &principal->arena, (size + 1) * sizeof *principal->scopes);
	if (!principal->scopes)
		return WEFT_ENOMEM;
	json_array_foreach (scopes, i, scope)
		if (json_is_string(scope) &&
		    copy(principal, weft_slice(json_string_value(scope)),
			&principal->scopes[principal->scopes_length++]))
			return WEFT_ENOMEM;
	return 0;
}

static int
fill(struct weft__access *access, struct weft__principal *principal,
    const json_t *token, struct weft_error *error)
{
	struct weft_slice type = weft__lookup_text(token, "principalType");
	struct weft_slice id = weft__lookup_text(token, "id");
	const struct weft__access_model *user = find_user_model(access, type);

	if (copy(principal, id, &principal->token) ||
	    copy(principal, type.data ? type : weft_slice("USER"),
		&principal->type) ||
	    read_user_id(principal, json_object_get(token, "userId")) ||
	    read_scopes(principal, json_object_get(token, "scopes")))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	principal->expires_ms = read_end(access, user, token);
	return principal->user_id.data
		   ? weft__roles_read(access, principal, error)
		   : 0;
}

static int
make(struct weft__access *access, const json_t *token, uint64_t generation,
    struct weft__principal **principal, struct weft_error *error)
{
	struct weft__principal *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	atomic_init(&made->owners, 1);
	made->generation = generation;
	made->read_ms = weft__access_now_ms(access);
	code = fill(access, made, token, error);
	if (code)
		weft__principal_release(made);
	else
		*principal = made;
	return code;
}

/* Reads the token, which need not be there, and what depends on it. */
static int
read_token(struct weft__access *access, struct weft_slice token,
    struct weft__principal **principal, struct weft_error *error)
{
	uint64_t generation = atomic_load(&access->generation);
	json_t *record;
	int code = weft__lookup_id(access->tokens, token, &record, error);

	if (code || !record)
		return code;
	code = make(access, record, generation, principal, error);
	json_decref(record);
	return code;
}

/* A token that has ended is deleted, as LoopBack does. */
static int
refuse_ended(struct weft__access *access, struct weft__principal *principal,
    struct weft__refusal *refusal, struct weft_error *error)
{
	if (weft_record_delete_by_id(
		access->tokens, NULL, principal->token, NULL, NULL))
		weft__principal_forget(access, principal->token);
	weft__principal_release(principal);
	return weft__refuse(refusal, 401, "INVALID_TOKEN", error,
	    WEFT_EDENIED, "Invalid Access Token");
}

int
weft__access_authenticate(struct weft__access *access,
    struct weft_slice token, struct weft__principal **principal,
    struct weft__refusal *refusal, struct weft_error *error)
{
	struct weft__principal *found;
	uint64_t forgotten;
	int code;

	*principal = NULL;
	if (!token.data || !token.size || !access->tokens)
		return 0;
	found = find_cached(access, token, &forgotten);
	if (!found) {
		code = read_token(access, token, &found, error);
		if (code || !found)
			return code;
		put_cached(access, found, forgotten);
	}
	if (found->expires_ms <= weft__access_now_ms(access))
		return refuse_ended(access, found, refusal, error);
	if (found->user_id.data)
		*principal = found;
	else
		weft__principal_release(found); /* nobody's: of an app */
	return 0;
}
