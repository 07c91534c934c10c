// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the CMOS clock: any machine's time, any register. What it shows is what the C library
 * makes of the same seconds, in BCD or binary; the rest is memory that keeps what was written. Next
 * to read: core/pc/rtc.c.
 *
 * Input: operations: 0 .. 127 read that register; 128 .. 191 write one (number, value); others set
 * the machine's time.
 */
#include <time.h>

#include "pcbench.h"

static u64 seconds;
static bool broken;

err_t __wrap_arch_rtc_read(u64 *s);
err_t __wrap_arch_rtc_read(u64 *s)
{
	if (broken)
		return HV_EIO;
	*s = seconds;
	return HV_OK;
}

static u8 kept[128];

/* There is no time when the machine has none, nor behind 2399 (calendar.h). */
static bool none(void)
{
	return broken || seconds >= 13569465600;
}

/* A field by the C library, or -1. Without a time it is the first day of 2000. */
static int field(u8 reg)
{
	time_t t = none() ? 946684800 : (time_t)seconds;
	struct tm tm;

	promise(gmtime_r(&t, &tm) != NULL, "a date of the C library");
	switch (reg) {
	case 0x00:
		return tm.tm_sec;
	case 0x02:
		return tm.tm_min;
	case 0x04:
		return tm.tm_hour;
	case 0x06:
		return tm.tm_wday + 1;
	case 0x07:
		return tm.tm_mday;
	case 0x08:
		return tm.tm_mon + 1;
	case 0x09:
		return (tm.tm_year + 1900) % 100;
	case 0x32:
		return (tm.tm_year + 1900) / 100;
	default:
		return -1;
	}
}

static void read_reg(u8 reg)
{
	int want = field(reg);
	u8 val;

	bench_out(0x70, 1,
		  reg | (reg & 1 ? 0x80 : 0)); /* bit 7 masks NMIs on a PC, and nothing here */
	val = (u8)bench_in(0x71, 1);
	if (want >= 0 && !(kept[0x0b] & 4)) {
		promise((val & 15) < 10 && val >> 4 < 10, "BCD");
		val = (val >> 4) * 10 + (val & 15);
	}
	if (want >= 0)
		promise(val == want, "a field of the date");
	else if (reg == 0x0d)
		promise(val == (none() ? 0 : 0x80), "whether the time is valid");
	else if (reg == 0x0c)
		promise(val == 0, "no interrupt is pending");
	else
		promise(val == kept[reg], "memory");
}

static void write_reg(u8 reg, u8 val)
{
	bench_out(0x70, 1, reg);
	bench_out(0x71, 1, val);
	reg &= 0x7f;
	if (reg == 0x0a)
		kept[reg] = val & 0x7f; /* never an update in progress */
	else if (reg == 0x0b)
		kept[reg] = (val & 0x8f) | 2; /* 24 hours, no interrupts */
	else if (reg != 0x0c && reg != 0x0d && field(reg) < 0)
		kept[reg] = val;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + size };

	seconds = BENCH_RTC;
	broken = false;
	memset(kept, 0, sizeof(kept));
	kept[0x0a] = 0x26;
	kept[0x0b] = 2;
	bench_boot();
	while (b.at < b.end) {
		u8 op = byte(&b);

		if (op < 128) {
			read_reg(op);
		} else if (op < 192) {
			u8 reg = byte(&b);

			write_reg(reg, byte(&b));
		} else {
			broken = op == 255;
			seconds = word(&b, op & 1 ? 4 : 5) % 253402300800; /* to the end of 9999 */
		}
		bench_check();
	}
	bench_end();
	return 0;
}
