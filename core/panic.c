// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end, after corruption of our own state or a hardware error that is nobody's (panic.h,
 * docs/errors.md).
 */
#include "arch.h"
#include "console.h"
#include "fmt.h"
#include "hv.h"
#include "panic.h"
#include "trace.h"

#define PANIC_TEXT 240 /* fits one console frame */

/* The first CPU here goes on; a second stops; a panic of the panicking CPU ends the machine. */
static void enter_panic(void)
{
	u32 first = 0, me = 1 + arch_cpu_self();

	if (atomic_compare_exchange_strong(&hv.panicked, &first, me)) {
		hv.console.quiet = true;
		return;
	}
	if (first != me)
		arch_halt();
	arch_poweroff(1);
}

/* One arch_puts, so that the text stays together while other CPUs still write. */
static void show(const char *f, va_list ap)
{
	char text[3 + 2 + PANIC_TEXT + 2];
	char *s = text + 3;
	size_t n = 0;

	if (hv.console.mode == CONSOLE_LINES) { /* a line may be unfinished on the screen */
		s[n++] = '\r';
		s[n++] = '\n';
	}
	n += fmt_print(s + n, PANIC_TEXT, "rhype: PANIC: ");
	n += MIN(fmt_vprint(s + n, PANIC_TEXT - n, f, ap), PANIC_TEXT - n - 1);
	s[n++] = '\r';
	s[n++] = '\n';
	if (hv.console.mode == CONSOLE_FRAMED) {
		text[0] = CONSOLE_SOF;
		text[1] = 0;
		text[2] = (char)n;
		s = text;
		n += 3;
	}
	console_finish();
	arch_puts(s, n);
}

#define TRACE_SHOWN 16

/* What this CPU did last, when it was traced (rhype.trace). */
static void show_trace(void)
{
	struct trace_rec r[TRACE_SHOWN];
	unsigned n = hv.tracing ? trace_read(arch_cpu_self(), r, TRACE_SHOWN) : 0;
	char line[160];

	for (unsigned i = 0; i < n; i++) {
		size_t len = fmt_print(
			line, sizeof(line),
			"trace: %llu lpid %u vcpu %u kind %u code 0x%x 0x%llx 0x%llx\n",
			(unsigned long long)r[i].when, r[i].lpid, r[i].vcpu, r[i].kind, r[i].code,
			(unsigned long long)r[i].a, (unsigned long long)r[i].b);

		console_write(0, line, MIN(len, sizeof(line) - 1)); /* quiet by now */
	}
}

/* Kicked CPUs leave their guests and see hv.panicked in cpu_main or in lock_take. */
static void stop_others(void)
{
	for (unsigned i = 0; i < MAX_CPUS; i++)
		if (hv.cpu[i] && hv.cpu[i]->online && i != arch_cpu_self())
			arch_cpu_kick(i);
}

void panic(const char *f, ...)
{
	va_list ap;

	enter_panic();
	va_start(ap, f);
	show(f, ap);
	va_end(ap);
	show_trace();
	stop_others();
	arch_poweroff(1);
}

void machine_check(const char *what, u64 addr, u64 status)
{
	panic("hardware error: %s, address 0x%lx, status 0x%lx", what, addr, status);
}
