/*
 * kill_after CALLS COMMAND...
 * Runs the command and kills it with SIGKILL once it has made so many calls
 * that write (counted by the system, in /proc/PID/io): a point of its work,
 * however fast the machine is.  Exits with 0 if the command was killed, or
 * with its status if it ended earlier.
 *
 * kill_after --count COMMAND...
 * Runs it to its end and prints how many there were.
 *
 * SIGTERM kills the command at once; with --count it ends it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t counts;

static void
end_child(int signal)
{
	kill(child, counts ? SIGTERM : SIGKILL);
}

/* Calls so far of a process that has not been waited for; 0: not known. */
static unsigned long
count_calls(pid_t process)
{
	char path[64], line[128];
	unsigned long count = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%ld/io", (long)process);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof line, file))
		if (!strncmp(line, "syscw: ", 7))
			count = strtoul(line + 7, NULL, 10);
	if (file)
		fclose(file);
	return count;
}

/* Whether the process has ended; it stays a zombie. */
static int
has_ended(pid_t process, int options)
{
	siginfo_t info = {.si_pid = 0};

	return waitid(P_PID, (id_t)process, &info,
	           WEXITED | WNOWAIT | options) ||
	    info.si_pid == process;
}

int
main(int argc, char **argv)
{
	const struct timespec pause = {0, 50000};
	unsigned long most;
	int status;

	if (argc < 3)
		return 2;
	counts = !strcmp(argv[1], "--count");
	most = counts ? 0 : strtoul(argv[1], NULL, 10);
	child = fork();
	if (child < 0)
		return 2;
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	signal(SIGTERM, end_child);
	if (counts) {
		while (!has_ended(child, 0))
			;
		fprintf(stderr, "%lu\n", count_calls(child));
	} else {
		while (!has_ended(child, WNOHANG) && count_calls(child) < most)
			nanosleep(&pause, NULL);
		kill(child, SIGKILL);
	}
	if (waitpid(child, &status, 0) != child)
		return 2;
	return WIFSIGNALED(status) ? 0 : WEXITSTATUS(status);
}
