// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * splitcon: takes the hypervisor's framed console (console.h) apart: one file per channel, marked
 * lines, or one channel as it is; and sends lines of its own input to a channel as frames.
 * docs/manifest.md, "Console", describes frames and options.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"

#define CHANNELS 257 /* of the frames, and RAW */
#define RAW	 256 /* what stands outside frames: firmware, a panic */
#define FRAME	 255 /* longest payload */
#define NOBODY	 (-1)
#define ANY	 (-2)

static const char usage[] =
	"usage: splitcon [-d DIR | -c CHANNEL] [-i CHANNEL|any] [DEVICE]\n"
	"reads frames from DEVICE (a UNIX socket, a terminal, a file), or from standard input\n"
	"  -d DIR     one file per channel: DIR/raw.log, DIR/0.log, ...; without: marked lines\n"
	"  -c CHANNEL the bytes of one channel (a number, or raw) to standard output, nothing "
	"else\n"
	"  -i CHANNEL lines of standard input to that channel; any: each line is CHANNEL TEXT;\n"
	"             without DEVICE the frames go to standard output\n";

enum state { IDLE, CHAN, LENGTH, PAYLOAD };

/* One text line in the making. */
struct line {
	char *text;
	size_t len, room;
};

struct split {
	enum state state;
	unsigned chan, left;
	const char *dir;
	int only;	   /* channel to show alone, or NOBODY */
	int out[CHANNELS]; /* files with -d, or -1 */
	struct line line[CHANNELS];
};

static __noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "splitcon: %s: %s\n", what, why);
	exit(1);
}

static void write_all(int fd, const void *buf, size_t n, const char *what)
{
	const char *p = buf;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EAGAIN) {
			struct pollfd ready = { .fd = fd, .events = POLLOUT };

			poll(&ready, 1, -1);
		} else if (done < 0 && errno != EINTR) {
			fail(what, strerror(errno));
		} else if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
}

/* ---- output ----------------------------------------------------------------------------- */

static void chan_name(unsigned chan, char *name, size_t n)
{
	if (chan == RAW)
		snprintf(name, n, "raw");
	else
		snprintf(name, n, "%u", chan);
}

static void to_file(struct split *s, unsigned chan, const u8 *p, size_t n)
{
	char name[8], path[4096];

	chan_name(chan, name, sizeof(name));
	if ((size_t)snprintf(path, sizeof(path), "%s/%s.log", s->dir, name) >= sizeof(path))
		fail(s->dir, "name is too long");
	if (s->out[chan] < 0)
		s->out[chan] = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (s->out[chan] < 0)
		fail(path, strerror(errno));
	write_all(s->out[chan], p, n, path);
}

static void end_line(struct split *s, unsigned chan)
{
	struct line *l = &s->line[chan];
	char name[8];

	while (l->len && l->text[l->len - 1] == '\r')
		l->len--;
	chan_name(chan, name, sizeof(name));
	printf("[%s] %.*s\n", name, (int)l->len, l->text ? l->text : "");
	fflush(stdout);
	l->len = 0;
}

static void to_lines(struct split *s, unsigned chan, const u8 *p, size_t n)
{
	struct line *l = &s->line[chan];

	for (; n; n--, p++) {
		if (*p == '\n' || l->len == 65536)
			end_line(s, chan);
		if (*p == '\n')
			continue;
		if (l->len == l->room) {
			l->room = l->room ? 2 * l->room : 128;
			l->text = realloc(l->text, l->room);
			if (!l->text)
				fail("memory", strerror(ENOMEM));
		}
		l->text[l->len++] = (char)(*p ? *p : '?');
	}
}

static void emit(struct split *s, unsigned chan, const u8 *p, size_t n)
{
	if (s->only != NOBODY) {
		if (s->only == (int)chan)
			write_all(1, p, n, "standard output");
	} else if (s->dir) {
		to_file(s, chan, p, n);
	} else {
		to_lines(s, chan, p, n);
	}
}

/* ---- frames in -------------------------------------------------------------------------- */

/* One byte of a frame's head, or one outside frames. A head that cannot be is raw output. */
static void head_byte(struct split *s, u8 b)
{
	const u8 sof = CONSOLE_SOF, chan = (u8)s->chan;

	if (s->state == IDLE && b == CONSOLE_SOF) {
		s->state = CHAN;
	} else if (s->state == IDLE) {
		emit(s, RAW, &b, 1);
	} else if (s->state == CHAN) {
		s->chan = b;
		s->state = LENGTH;
	} else if (b) {
		s->left = b;
		s->state = PAYLOAD;
	} else { /* no frame is empty: the SOF was none, and the byte after it may be one */
		emit(s, RAW, &sof, 1);
		s->state = IDLE;
		head_byte(s, chan);
		head_byte(s, b);
	}
}

static void feed(struct split *s, const u8 *p, size_t n)
{
	while (n) {
		size_t step = 1;

		if (s->state == PAYLOAD) {
			step = MIN(n, (size_t)s->left);
			emit(s, s->chan, p, step);
			s->left -= (unsigned)step;
			if (!s->left)
				s->state = IDLE;
		} else {
			head_byte(s, *p);
		}
		p += step;
		n -= step;
	}
}

static void finish(struct split *s)
{
	if (s->state != IDLE)
		fprintf(stderr, "splitcon: input ended inside a frame\n");
	for (unsigned i = 0; i < CHANNELS; i++) {
		if (s->line[i].len)
			end_line(s, i);
		free(s->line[i].text);
		if (s->out[i] >= 0)
			close(s->out[i]);
	}
}

/* ---- frames out ------------------------------------------------------------------------- */

static int parse_chan(const char *s, const char **end)
{
	char *stop;
	long n = strtol(s, &stop, 10);

	*end = stop;
	if (stop == s || n < 0 || n > MAX_PARTITIONS)
		return NOBODY;
	return (int)n;
}

static void send_text(int fd, int chan, const char *text, size_t n)
{
	u8 frame[3 + FRAME];

	while (n) {
		size_t step = MIN(n, (size_t)FRAME);

		frame[0] = CONSOLE_SOF;
		frame[1] = (u8)chan;
		frame[2] = (u8)step;
		memcpy(frame + 3, text, step);
		write_all(fd, frame, 3 + step, "sending");
		text += step;
		n -= step;
	}
}

/* One line of standard input, newline included. */
static void send_line(int fd, int chan, const char *text, size_t n)
{
	const char *rest = text;

	if (chan == ANY) {
		chan = parse_chan(text, &rest);
		if (chan == NOBODY) {
			fprintf(stderr, "splitcon: input line has no channel: %.*s\n",
				(int)strcspn(text, "\n"), text);
			return;
		}
		if (*rest == ' ')
			rest++;
	}
	send_text(fd, chan, rest, n - (size_t)(rest - text));
}

/* What standard input has now; sends whole lines. False at its end. */
static bool pass_input(struct line *in, int fd, int chan)
{
	ssize_t n;
	char *nl;

	if (in->room - in->len < 4096 + 1) {
		in->room = in->room * 2 + 8192;
		in->text = realloc(in->text, in->room);
		if (!in->text)
			fail("memory", strerror(ENOMEM));
	}
	n = read(0, in->text + in->len, 4096);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	in->len += n > 0 ? (size_t)n : 0;
	in->text[in->len] = 0;
	while ((nl = memchr(in->text, '\n', in->len)) != NULL) {
		size_t used = (size_t)(nl - in->text) + 1;

		send_line(fd, chan, in->text, used);
		in->len -= used;
		memmove(in->text, in->text + used, in->len + 1);
	}
	if (n <= 0 && in->len)
		send_line(fd, chan, in->text, in->len);
	return n > 0;
}

/* ---- devices ---------------------------------------------------------------------------- */

static int open_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(to.sun_path))
		fail(path, "name is too long for a socket");
	memcpy(to.sun_path, path, strlen(path) + 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		fail(path, strerror(errno));
	return fd;
}

static int open_device(const char *path, bool both)
{
	struct termios t;
	struct stat st;
	int fd;

	if (stat(path, &st))
		fail(path, strerror(errno));
	if (S_ISSOCK(st.st_mode))
		return open_socket(path);
	fd = open(path, (both ? O_RDWR : O_RDONLY) | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fail(path, strerror(errno));
	if (isatty(fd) && !tcgetattr(fd, &t)) { /* bytes as they are, no echo */
		cfmakeraw(&t);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

/* Until the device ends: its frames to s, lines of standard input (chan) to the device. */
static void pump(struct split *s, int fd, int chan)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			       { .fd = chan == NOBODY ? -1 : 0, .events = POLLIN } };
	struct line in = { .len = 0 };
	u8 buf[4096];

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			fail("poll", strerror(errno));
		if (p[1].revents && !pass_input(&in, fd, chan))
			p[1].fd = -1;
		if (p[0].revents) {
			ssize_t n = read(fd, buf, sizeof(buf));

			if (n < 0 && (errno == EINTR || errno == EAGAIN))
				continue;
			if (n <= 0) /* a terminal whose other side closed says EIO */
				break;
			feed(s, buf, (size_t)n);
		}
	}
	free(in.text);
}

int main(int argc, char **argv)
{
	static struct split s;
	int opt, in = NOBODY, fd = 0;
	const char *end = "";

	s.only = NOBODY;
	memset(s.out, -1, sizeof(s.out));
	while ((opt = getopt(argc, argv, "d:c:i:")) != -1) {
		if (opt == 'd')
			s.dir = optarg;
		else if (opt == 'c')
			s.only = strcmp(optarg, "raw") ? parse_chan(optarg, &end) : RAW;
		else if (opt == 'i')
			in = strcmp(optarg, "any") ? parse_chan(optarg, &end) : ANY;
		if (opt == '?' || *end || (opt == 'c' && s.only == NOBODY) ||
		    (opt == 'i' && in == NOBODY))
			return fputs(usage, stderr), 2;
	}
	if (argc - optind > 1 || (s.dir && s.only != NOBODY))
		return fputs(usage, stderr), 2;
	signal(SIGPIPE, SIG_IGN);
	if (s.dir && mkdir(s.dir, 0777) && errno != EEXIST)
		fail(s.dir, strerror(errno));
	if (optind < argc) {
		fd = open_device(argv[optind], in != NOBODY);
	} else if (in != NOBODY) {
		struct line text = { .len = 0 };

		while (pass_input(&text, 1, in))
			;
		free(text.text);
		return 0;
	}
	pump(&s, fd, in);
	finish(&s);
	return 0;
}
