#include "tools/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t arrived;

static void
notice(int number)
{
	arrived = number;
}

void
interrupt_watch(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = notice};

	sigemptyset(&action.sa_mask);
	action.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
}

int
interrupt_signal(void)
{
	return arrived;
}

int
interrupt_check(struct weft_error *error)
{
	if (!arrived)
		return 0;
	return weft_error_set(error, WEFT_ECANCELED,
	    "stopped by signal %d", (int)arrived);
}
