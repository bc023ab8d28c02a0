/*
 * kill_after MICROSECONDS COMMAND...
 * Runs the command and kills it with SIGKILL after this time.  Exits with 0
 * if it was killed, or the command's status if that was earlier.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct timespec delay;
	long delay_us;
	pid_t child;
	int status;

	if (argc < 3)
		return 2;
	delay_us = strtol(argv[1], NULL, 10);
	delay.tv_sec = delay_us / 1000000;
	delay.tv_nsec = delay_us % 1000000 * 1000;
	child = fork();
	if (child < 0)
		return 2;
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	nanosleep(&delay, NULL);
	kill(child, SIGKILL);
	if (waitpid(child, &status, 0) != child)
		return 2;
	return WIFSIGNALED(status) ? 0 : WEXITSTATUS(status);
}
