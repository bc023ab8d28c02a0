#include "transports/net/timer.h"

void
weft__wheel_init(struct weft__wheel *wheel, uint64_t now_ms)
{
	*wheel = (struct weft__wheel){.tick = now_ms / WEFT__TIMER_TICK_MS};
}

/* Puts the timer into the slot of the first tick at which it is due. */
static void
put(struct weft__wheel *wheel, struct weft__timer *timer)
{
	uint64_t tick = timer->deadline_ms / WEFT__TIMER_TICK_MS + 1;
	struct weft__timer **slot;

	if (tick < wheel->tick)
		tick = wheel->tick;
	slot = &wheel->slots[tick % WEFT__TIMER_SLOTS];
	timer->next = *slot;
	if (timer->next)
		timer->next->link = &timer->next;
	timer->link = slot;
	*slot = timer;
}

static void
take(struct weft__timer *timer)
{
	*timer->link = timer->next;
	if (timer->next)
		timer->next->link = timer->link;
	timer->link = NULL;
}

void
weft__timer_set(struct weft__wheel *wheel, struct weft__timer *timer,
    uint64_t deadline_ms)
{
	if (timer->link)
		take(timer);
	else
		wheel->count++;
	timer->deadline_ms = deadline_ms;
	put(wheel, timer);
}

void
weft__timer_clear(struct weft__wheel *wheel, struct weft__timer *timer)
{
	if (!timer->link)
		return;
	take(timer);
	wheel->count--;
}

/*
 * Looks at the timers of one slot.  They are moved to a list first: those
 * that fire may set others, into this slot too.
 */
static void
look_at(struct weft__wheel *wheel, struct weft__timer **slot, uint64_t now_ms)
{
	struct weft__timer *due = *slot, *timer;

	*slot = NULL;
	if (due)
		due->link = &due;
	while (due) {
		timer = due;
		take(timer);
		if (timer->deadline_ms > now_ms) {
			put(wheel, timer);
			continue;
		}
		wheel->count--;
		timer->fire(timer);
	}
}

void
weft__wheel_advance(struct weft__wheel *wheel, uint64_t now_ms)
{
	uint64_t last = now_ms / WEFT__TIMER_TICK_MS;
	uint64_t tick = wheel->tick;

	if (last < tick)
		return;
	/* After a long pause one turn sees every timer. */
	if (last - tick >= WEFT__TIMER_SLOTS)
		tick = last - WEFT__TIMER_SLOTS + 1;
	wheel->tick = last + 1;
	for (; tick <= last; tick++)
		look_at(wheel, &wheel->slots[tick % WEFT__TIMER_SLOTS], now_ms);
}
