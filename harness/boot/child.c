// SPDX-License-Identifier: GPL-2.0-or-later
/* Child processes on pipes; see child.h. Next to read: runner.c. */
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

__attribute__((noreturn)) static void run_child(char *const argv[], int in, int out, int report,
						pid_t parent)
{
	sigset_t none;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	execvp(argv[0], argv);
	if (write(report, &errno, sizeof(errno)) < 0)
		_exit(126);
	_exit(127);
}

int child_start(struct child *c, char *const argv[])
{
	int in[2], out[2], report[2], err = 0;
	pid_t self = getpid();

	*c = (struct child){ 0, -1, -1 };
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(report, O_CLOEXEC))
		return errno;
	c->pid = fork();
	if (c->pid == 0)
		run_child(argv, in[0], out[1], report[1], self);
	err = c->pid < 0 ? errno : 0;
	close(in[0]);
	close(out[1]);
	close(report[1]);
	c->in = in[1];
	c->out = out[0];
	fcntl(c->in, F_SETFL, O_NONBLOCK);
	fcntl(c->out, F_SETFL, O_NONBLOCK);
	if (!err && read(report[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(report[0]);
	if (err)
		child_end(c);
	return err;
}

ssize_t child_read(struct child *c, char *buf, size_t n)
{
	ssize_t got = read(c->out, buf, n);

	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return 0;
	return got;
}

bool child_write(struct child *c, const char *buf, size_t n)
{
	double limit = now() + 1;

	while (n) {
		ssize_t put = write(c->in, buf, n);
		struct pollfd p = { .fd = c->in, .events = POLLOUT };

		if (put > 0) {
			buf += put;
			n -= put;
		} else if ((put < 0 && errno != EAGAIN && errno != EINTR) || now() > limit) {
			return false;
		} else {
			poll(&p, 1, 50);
		}
	}
	return true;
}

int child_end(struct child *c)
{
	int status = 0;

	if (c->in >= 0)
		close(c->in);
	if (c->out >= 0)
		close(c->out);
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	*c = (struct child){ 0, -1, -1 };
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int child_wait(struct child *c, int ms)
{
	siginfo_t info = { .si_pid = 0 };
	double limit = now() + ms / 1e3;

	while (now() < limit) {
		if (waitid(P_PID, c->pid, &info, WEXITED | WNOWAIT | WNOHANG) < 0 && errno != EINTR)
			break;
		if (info.si_pid)
			break;
		poll(NULL, 0, 5);
	}
	return child_end(c);
}
