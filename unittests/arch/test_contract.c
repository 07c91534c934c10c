// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract, part 1: machine, CPUs, time, hypervisor memory. One source for every port. Next:
 * test_contract_gspace.c, test_contract_vcpu.c.
 */
#include "arch.h"
#include "contract.h"
#include "gpin.h"
#include "hv.h"
#include "hvstring.h"
#include "ktest.h"

#define OWNER ((lpid_t){ 200 })
#define TURNS 100000000u /* of a loop that waits; a port that hangs fails by it */

static const struct ktest_suite ktest_this = { "contract_machine", contract_setup,
					       contract_teardown };

static pa_t guest_page(void)
{
	pa_t p;

	K_EQ(palloc_get(&hv.palloc, 0, FRAME_GUEST, OWNER, true, &p), HV_OK);
	return p;
}

static void put_page(pa_t p)
{
	palloc_put(&hv.palloc, p, 1, FRAME_GUEST, OWNER);
}

/* ---- time ------------------------------------------------------------------------------- */

KTEST(time_is_monotonic)
{
	u64 first = arch_now(), last = first;
	unsigned i;

	for (i = 0; i < TURNS && last < first + arch_tick_hz() / 10000; i++) {
		u64 now = arch_now();

		if (now < last)
			K_FAIL("time went back");
		last = now;
		arch_relax();
	}
	K_CHECK(last > first);
	K_CHECK(arch_tick_hz() >= 1000);
	K_EQ(arch_tick_hz(), arch_tick_hz());
}

/* Idle until `when`; how often it returned. */
static unsigned idle_until(u64 when)
{
	unsigned n;

	for (n = 1; n < TURNS; n++) {
		arch_alarm(when);
		arch_cpu_idle();
		if (arch_now() >= when)
			return n;
	}
	K_FAIL("the alarm never ends idle");
}

KTEST(alarm_ends_idle)
{
	u64 start = arch_now(), ms = arch_tick_hz() / 1000;

	idle_until(start + 2 * ms);
	K_CHECK(arch_now() >= start + 2 * ms);
	K_CHECK(arch_now() < start + 2000 * ms);
	arch_alarm(TIME_NEVER);
}

KTEST(alarm_in_the_past_fires_at_once)
{
	u64 start = arch_now();

	arch_alarm(start - 1);
	arch_cpu_idle();
	arch_alarm(start);
	arch_cpu_idle();
	K_CHECK(arch_now() < start + arch_tick_hz());
	arch_alarm(TIME_NEVER);
}

KTEST(new_alarm_replaces_the_old)
{
	u64 start = arch_now(), ms = arch_tick_hz() / 1000;
	unsigned early = 0;

	arch_alarm(start + ms);
	arch_alarm(start + 20 * ms);
	while (arch_now() < start + 20 * ms) {
		arch_cpu_idle();
		early++;
	}
	/* an early return is legal, but an alarm that was replaced must not keep firing */
	K_CHECK(early < 1000);
	arch_alarm(TIME_NEVER);
}

KTEST(kick_of_self_ends_next_idle)
{
	u64 start = arch_now();

	arch_alarm(start + 10 * arch_tick_hz());
	arch_cpu_kick(arch_cpu_self());
	arch_cpu_idle();
	K_CHECK(arch_now() < start + arch_tick_hz());
	arch_alarm(TIME_NEVER);
}

/* ---- CPUs ------------------------------------------------------------------------------- */

KTEST(cpu_numbers)
{
	K_CHECK(arch_ncpus() >= 2);
	K_CHECK(arch_ncpus() <= MAX_CPUS);
	K_EQ(arch_cpu_self(), 0);
	K_CHECK(arch_cpu_start(arch_ncpus()) != HV_OK);
}

/* CPU 1 runs the core's idle loop from here on; a kick makes one turn of it. */
KTEST(kick_ends_idle_of_another_cpu)
{
	struct cpu *c = hv.cpu[1];
	unsigned i, kicks = 0;
	u64 before;

	if (!c->online)
		K_EQ(arch_cpu_start(1), HV_OK);
	for (i = 0; i < TURNS && !__atomic_load_n(&c->online, __ATOMIC_ACQUIRE); i++)
		arch_relax();
	K_CHECK(c->online);
	for (; kicks < 3; kicks++) {
		before = __atomic_load_n(&c->idle_ticks, __ATOMIC_ACQUIRE);
		/* again and again: it may not have gone to sleep yet */
		for (i = 0;
		     i < TURNS && __atomic_load_n(&c->idle_ticks, __ATOMIC_ACQUIRE) == before;
		     i++) {
			if (i % 1024 == 0)
				arch_cpu_kick(1);
			arch_relax();
		}
		K_CHECK(c->idle_ticks != before);
	}
}

/* ---- console, clock --------------------------------------------------------------------- */

KTEST(console_never_waits)
{
	int c;

	arch_putc('.');
	arch_puts("..\r\n", 4);
	arch_puts("", 0);
	K_CHECK(arch_puts_some("..\r\n", 4) <= 4);
	K_EQ(arch_puts_some("", 0), 0);
	arch_poll();
	c = arch_getc();
	K_CHECK(c >= -1 && c <= 255);
}

KTEST(clock_is_this_century)
{
	u64 seconds = 7, again;
	err_t err = arch_rtc_read(&seconds);

	K_CHECK(err == HV_OK || err == HV_EIO || err == HV_ENOTSUP);
	if (err) {
		K_EQ(seconds, 7);
		return;
	}
	K_CHECK(seconds > 946684800 && seconds < 4102444800);
	K_EQ(arch_rtc_read(&again), HV_OK);
	K_CHECK(again >= seconds && again < seconds + 60);
}

/* ---- hypervisor memory ------------------------------------------------------------------ */

KTEST(va_and_pa_are_inverse)
{
	pa_t p;
	u64 *v, i;

	K_EQ(palloc_get(&hv.palloc, 3, FRAME_HV, (lpid_t){ 0 }, false, &p), HV_OK);
	v = arch_va(p);
	for (i = 0; i < 8 * HV_PAGE_SIZE / 8; i++)
		v[i] = i;
	for (i = 0; i < 8; i++) {
		K_EQ(arch_pa((char *)v + i * HV_PAGE_SIZE).v, p.v + i * HV_PAGE_SIZE);
		K_CHECK(arch_va(PA(p.v + i * HV_PAGE_SIZE)) == (char *)v + i * HV_PAGE_SIZE);
	}
	for (i = 0; i < 8 * HV_PAGE_SIZE / 8; i++)
		if (v[i] != i)
			K_FAIL("memory does not hold what was stored");
	palloc_put(&hv.palloc, p, 8, FRAME_HV, (lpid_t){ 0 });
}

KTEST(scrub_zeroes_every_byte)
{
	pa_t p;
	u8 *v;
	u64 i;

	K_EQ(palloc_get(&hv.palloc, 1, FRAME_HV, (lpid_t){ 0 }, false, &p), HV_OK);
	v = arch_va(p);
	memset(v, 0xff, 2 * HV_PAGE_SIZE);
	arch_scrub(p, 1);
	for (i = 0; i < HV_PAGE_SIZE; i++)
		if (v[i] || v[HV_PAGE_SIZE + i] != 0xff)
			K_FAIL("byte %llu", (unsigned long long)i);
	arch_scrub(p, 2);
	for (i = 0; i < 2 * HV_PAGE_SIZE; i++)
		if (v[i])
			K_FAIL("byte %llu", (unsigned long long)i);
	K_EQ(v[0], 0);
	palloc_put(&hv.palloc, p, 2, FRAME_HV, (lpid_t){ 0 });
}

KTEST(window_shows_the_page)
{
	pa_t p = guest_page();
	u8 *w = arch_window_open(p), *again;
	u64 i;

	for (i = 0; i < HV_PAGE_SIZE; i++)
		if (w[i])
			K_FAIL("a fresh page is not zero");
	w[0] = 0x5a;
	w[HV_PAGE_SIZE - 1] = 0xa5;
	again = arch_window_open(p);
	K_EQ(again[0], 0x5a);
	arch_window_close(again);
	K_EQ(w[HV_PAGE_SIZE - 1], 0xa5);
	arch_window_close(w);
	arch_scrub(p, 1);
	w = arch_window_open(p);
	K_EQ(w[0], 0);
	K_EQ(w[HV_PAGE_SIZE - 1], 0);
	arch_window_close(w);
	put_page(p);
}

KTEST(four_windows_and_a_pin)
{
	pa_t p[5];
	u64 *w[5];
	unsigned i;

	for (i = 0; i < 5; i++)
		p[i] = guest_page();
	w[4] = arch_pin(p[4]);
	for (i = 0; i < 4; i++)
		w[i] = arch_window_open(p[i]);
	for (i = 0; i < 5; i++)
		*w[i] = i + 1;
	for (i = 0; i < 5; i++)
		K_EQ(*w[i], i + 1);
	/* closed in another order than opened */
	arch_window_close(w[1]);
	arch_window_close(w[0]);
	w[1] = arch_window_open(p[1]);
	K_EQ(*w[1], 2);
	for (i = 1; i < 4; i++)
		arch_window_close(w[i]);
	K_EQ(*w[4], 5);
	arch_unpin(w[4]);
	for (i = 0; i < 5; i++)
		put_page(p[i]);
}

KTEST(image_is_loaded_at_any_offset)
{
	static const char text[] = "an image of no special size";
	pa_t p, page;
	u8 *w;

	K_EQ(palloc_get(&hv.palloc, 1, FRAME_GUEST, OWNER, true, &p), HV_OK);
	/* across the border of two pages, odd start */
	page = PA(p.v + HV_PAGE_SIZE);
	arch_load_image(PA(page.v - 5), text, sizeof(text));
	arch_load_image(p, text, 0);
	w = arch_window_open(p);
	K_EQ(w[0], 0);
	K_EQ(memcmp(w + HV_PAGE_SIZE - 5, text, 5), 0);
	K_EQ(w[HV_PAGE_SIZE - 6], 0);
	arch_window_close(w);
	w = arch_window_open(page);
	K_EQ(memcmp(w, text + 5, sizeof(text) - 5), 0);
	K_EQ(w[sizeof(text) - 5], 0);
	arch_window_close(w);
	palloc_put(&hv.palloc, p, 2, FRAME_GUEST, OWNER);
}

KTEST(pages_change_hands)
{
	pa_t p = guest_page();
	u64 *w = arch_window_open(p), i;

	for (i = 0; i < HV_PAGE_SIZE / 8; i++)
		w[i] = 0x5ec4e7;
	arch_window_close(w);
	put_page(p);
	K_EQ(palloc_get(&hv.palloc, 0, FRAME_HV, (lpid_t){ 0 }, true, &p), HV_OK);
	w = arch_va(p);
	for (i = 0; i < HV_PAGE_SIZE / 8; i++)
		if (w[i])
			K_FAIL("a zeroed page is not");
	K_EQ(w[0], 0);
	palloc_put(&hv.palloc, p, 1, FRAME_HV, (lpid_t){ 0 });
}
