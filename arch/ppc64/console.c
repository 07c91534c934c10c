// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine's console and power switch, through OPAL. Next: boot.S (opal_call), rtc.c. */
#include "fmt.h"
#include "port.h"

#define CONSOLE_WAIT_MS 500 /* a line that takes nothing for so long is dead */

/* Firmware's buffer is full: let it work. False when it had its time. */
static bool console_wait(u64 since)
{
	if (timebase() - since > arch_tick_hz() / 1000 * CONSOLE_WAIT_MS)
		return false;
	opal_call(OPAL_POLL_EVENTS, 0);
	return true;
}

size_t arch_puts_some(const char *s, size_t n)
{
	be64_t len = cpu_to_be64(n);
	s64 rc = opal_call(OPAL_CONSOLE_WRITE, 0, &len, s);

	return rc == OPAL_SUCCESS ? MIN(be64_to_cpu(len), n) : 0;
}

void arch_puts(const char *s, size_t n)
{
	u64 since = timebase();

	while (n) {
		size_t done = arch_puts_some(s, n);

		s += done;
		n -= done;
		if (done)
			since = timebase();
		else if (!console_wait(since))
			return;
	}
}

void arch_putc(char c)
{
	arch_puts(&c, 1);
}

int arch_getc(void)
{
	static u8 buf[64];
	static u64 at, have;

	if (at == have) {
		be64_t len = cpu_to_be64(sizeof(buf));

		at = have = 0;
		if (opal_call(OPAL_CONSOLE_READ, 0, &len, buf) == OPAL_SUCCESS)
			have = MIN(be64_to_cpu(len), sizeof(buf));
		if (have == 0)
			return -1;
	}
	return buf[at++];
}

void arch_poll(void)
{
	opal_call(OPAL_POLL_EVENTS, 0);
	rtc_poll();
}

void arch_poweroff(int code)
{
	char line[48];
	size_t n = fmt_print(line, sizeof(line), "\r\nrhype: machine off, code %d\r\n", code);

	if (opal_entry[0] == 0)
		arch_halt();
	arch_puts(line, MIN(n, sizeof(line) - 1));
	while (opal_call(OPAL_CEC_POWER_DOWN, 0))
		opal_call(OPAL_POLL_EVENTS, 0);
	for (;;)
		opal_call(OPAL_POLL_EVENTS, 0);
}
