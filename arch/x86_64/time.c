// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The time stamp counter as the clock, and the local APIC's timer as each CPU's one alarm. How fast
 * they are is measured against ACPI's timer, or the old 8254, since nobody tells it reliably.
 */
#include "panic.h"
#include "port.h"

#define PM_HZ	    3579545
#define PIT_HZ	    1193182
#define PIT_COUNT   0x40
#define PIT_COMMAND 0x43
#define MEASURE_US  20000 /* less than the 55 ms after which the 8254 begins again */
#define TRIES	    16
#define HZ_GUESS    1000000000
#define REPEAT_MAX  100000 /* times a second that an unseen interrupt of the timer comes again */
#define REPEAT_MIN  10

static u64 count_per_tick; /* APIC timer, 32 binary places */

u64 arch_now(void)
{
	return rdtsc();
}

u64 arch_tick_hz(void)
{
	return platform.tsc_hz ? platform.tsc_hz : HZ_GUESS;
}

void wait_us(u64 us)
{
	u64 end = arch_now() + arch_tick_hz() / 1000000 * us;

	while (arch_now() < end)
		arch_relax();
}

static u64 pit_read(void)
{
	u64 lo;

	outb(PIT_COMMAND, 0); /* latch counter 0, which counts down */
	lo = inb(PIT_COUNT);
	return 0xffff - (lo | (u64)inb(PIT_COUNT) << 8);
}

static u64 reference(void)
{
	return platform.acpi.pm_timer ? inl(platform.acpi.pm_timer) & 0xffffff : pit_read();
}

/* One moment on both clocks: of several tries the one that nothing came between. */
static u64 sample(u64 *ref)
{
	u64 best = ~0ull, at = 0;

	for (unsigned i = 0; i < TRIES; i++) {
		u64 t0 = arch_now(), r = reference(), t1 = arch_now();

		if (t1 - t0 < best) {
			best = t1 - t0;
			at = t0 + (t1 - t0) / 2;
			*ref = r;
		}
	}
	return at;
}

static u64 ref_hz(void)
{
	return platform.acpi.pm_timer ? PM_HZ : PIT_HZ;
}

static u64 ref_mask(void)
{
	return platform.acpi.pm_timer ? 0xffffff : 0xffff;
}

/* False: the reference does not count. */
static bool measure(void)
{
	u64 from, to, ref, ref2 = 0, gone;
	u32 apic;

	if (!platform.acpi.pm_timer) {
		outb(PIT_COMMAND, 0x34); /* counter 0, a rate of 65536 */
		outb(PIT_COUNT, 0);
		outb(PIT_COUNT, 0);
	}
	from = sample(&ref);
	apic_count_start();
	for (unsigned i = 0; i < 10000000; i++) {
		gone = (reference() - ref) & ref_mask();
		if (gone >= ref_hz() / 1000000 * MEASURE_US)
			break;
	}
	apic = apic_count_end();
	to = sample(&ref2);
	ref2 = (ref2 - ref) & ref_mask();
	if (ref2 < ref_hz() / 1000000 * MEASURE_US)
		return false;
	platform.tsc_hz = (to - from) * ref_hz() / ref2;
	platform.apic_hz = (u64)apic * ref_hz() / gone;
	return true;
}

void time_boot(void)
{
	if (!measure()) {
		platform.acpi.pm_timer = 0;
		if (!measure())
			panic("no clock runs: neither ACPI's timer nor the 8254");
	}
	if (platform.tsc_hz < 1000000 || platform.apic_hz < 1000)
		panic("clocks: %llu ticks and %llu counts a second",
		      (unsigned long long)platform.tsc_hz, (unsigned long long)platform.apic_hz);
	count_per_tick = (platform.apic_hz << 32) / platform.tsc_hz;
}

/* A count that is too long fires early, which is legal: whoever waits looks again. */
static u64 count(u64 ticks)
{
	u64 n;

	if (ticks >= 1ull << 31)
		ticks = 1ull << 31;
	n = (ticks * count_per_tick >> 32) + 1;
	return MIN(n, 0xffffffff);
}

/*
 * QEMU changes its note of pending interrupts at each VMRUN and exit of a guest, and not as one
 * operation: one that another of its threads adds just then is lost, until the local APIC has
 * something new to say. So the timer fires again and again until it is programmed anew.
 */
static u64 repeated(u64 n)
{
	return MAX(MIN(n, platform.apic_hz / REPEAT_MIN), platform.apic_hz / REPEAT_MAX);
}

void timer_program(struct arch_cpu *c)
{
	u64 when = MIN(c->alarm, c->look_again), now, n;

	if (c->vcpu)
		when = MIN(when, c->vcpu->alarm);
	if (when && when == c->programmed)
		return;
	c->programmed = when;
	if (apic_by_tsc()) {
		apic_timer(when == TIME_NEVER ? 0 : when ? when : 1);
		return;
	}
	now = arch_now();
	n = when == TIME_NEVER ? 0 : when <= now ? 1 : count(when - now);
	apic_timer(platform.tcg ? repeated(n ? n : ~0ull) : n);
}

void arch_alarm(u64 when)
{
	struct arch_cpu *c = arch_cpu();

	c->alarm = when;
	timer_program(c);
}
