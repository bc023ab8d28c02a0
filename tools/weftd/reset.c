#define _GNU_SOURCE /* pipe2 */
#include "tools/weftd/reset.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/json.h"
#include "tools/weftd/logs.h"

#define MOST 8 /* programs at a time */
#define POLL_MS 50
#define LIMIT_MS 30000

extern char **environ;

struct reset {
	const char *const *command;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t ended;
	unsigned running;
	bool is_closing;
};

/* A program that runs, of a thread of its own. */
struct run {
	struct reset *reset;
	pid_t pid;
};

/* Whether the file can be started: 0, or an errno. */
static int
check_file(const char *path)
{
	struct stat status;

	if (stat(path, &status) ||
	    faccessat(AT_FDCWD, path, X_OK, AT_EACCESS))
		return errno;
	return S_ISREG(status.st_mode) ? 0 : EACCES;
}

/* The same of a program, which is looked for as posix_spawnp() does. */
static int
check_program(const char *name)
{
	const char *folders = getenv("PATH");
	char path[PATH_MAX];
	int code = ENOENT, found;

	if (!*name || strchr(name, '/'))
		return check_file(name);
	if (!folders)
		folders = "/bin:/usr/bin";
	do {
		size_t size = strcspn(folders, ":");

		snprintf(path, sizeof path, "%.*s%s%s", (int)size, folders,
		    size ? "/" : "", name);
		found = check_file(path);
		if (!found || found == EACCES)
			code = found;
		folders += size;
	} while (code && *folders++);
	return code;
}

int
reset_open(const char *const *command, struct reset **reset,
    struct weft_error *error)
{
	int code = check_program(command[0]);
	struct reset *made;

	if (code)
		return weft_error_set(error, WEFT_ECONFIG,
		    "weftd.json: users.resetCommand: %s: %s", command[0],
		    strerror(code));
	made = weft__calloc(1, sizeof *made);
	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->command = command;
	pthread_mutex_init(&made->mutex, NULL);
	pthread_cond_init(&made->ended, NULL);
	*reset = made;
	return 0;
}

void
reset_close(struct reset *reset)
{
	if (!reset)
		return;
	pthread_mutex_lock(&reset->mutex);
	reset->is_closing = true;
	while (reset->running)
		pthread_cond_wait(&reset->ended, &reset->mutex);
	pthread_mutex_unlock(&reset->mutex);
	pthread_cond_destroy(&reset->ended);
	pthread_mutex_destroy(&reset->mutex);
	weft__free(reset);
}

/* Takes one of the places, if one is free. */
static bool
begin(struct reset *reset)
{
	bool is_free;

	pthread_mutex_lock(&reset->mutex);
	is_free = reset->running < MOST && !reset->is_closing;
	reset->running += is_free;
	pthread_mutex_unlock(&reset->mutex);
	return is_free;
}

static void
end(struct reset *reset)
{
	pthread_mutex_lock(&reset->mutex);
	reset->running--;
	pthread_cond_signal(&reset->ended);
	pthread_mutex_unlock(&reset->mutex);
}

static bool
is_closing(struct reset *reset)
{
	bool is;

	pthread_mutex_lock(&reset->mutex);
	is = reset->is_closing;
	pthread_mutex_unlock(&reset->mutex);
	return is;
}

/* Waits for the program; its status, or -1 if it had to be ended. */
static int
await(const struct run *run)
{
	const struct timespec step = {.tv_nsec = POLL_MS * 1000000L};
	int status = 0;

	for (int waited = 0; waited < LIMIT_MS; waited += POLL_MS) {
		if (waitpid(run->pid, &status, WNOHANG))
			return status;
		if (is_closing(run->reset))
			break;
		nanosleep(&step, NULL);
	}
	kill(-run->pid, SIGKILL); /* it leads a group */
	waitpid(run->pid, &status, 0);
	return -1;
}

static void *
watch(void *context)
{
	struct run *run = context;
	int status = await(run);

	if (status < 0)
		logs_say(WEFT_LOG_ERROR,
		    "%s took too long and was ended: the mail may be lost",
		    run->reset->command[0]);
	else if (status)
		logs_say(WEFT_LOG_ERROR, "%s failed with %s %d",
		    run->reset->command[0],
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status));
	end(run->reset);
	weft__free(run);
	return NULL;
}

/* Starts the program, which reads 'input', in a group of its own and with
 * signals as usual. */
static int
start(const struct reset *reset, int input, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int code;

	sigemptyset(&none);
	sigfillset(&usual);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	posix_spawn_file_actions_addopen(
	    &files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	code = posix_spawnp(pid, reset->command[0], &files, &attributes,
	    (char *const *)(const void *)reset->command, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return code;
}

/* Starts the program with the line on its standard input.  0, or an errno. */
static int
start_with(const struct reset *reset, struct weft_slice line, pid_t *pid)
{
	int ends[2], code;

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	/* So little fits into an empty pipe: nobody waits. */
	code = write(ends[1], line.data, line.size) == (ssize_t)line.size
	    ? start(reset, ends[0], pid)
	    : EIO;
	close(ends[0]);
	close(ends[1]);
	return code;
}

/* Starts the program, and a thread that watches it.  0, or an errno. */
static int
run_for(struct reset *reset, struct weft_slice line)
{
	struct run *run = weft__malloc(sizeof *run);
	pthread_t thread;
	int code;

	if (!run)
		return ENOMEM;
	run->reset = reset;
	code = start_with(reset, line, &run->pid);
	if (code) {
		weft__free(run);
		return code;
	}
	if (pthread_create(&thread, NULL, watch, run))
		watch(run); /* better late than a program without end */
	else
		pthread_detach(thread);
	return 0;
}

static int
put(struct weft_buf *line, const char *before, struct weft_slice text)
{
	int code = weft_buf_append_slice(line, weft_slice(before));

	return code ? code : weft__json_write_string(text, line);
}

static int
write_line(struct weft_buf *line, const char *model, struct weft_slice email,
    struct weft_slice token)
{
	int code = put(line, "{\"model\":", weft_slice(model));

	if (!code)
		code = put(line, ",\"email\":", email);
	if (!code)
		code = put(line, ",\"token\":", token);
	return code ? code : weft_buf_append(line, "}\n", 2);
}

void
reset_send(struct weft_model *model, struct weft_slice record,
    struct weft_slice email, struct weft_slice token, void *context)
{
	struct reset *reset = context;
	struct weft_buf line = WEFT_BUF_INIT(PIPE_BUF);
	int code;

	(void)record;
	if (!begin(reset)) {
		logs_say(WEFT_LOG_ERROR, "%s: %d of them run already: a mail "
		    "is not sent", reset->command[0], MOST);
		return;
	}
	code = write_line(&line, weft_model_name(model), email, token)
	    ? E2BIG
	    : run_for(reset, weft_buf_slice(&line));
	if (code) {
		logs_say(WEFT_LOG_ERROR, "%s: %s", reset->command[0],
		    strerror(code));
		end(reset);
	}
	weft_buf_fini(&line);
}
