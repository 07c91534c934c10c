// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * terminal [-c] COMMAND...: joins the user's terminal and an emulator's serial line. The terminal
 * is raw meanwhile and is restored in every case; the emulator never outlives us. Ctrl-\ goes to
 * the hypervisor, which ends the machine; when it does not within END_SECONDS, or on a second
 * Ctrl-\, the emulator is killed. Ctrl-C kills it at once; with -c it goes to the guest instead.
 * Started by run.sh.
 */
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#define KEY_INTR    0x03 /* Ctrl-C */
#define KEY_END	    0x1c /* Ctrl-\, CONSOLE_END of include/console.h */
#define END_SECONDS 3

static struct termios saved;
static bool raw;
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
	stop_signal = sig;
}

static void restore(void)
{
	if (raw)
		tcsetattr(0, TCSANOW, &saved);
	raw = false;
}

static void make_raw(void)
{
	struct termios t;

	if (!isatty(0) || tcgetattr(0, &saved))
		return;
	t = saved;
	cfmakeraw(&t);
	raw = !tcsetattr(0, TCSANOW, &t);
}

/* What the user asked for so far. */
struct wish {
	bool intr_to_guest;
	bool kill;	 /* end now */
	double deadline; /* kill when still running then; 0 = no */
	bool input;	 /* stdin is still open */
};

/* Pass on what was typed; look for the keys. */
static void typed(struct child *c, struct wish *w)
{
	char buf[256];
	ssize_t n = read(0, buf, sizeof(buf));

	if (n <= 0) {
		w->input = n < 0 && errno == EINTR;
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == KEY_INTR && !w->intr_to_guest)
			stop_signal = SIGINT;
		if (buf[i] == KEY_END) {
			w->kill |= w->deadline > 0;
			w->deadline = now() + END_SECONDS;
		}
	}
	child_write(c, buf, n); /* a machine that takes no input must not hold us up */
}

static bool put(const char *buf, size_t n)
{
	while (n) {
		ssize_t done = write(1, buf, n);

		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (done > 0) {
			buf += done;
			n -= done;
		}
	}
	return true;
}

/*
 * Output of the machine as the terminal gets it: a bare newline becomes CR LF while it is raw, and
 * the question where the cursor is (a shell's editor asks) is left out, because the answer would
 * be typed into the partition that has the keyboard, which need not be the one that asked.
 */
static bool show(struct child *c)
{
	static const char question[] = "\033[6n";
	static unsigned held; /* so much of the question has come */
	static char last;
	char buf[4096], out[2 * sizeof(buf) + sizeof(question)];
	ssize_t n = child_read(c, buf, sizeof(buf));
	size_t len = 0;

	for (ssize_t i = 0; i < n; i++) {
		if (buf[i] == question[held]) {
			held = held + 1 < sizeof(question) - 1 ? held + 1 : 0;
			continue;
		}
		memcpy(out + len, question, held);
		len += held;
		held = buf[i] == question[0];
		if (held)
			continue;
		if (buf[i] == '\n' && last != '\r' && raw)
			out[len++] = '\r';
		out[len++] = last = buf[i];
	}
	return n != 0 && put(out, len);
}

/* Until the emulator or the user ends it. False when it had to be killed. */
static bool converse(struct child *c, struct wish *w)
{
	while (!stop_signal && !w->kill) {
		struct pollfd p[2] = { { .fd = c->out, .events = POLLIN },
				       { .fd = w->input ? 0 : -1, .events = POLLIN } };

		if (w->deadline && now() > w->deadline)
			return false;
		if (poll(p, 2, 200) <= 0)
			continue;
		if (p[1].revents)
			typed(c, w);
		if (p[0].revents && !show(c))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct wish wish = { .input = true };
	struct child c;
	int err, status;
	bool ended;

	if (argc > 1 && !strcmp(argv[1], "-c")) {
		wish.intr_to_guest = true;
		argv++;
	}
	if (argc < 2 || !argv[1]) {
		fprintf(stderr, "usage: terminal [-c] COMMAND...\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGQUIT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	atexit(restore);
	err = child_start(&c, argv + 1);
	if (err) {
		fprintf(stderr, "cannot run %s: %s; run tools/setup/need.sh ppc64\n", argv[1],
			strerror(err));
		return 1;
	}
	make_raw();
	ended = converse(&c, &wish);
	status = ended ? child_wait(&c, 5000) : child_end(&c);
	restore();
	if (ended)
		printf("\nThe machine has ended.\n");
	else
		printf("\nThe machine was stopped%s.\n", stop_signal == SIGINT ? " by Ctrl-C" : "");
	if (stop_signal)
		return 128 + stop_signal;
	return ended ? status : 0;
}
