// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CMOS clock and memory, ports 0x70 and 0x71: the machine's time, in 24 hours; BCD unless register
 * B says binary. A guest cannot set it, and there are no interrupts. Next: ../calendar.c.
 */
#include "pc.h"

#include "calendar.h"

enum {
	SECOND = 0x00,
	MINUTE = 0x02,
	HOUR = 0x04,
	WEEKDAY = 0x06,
	DAY = 0x07,
	MONTH = 0x08,
	YEAR = 0x09,
	REG_A = 0x0a,
	REG_B = 0x0b,
	REG_C = 0x0c,
	REG_D = 0x0d,
	CENTURY = 0x32,
};

#define A_DIVIDER 0x26 /* 32768 Hz, usual rate; no update in progress, ever */
#define B_24H	  0x02
#define B_BINARY  0x04
#define D_VALID	  0x80

/* A battery keeps the memory. */
void pc_rtc_reset(struct pc_rtc *r)
{
	r->index = 0;
	r->reg_a = A_DIVIDER;
	r->reg_b = B_24H;
}

/* A field of the date, or -1. */
static int field(const struct date *d, u8 index)
{
	switch (index) {
	case SECOND:
		return (int)d->second;
	case MINUTE:
		return (int)d->minute;
	case HOUR:
		return (int)d->hour;
	case WEEKDAY:
		return (int)calendar_weekday(d) + 1;
	case DAY:
		return (int)d->day;
	case MONTH:
		return (int)d->month;
	case YEAR:
		return (int)d->year % 100;
	case CENTURY:
		return (int)d->year / 100;
	default:
		return -1;
	}
}

static u8 read_index(struct pc_rtc *r)
{
	struct date d = { .year = 2000, .month = 1, .day = 1 };
	u64 seconds;
	bool ok = arch_rtc_read(&seconds) == HV_OK && calendar_date((s64)seconds, &d);
	int val = field(&d, r->index);

	if (val >= 0)
		return (u8)(r->reg_b & B_BINARY ? val : val / 10 << 4 | val % 10);
	switch (r->index) {
	case REG_A:
		return r->reg_a;
	case REG_B:
		return r->reg_b;
	case REG_C:
		return 0;
	case REG_D:
		return ok ? D_VALID : 0;
	default:
		return r->ram[r->index];
	}
}

u8 pc_rtc_read(struct pc_rtc *r, unsigned port)
{
	return port & 1 ? read_index(r) : 0xff;
}

void pc_rtc_write(struct pc_rtc *r, unsigned port, u8 val)
{
	const struct date d = { .year = 2000, .month = 1, .day = 1 };

	if (!(port & 1))
		r->index = val & 0x7f;
	else if (r->index == REG_A)
		r->reg_a = val & 0x7f;
	else if (r->index == REG_B)
		r->reg_b = (val & ~0x70) | B_24H;
	else if (r->index != REG_C && r->index != REG_D && field(&d, r->index) < 0)
		r->ram[r->index] = val;
}
