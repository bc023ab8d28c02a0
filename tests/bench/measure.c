#define _GNU_SOURCE /* MAP_ANONYMOUS */

#include "tests/bench/measure.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t
bench_cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t
bench_wall_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* Anonymous memory of this process now, in KB. */
static uint64_t
anonymous_kb(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];
	unsigned long kb = 0;

	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "RssAnon: %lu", &kb) == 1)
			break;
	if (file)
		fclose(file);
	return kb;
}

/* Every 2 ms. */
static void *
watch(void *context)
{
	struct bench_watcher *watcher = context;

	while (!atomic_load(&watcher->stop)) {
		uint64_t now = anonymous_kb();

		if (now > watcher->peak_kb)
			watcher->peak_kb = now;
		usleep(2000);
	}
	return NULL;
}

void
bench_watcher_start(struct bench_watcher *watcher)
{
	watcher->peak_kb = 0;
	atomic_init(&watcher->stop, false);
	pthread_create(&watcher->thread, NULL, watch, watcher);
}

void
bench_watcher_stop(struct bench_watcher *watcher)
{
	atomic_store(&watcher->stop, true);
	pthread_join(watcher->thread, NULL);
}

int
bench_in_child(int (*work)(const void *context, void *result),
    const void *context, void *result, size_t size)
{
	size_t room = size ? size : 1;
	void *shared = mmap(NULL, room, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 1;
	pid_t child;

	if (shared == MAP_FAILED)
		return 1;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		int code = work(context, shared);

		fflush(stdout);
		_exit(code ? 1 : 0);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	if (size)
		memcpy(result, shared, size);
	munmap(shared, room);
	return status ? 1 : 0;
}

const char *
bench_time(double ns)
{
	static const struct {
		double size;
		const char *name;
	} units[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
	static char texts[4][32];
	static unsigned next;
	char *text = texts[next++ % 4];
	unsigned unit = 0;

	while (unit < 3 && ns >= 1000 * units[unit].size)
		unit++;
	ns /= units[unit].size;
	snprintf(text, sizeof texts[0], "%.*f %s",
	    ns < 10 ? 2 : ns < 100 ? 1 : 0, ns, units[unit].name);
	return text;
}
