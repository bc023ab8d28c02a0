#include "transports/net/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"

static uint64_t
system_now_us(void *context)
{
	struct evutil_monotonic_timer *timer = context;
	struct timeval now;

	evutil_gettime_monotonic(timer, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec;
}

uint64_t
weft__loop_now_us(const struct weft__loop *loop)
{
	return loop->ticks.now_us(loop->ticks.context);
}

uint64_t
weft__loop_now_ms(const struct weft__loop *loop)
{
	return weft__loop_now_us(loop) / 1000;
}

/* Runs the tasks that are there, oldest first. */
static void
run_inbox(struct weft__loop *loop)
{
	struct weft__task *task = atomic_exchange(&loop->inbox, NULL);
	struct weft__task *oldest = NULL, *next;

	for (; task; task = next) {
		next = task->next;
		task->next = oldest;
		oldest = task;
	}
	for (task = oldest; task; task = next) {
		next = task->next;
		task->run(task);
	}
}

static void
on_inbox(evutil_socket_t fd, short what, void *context)
{
	uint64_t count;

	/* Before the inbox is emptied: a later post writes again. */
	while (read(fd, &count, sizeof count) < 0 && errno == EINTR)
		;
	run_inbox(context);
}

/* Runs what was deferred until now; what that defers has the next turn. */
static void
on_soon(evutil_socket_t fd, short what, void *context)
{
	struct weft__loop *loop = context;
	struct weft__task *task = loop->soon, *next;

	loop->soon = NULL;
	loop->soon_last = &loop->soon;
	for (; task; task = next) {
		next = task->next;
		task->run(task);
	}
}

void
weft__loop_defer(struct weft__loop *loop, struct weft__task *task)
{
	task->next = NULL;
	*loop->soon_last = task;
	loop->soon_last = &task->next;
	event_active(loop->soon_event, 0, 0);
}

static void
start_ticking(struct weft__loop *loop)
{
	static const struct timeval tick = {0, WEFT__TIMER_TICK_MS * 1000};

	if (!loop->is_ticking && evtimer_add(loop->tick_event, &tick) == 0)
		loop->is_ticking = true;
}

static void
on_tick(evutil_socket_t fd, short what, void *context)
{
	struct weft__loop *loop = context;

	loop->is_ticking = false;
	weft__wheel_advance(&loop->wheel, weft__loop_now_ms(loop));
	if (loop->wheel.count)
		start_ticking(loop);
}

/* The part of creating a loop that deals with libevent. */
static int
create_events(struct weft__loop *loop, struct weft_error *error)
{
	struct event_config *config = event_config_new();

	if (!config)
		return weft_error_set(error, WEFT_ENOMEM, "event loop");
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (!loop->base)
		return weft_error_set(error, WEFT_EIO, "event loop");
	loop->inbox_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->inbox_fd < 0)
		return weft_error_set(error, WEFT_EIO, "eventfd: error %d",
		    errno);
	loop->inbox_event = event_new(loop->base, loop->inbox_fd,
	    EV_READ | EV_PERSIST, on_inbox, loop);
	loop->tick_event = evtimer_new(loop->base, on_tick, loop);
	loop->soon_event = event_new(loop->base, -1, 0, on_soon, loop);
	if (!loop->inbox_event || !loop->tick_event || !loop->soon_event ||
	    event_add(loop->inbox_event, NULL) != 0)
		return weft_error_set(error, WEFT_ENOMEM, "event loop");
	return 0;
}

static int
create_ticks(struct weft__loop *loop, const struct weft__ticks *ticks)
{
	struct evutil_monotonic_timer *timer;

	if (ticks) {
		loop->ticks = *ticks;
		return 0;
	}
	timer = evutil_monotonic_timer_new();
	/* Precise: most requests take less than the coarse clock's 4 ms. */
	if (!timer ||
	    evutil_configure_monotonic_time(timer, EV_MONOT_PRECISE) != 0)
		return WEFT_ENOMEM;
	loop->ticks = (struct weft__ticks){system_now_us, timer};
	return 0;
}

int
weft__loop_create(const struct weft__ticks *ticks,
    const struct weft_clock *clock, struct weft__loop **loop_out,
    struct weft_error *error)
{
	struct weft__loop *loop = weft__calloc(1, sizeof *loop);
	int code = 0;

	*loop_out = NULL;
	if (!loop)
		return weft_error_set(error, WEFT_ENOMEM, "event loop");
	loop->inbox_fd = -1;
	loop->soon_last = &loop->soon;
	loop->clock = clock ? clock : &weft__clock_system;
	loop->buffer = weft__malloc(WEFT__LOOP_BUFFER_SIZE);
	if (!loop->buffer || create_ticks(loop, ticks) != 0)
		code = weft_error_set(error, WEFT_ENOMEM, "event loop");
	if (!code)
		code = create_events(loop, error);
	if (code) {
		weft__loop_destroy(loop);
		return code;
	}
	weft__wheel_init(&loop->wheel, weft__loop_now_ms(loop));
	*loop_out = loop;
	return 0;
}

void
weft__loop_destroy(struct weft__loop *loop)
{
	if (!loop)
		return;
	if (loop->base) {
		run_inbox(loop);
		on_soon(-1, 0, loop);
	}
	if (loop->soon_event)
		event_free(loop->soon_event);
	if (loop->inbox_event)
		event_free(loop->inbox_event);
	if (loop->tick_event)
		event_free(loop->tick_event);
	if (loop->base)
		event_base_free(loop->base);
	if (loop->inbox_fd >= 0)
		close(loop->inbox_fd);
	if (loop->ticks.now_us == system_now_us)
		evutil_monotonic_timer_free(loop->ticks.context);
	weft__free(loop->buffer);
	weft__free(loop);
}

static void
block_sigpipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
weft__loop_run(struct weft__loop *loop)
{
	block_sigpipe();
	while (!atomic_load(&loop->stopping))
		if (event_base_loop(loop->base, EVLOOP_ONCE) != 0)
			break;
}

void
weft__loop_step(struct weft__loop *loop)
{
	block_sigpipe();
	event_base_loop(loop->base, EVLOOP_ONCE);
}

static void
wake(struct weft__loop *loop)
{
	const uint64_t one = 1;

	while (write(loop->inbox_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

void
weft__loop_stop(struct weft__loop *loop)
{
	atomic_store(&loop->stopping, true);
	wake(loop);
}

void
weft__loop_post(struct weft__loop *loop, struct weft__task *task)
{
	struct weft__task *newest = atomic_load(&loop->inbox);

	do
		task->next = newest;
	while (!atomic_compare_exchange_weak(&loop->inbox, &newest, task));
	if (!newest)
		wake(loop);
}

void
weft__loop_set_timer(struct weft__loop *loop, struct weft__timer *timer,
    uint64_t after_ms)
{
	weft__timer_set(
	    &loop->wheel, timer, weft__loop_now_ms(loop) + after_ms);
	start_ticking(loop);
}

void
weft__loop_clear_timer(struct weft__loop *loop, struct weft__timer *timer)
{
	weft__timer_clear(&loop->wheel, timer);
}
