// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine's console, clock and power switch, through OPAL. Next: boot.S (opal_call). */
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

void arch_puts(const char *s, size_t n)
{
	u64 since = timebase();

	while (n) {
		be64_t len = cpu_to_be64(n);
		s64 rc = opal_call(OPAL_CONSOLE_WRITE, 0, &len, s);
		u64 done = be64_to_cpu(len);

		if (rc == OPAL_SUCCESS && done && done <= n) {
			s += done;
			n -= done;
			since = timebase();
		} else if (!console_wait(since)) {
			return;
		}
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

static unsigned bcd(u64 v)
{
	return (unsigned)((v >> 4 & 15) * 10 + (v & 15));
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static u64 days(u64 y, u64 m, u64 d)
{
	static const u16 before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	u64 leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	u64 past = y - 1; /* whole years since year 1; 719162 days of them before 1970 */

	return past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[m - 1] +
	       (m > 2 ? leap : 0) + d - 1;
}

/* Firmware's clock, which may take a good part of a second. */
static err_t opal_clock(u64 *seconds)
{
	be32_t ymd = {};
	be64_t hms = {};
	u64 since = timebase();
	u32 date;
	u64 time, y, m, d;
	s64 rc;

	while ((rc = opal_call(OPAL_RTC_READ, &ymd, &hms)) == OPAL_BUSY || rc == OPAL_BUSY_EVENT)
		if (!console_wait(since))
			return HV_EIO;
	if (rc)
		return rc == -7 ? HV_ENOTSUP : HV_EIO;
	date = be32_to_cpu(ymd);
	time = be64_to_cpu(hms);
	y = bcd(date >> 24) * 100 + bcd(date >> 16);
	m = bcd(date >> 8);
	d = bcd(date);
	if (y < 1970 || m < 1 || m > 12 || d < 1 || d > 31)
		return HV_EIO;
	*seconds = days(y, m, d) * 86400 + bcd(time >> 56) * 3600 + bcd(time >> 48) * 60 +
		   bcd(time >> 40);
	return HV_OK;
}

static struct {
	err_t err;
	u64 seconds, at; /* firmware's time, and the time base then */
} clock;

void clock_boot(void)
{
	clock.err = opal_clock(&clock.seconds);
	clock.at = timebase();
}

/* Read once at boot: a guest that asks must not hold its CPU as long as firmware takes. */
err_t arch_rtc_read(u64 *seconds)
{
	if (clock.err)
		return clock.err;
	*seconds = clock.seconds + (timebase() - clock.at) / arch_tick_hz();
	return HV_OK;
}
