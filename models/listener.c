#include "models/listener.h"

void
weft__listeners_init(struct weft__listeners *listeners)
{
	pthread_mutex_init(&listeners->mutex, NULL);
	listeners->first = NULL;
}

void
weft__listeners_fini(struct weft__listeners *listeners)
{
	pthread_mutex_destroy(&listeners->mutex);
}

void
weft__listeners_add(
    struct weft__listeners *listeners, struct weft__listener *listener)
{
	pthread_mutex_lock(&listeners->mutex);
	listener->next = listeners->first;
	listener->link = &listeners->first;
	if (listener->next)
		listener->next->link = &listener->next;
	listeners->first = listener;
	pthread_mutex_unlock(&listeners->mutex);
}

void
weft__listeners_remove(
    struct weft__listeners *listeners, struct weft__listener *listener)
{
	pthread_mutex_lock(&listeners->mutex);
	*listener->link = listener->next;
	if (listener->next)
		listener->next->link = listener->link;
	pthread_mutex_unlock(&listeners->mutex);
}

void
weft__listeners_tell(struct weft__listeners *listeners, uint64_t seq)
{
	struct weft__listener *listener;

	pthread_mutex_lock(&listeners->mutex);
	for (listener = listeners->first; listener; listener = listener->next)
		listener->written(listener, seq);
	pthread_mutex_unlock(&listeners->mutex);
}
