/*
 * cpu-of PID: prints the nanoseconds of CPU time that a process has had, those
 * of its threads that have ended among them, which /proc does not tell.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int
main(int count, char **arguments)
{
	struct timespec time;
	clockid_t clock;

	if (count != 2 ||
	    clock_getcpuclockid((pid_t)strtol(arguments[1], NULL, 10), &clock) ||
	    clock_gettime(clock, &time))
		return 1;
	printf("%" PRIu64 "\n",
	    (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec);
	return 0;
}
