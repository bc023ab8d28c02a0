#include "transports/net/admission.h"

#include <pthread.h>

#include "core/base/alloc.h"
#include "core/base/map.h"

/*
 * The counts of addresses are the map's values themselves, as pointers: an
 * address that has none is not in the map.
 */
struct weft__admission {
	pthread_mutex_t lock;
	struct weft__map addresses;
	size_t count;
	size_t most;
	size_t most_of_address;
};

struct weft__admission *
weft__admission_create(size_t most, size_t most_of_address)
{
	struct weft__admission *admission =
	    weft__calloc(1, sizeof *admission);

	if (!admission)
		return NULL;
	pthread_mutex_init(&admission->lock, NULL);
	admission->most = most;
	admission->most_of_address = most_of_address;
	return admission;
}

void
weft__admission_limit(struct weft__admission *admission, size_t most,
    size_t most_of_address)
{
	pthread_mutex_lock(&admission->lock);
	admission->most = most;
	admission->most_of_address = most_of_address;
	pthread_mutex_unlock(&admission->lock);
}

void
weft__admission_destroy(struct weft__admission *admission)
{
	if (!admission)
		return;
	weft__map_fini(&admission->addresses, NULL);
	pthread_mutex_destroy(&admission->lock);
	weft__free(admission);
}

static struct weft_slice
key_of(const struct weft__address *address)
{
	return weft_slice_of((const char *)address->key, WEFT__ADDRESS_KEY);
}

static enum weft__admission_answer
enter(struct weft__admission *admission, struct weft_slice key)
{
	uintptr_t count;

	if (admission->count >= admission->most)
		return WEFT__REFUSED_TOTAL;
	count = (uintptr_t)weft__map_find(&admission->addresses, key);
	if (count >= admission->most_of_address)
		return WEFT__REFUSED_ADDRESS;
	if (weft__map_put(&admission->addresses, key, (void *)(count + 1)))
		return WEFT__REFUSED_MEMORY;
	admission->count++;
	return WEFT__ADMITTED;
}

enum weft__admission_answer
weft__admission_enter(
    struct weft__admission *admission, const struct weft__address *address)
{
	enum weft__admission_answer answer;

	pthread_mutex_lock(&admission->lock);
	answer = enter(admission, key_of(address));
	pthread_mutex_unlock(&admission->lock);
	return answer;
}

void
weft__admission_leave(
    struct weft__admission *admission, const struct weft__address *address)
{
	struct weft_slice key = key_of(address);
	uintptr_t count;

	pthread_mutex_lock(&admission->lock);
	count = (uintptr_t)weft__map_find(&admission->addresses, key);
	/* Replacing a value allocates nothing: it cannot fail. */
	if (count <= 1 ||
	    weft__map_put(&admission->addresses, key, (void *)(count - 1)))
		weft__map_remove(&admission->addresses, key);
	admission->count--;
	pthread_mutex_unlock(&admission->lock);
}

size_t
weft__admission_count(struct weft__admission *admission)
{
	size_t count;

	pthread_mutex_lock(&admission->lock);
	count = admission->count;
	pthread_mutex_unlock(&admission->lock);
	return count;
}
