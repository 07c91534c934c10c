// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor as a program: boots a bundle on the simulated machine and runs its partitions
 * until the machine ends. Next to read: core/main.c, which this calls.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "um.h"
#include "um_guest.h"

#define RTC	   1700000000 /* when simulated machines are switched on, in seconds since 1970 */
#define EXIT_USAGE 64
#define EXIT_STUCK 70
#define EXIT_TIME  124 /* as timeout(1) */

static const char usage[] =
	"usage: rhype [--seed N] [--cpus M] [--mem MiB] [--time SECONDS] [--append TEXT]\n"
	"             [--full-calls] [--no-input] BUNDLE\n"
	"       rhype --guests\n"
	"\n"
	"  --seed N        choose at scheduling points by N; 0 (default): run until a CPU waits\n"
	"  --cpus M        simulated CPUs (1)\n"
	"  --mem MiB       simulated RAM (64)\n"
	"  --time SECONDS  end with status 124 when this much simulated time has passed\n"
	"  --append TEXT   the hypervisor's command line\n"
	"  --full-calls    serve light calls on the full path, too\n"
	"  --no-input      leave stdin alone; idle time then costs no real time\n"
	"  --guests        name the guest programs, what um:NAME in a manifest may be, and their "
	"machine\n"
	"\n"
	"The status is that of the simulated machine's power off: 0 is a clean end.\n";

static struct termios saved_tty;

static void tty_restore(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &saved_tty);
}

static void on_signal(int sig)
{
	tty_restore();
	_exit(128 + sig);
}

/* Keys reach the console one by one; Ctrl-C still ends the program, Ctrl-\ is the console's. */
static void tty_setup(void)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &saved_tty))
		return;
	t = saved_tty;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	t.c_oflag &= ~(tcflag_t)ONLCR; /* the machine's lines end with CR LF already */
	t.c_cc[VQUIT] = _POSIX_VDISABLE;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	atexit(tty_restore);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGHUP, on_signal);
	tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

static __noreturn void refuse(const char *what, const char *why)
{
	fprintf(stderr, "rhype: %s: %s\n", what, why);
	exit(EXIT_USAGE);
}

static u64 number(const char *name, const char *s, u64 max)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(s, &end, 0);
	if (errno || end == s || *end || *s == '-' || v > max)
		refuse(name, "not a number in its range");
	return v;
}

static void *read_file(const char *name, u64 *len)
{
	FILE *f = fopen(name, "rb");
	char *buf = NULL;
	size_t size = 0, n;

	if (!f)
		refuse(name, strerror(errno));
	*len = 0;
	do {
		if (*len == size) {
			size = size * 2 + 65536;
			buf = realloc(buf, size);
			if (!buf)
				refuse(name, "too big");
		}
		n = fread(buf + *len, 1, size - *len, f);
		*len += n;
	} while (n);
	if (ferror(f))
		refuse(name, strerror(errno));
	fclose(f);
	return buf;
}

static __noreturn void list_guests(void)
{
	const char *name;
	bool pc;

	for (unsigned i = 0; (name = um_program_name(i, &pc)); i++)
		printf("%-24s%s\n", name, pc ? "pc" : "papr");
	exit(0);
}

static void boot_cpu(unsigned cpu)
{
	(void)cpu;
	hv_main();
}

static void parse(int argc, char **argv, struct um_config *c, u64 *seconds)
{
	static const struct option option[] = {
		{ "seed", 1, NULL, 's' },     { "cpus", 1, NULL, 'c' },
		{ "mem", 1, NULL, 'm' },      { "time", 1, NULL, 't' },
		{ "append", 1, NULL, 'a' },   { "full-calls", 0, NULL, 'f' },
		{ "no-input", 0, NULL, 'n' }, { "guests", 0, NULL, 'g' },
		{ NULL, 0, NULL, 0 },
	};
	int o, i;

	while ((o = getopt_long(argc, argv, "", option, &i)) != -1) {
		if (o == 's')
			c->seed = number("--seed", optarg, ~0ull);
		else if (o == 'c')
			c->ncpus = (unsigned)number("--cpus", optarg, MAX_CPUS);
		else if (o == 'm')
			c->ram = MIB(number("--mem", optarg, 1 << 16));
		else if (o == 't')
			*seconds = number("--time", optarg, 1ull << 32);
		else if (o == 'a')
			c->cmdline = optarg;
		else if (o == 'f')
			c->light = false;
		else if (o == 'n')
			c->stdio_in = false;
		else if (o == 'g')
			list_guests();
		else
			o = 0;
		if (!o)
			break;
	}
	if (o != -1 || optind != argc - 1) {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
}

int main(int argc, char **argv)
{
	static const char *const why[] = {
		[UM_TIME] = "the time is over",
		[UM_NOTHING] = "every CPU waits and nothing will wake one",
	};
	struct um_config c = { .echo = true, .stdio_in = true, .light = true, .rtc = RTC };
	enum um_stop stop;
	u64 seconds = 0;
	void *bundle;

	parse(argc, argv, &c, &seconds);
	bundle = read_file(argv[optind], &c.bundle_len);
	c.bundle = bundle;
	if (!c.ram)
		c.ram = MIB(64);
	if (c.bundle_len >= c.ram / 2)
		refuse(argv[optind], "does not fit the simulated memory; give more with --mem");
	if (c.stdio_in && isatty(STDIN_FILENO))
		tty_setup();
	um_setup(&c);
	free(bundle);
	um_start_cpu(0, boot_cpu);
	stop = um_run(0, seconds ? arch_now() + seconds * UM_TICK_HZ : 0, NULL, NULL);
	um_teardown();
	if (stop == UM_POWEROFF)
		return um_poweroff_code();
	fprintf(stderr, "rhype: %s\n", why[stop]);
	return stop == UM_TIME ? EXIT_TIME : EXIT_STUCK;
}
