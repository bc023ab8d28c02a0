#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "tools/output.h"

#define REDRAW_MS 100 /* often enough to look alive */
#define BAR_WIDTH 24

static uint64_t
monotonic_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		return 0;
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
progress_begin(struct progress *progress, const struct command_line *line,
    const char *unit)
{
	*progress = (struct progress){.unit = unit};
	progress->shown = !line->quiet && isatty(STDERR_FILENO);
	progress->begin_ms = monotonic_ms();
}

static void
draw_bar(uint64_t part, uint64_t whole)
{
	double share = (double)part / (double)whole;
	int full = (int)(share * BAR_WIDTH);

	fputs(" [", stderr);
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < full ? '#' : ' ', stderr);
	fprintf(stderr, "] %3d%%", (int)(share * 100));
}

static void
draw(struct progress *progress, uint64_t count, uint64_t part, uint64_t whole)
{
	double elapsed_s =
	    (double)(progress->drawn_ms - progress->begin_ms) / 1000;
	double left_s;

	fprintf(stderr, "\r\033[K%" PRIu64 " %s", count, progress->unit);
	if (whole)
		draw_bar(part < whole ? part : whole, whole);
	if (elapsed_s > 0)
		fprintf(stderr, "  %.0f/s", (double)count / elapsed_s);
	if (whole && part && part < whole) {
		left_s = elapsed_s * (double)(whole - part) / (double)part;
		fprintf(stderr, "  %d:%02d left", (int)left_s / 60,
		    (int)left_s % 60);
	}
	fflush(stderr);
	progress->drawn = true;
}

void
progress_update(struct progress *progress, uint64_t count, uint64_t part,
    uint64_t whole)
{
	uint64_t now_ms;

	if (!progress->shown)
		return;
	now_ms = monotonic_ms();
	if (now_ms < progress->drawn_ms + REDRAW_MS)
		return;
	progress->drawn_ms = now_ms;
	draw(progress, count, part, whole);
}

void
progress_stage(
    struct progress *progress, const char *doing, const char *what)
{
	if (!progress->shown)
		return;
	fprintf(stderr, "\r\033[K%s %s ...", doing, what);
	fflush(stderr);
	progress->drawn = true;
}

void
progress_end(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}
