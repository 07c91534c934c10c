// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The date, from the CMOS clock: read once at boot, then counted by the time stamp counter. Its
 * port pair has state, and nobody else touches it. Next: time.c.
 */
#include "port.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71
#define STATUS_A   0x0a
#define STATUS_B   0x0b
#define UPDATING   0x80 /* in A */
#define BINARY	   0x04 /* in B */
#define HOURS_24   0x02
#define PM	   0x80
#define CENTURY	   2000 /* two digits of the year are all that every clock has */
#define TRIES	   1000

static struct {
	bool known;
	u64 seconds, at; /* at that tick */
} rtc;

static u8 cmos(u8 reg)
{
	outb(CMOS_INDEX, reg | 0x80); /* NMI stays off the index's top bit */
	return inb(CMOS_DATA);
}

static u64 number(u8 v, bool binary)
{
	return binary ? v : (u64)(v >> 4) * 10 + (v & 15);
}

/* Days from 1970-01-01 to a date of this century. */
static u64 days(u64 y, u64 m, u64 d)
{
	static const u16 before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	u64 past = y - 1; /* whole years since year 1; 719162 days of them before 1970 */

	return past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[m - 1] +
	       (m > 2 && y % 4 == 0) + d - 1;
}

static bool take(const u8 *raw, u8 b)
{
	bool binary = b & BINARY;
	u64 hour = number(raw[2] & ~PM, binary), m = number(raw[4], binary);
	u64 d = number(raw[3], binary), y = CENTURY + number(raw[5], binary);

	if (!(b & HOURS_24))
		hour = hour % 12 + (raw[2] & PM ? 12 : 0);
	if (m < 1 || m > 12 || d < 1 || d > 31 || hour > 23)
		return false;
	rtc.seconds = days(y, m, d) * 86400 + hour * 3600 + number(raw[1], binary) * 60 +
		      number(raw[0], binary);
	rtc.at = arch_now();
	return true;
}

/* Second, minute, hour, day, month, year; twice the same, so that no update came between. */
void rtc_boot(void)
{
	static const u8 reg[] = { 0, 2, 4, 7, 8, 9 };
	u8 now[ARRAY_SIZE(reg)] = { 0 };
	unsigned same = 0;

	for (unsigned t = 0; t < TRIES && same < ARRAY_SIZE(reg); t++) {
		if (cmos(STATUS_A) & UPDATING) {
			wait_us(100);
			continue;
		}
		same = 0;
		for (unsigned i = 0; i < ARRAY_SIZE(reg); i++) {
			u8 v = cmos(reg[i]);

			same += v == now[i];
			now[i] = v;
		}
	}
	rtc.known = same == ARRAY_SIZE(reg) && take(now, cmos(STATUS_B));
	outb(CMOS_INDEX, STATUS_B); /* NMI on again */
}

err_t arch_rtc_read(u64 *seconds)
{
	if (!rtc.known)
		return HV_EIO;
	*seconds = rtc.seconds + (arch_now() - rtc.at) / arch_tick_hz();
	return HV_OK;
}
