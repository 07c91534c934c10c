// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The date. Firmware asks another processor for it and needs 0.2 to 0.7 seconds, far too long to
 * wait for on behalf of a guest. So it is asked once, at boot, arch_poll picks up the answer, and
 * the time base counts from there. Next: time.c.
 */
#include "port.h"

#define RTC_WAIT_MS 2000 /* for a reader who comes before the answer; once in a machine's life */

enum rtc_state { RTC_UNKNOWN, RTC_ASKING, RTC_KNOWN, RTC_FAILED };

static struct {
	_Atomic u32 state;
	u64 seconds; /* at time base `at` */
	u64 at;
} rtc;

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

/* Firmware's answer: yyyymmdd and hhmmss.., in decimal digits. */
static enum rtc_state rtc_take(u32 date, u64 time)
{
	u64 y = bcd(date >> 24) * 100 + bcd(date >> 16), m = bcd(date >> 8), d = bcd(date);

	if (y < 1970 || m < 1 || m > 12 || d < 1 || d > 31)
		return RTC_FAILED;
	rtc.seconds = days(y, m, d) * 86400 + bcd(time >> 56) * 3600ul + bcd(time >> 48) * 60ul +
		      bcd(time >> 40);
	rtc.at = timebase();
	return RTC_KNOWN;
}

void rtc_poll(void)
{
	be32_t ymd = {};
	be64_t hms = {};
	u32 state = RTC_UNKNOWN;
	s64 rc;

	if (!atomic_compare_exchange_strong(&rtc.state, &state, RTC_ASKING))
		return;
	rc = opal_call(OPAL_RTC_READ, &ymd, &hms);
	if (rc == OPAL_SUCCESS)
		state = rtc_take(be32_to_cpu(ymd), be64_to_cpu(hms));
	else
		state = rc == OPAL_BUSY || rc == OPAL_BUSY_EVENT ? RTC_UNKNOWN : RTC_FAILED;
	atomic_store(&rtc.state, state);
}

err_t arch_rtc_read(u64 *seconds)
{
	u64 since = timebase();
	u32 unknown;

	while (atomic_load(&rtc.state) < RTC_KNOWN) {
		opal_call(OPAL_POLL_EVENTS, 0);
		rtc_poll();
		unknown = RTC_UNKNOWN;
		if (timebase() - since > arch_tick_hz() / 1000 * RTC_WAIT_MS)
			atomic_compare_exchange_strong(&rtc.state, &unknown, RTC_FAILED);
	}
	if (atomic_load(&rtc.state) == RTC_FAILED)
		return HV_EIO;
	*seconds = rtc.seconds + (timebase() - rtc.at) / arch_tick_hz();
	return HV_OK;
}
