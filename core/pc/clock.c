// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clock that KVM publishes, which tells a guest the rate of its time stamp counter: nanoseconds
 * are a linear function of it, the same on all vcpus, and never change. It is written when a guest
 * asks for it, and again when it moves its counter. Next: timer.c.
 */
#include "pc.h"

#include "endian.h"
#include "gcopy.h"

#define NS_PER_S 1000000000ull
#define ENABLED	 1u
#define STABLE	 1 /* flag: all vcpus' clocks are one */

struct clock_page {
	le32_t version, pad;
	le64_t tsc, ns; /* at this counter value the clock shows so much */
	le32_t mul;
	u8 shift; /* signed */
	u8 flags;
	u8 rest[2];
};

BUILD_ASSERT(sizeof(struct clock_page) == 32, "as published");

struct wall_clock {
	le32_t version, sec, nsec;
};

/* ns = (ticks << shift) * mul >> 32, or >> -shift: mul gets at least 31 significant bits. */
void pc_clock_rate(u64 hz, u32 *mul, s32 *shift)
{
	*shift = 0;
	while (hz > 2 * NS_PER_S) {
		hz >>= 1;
		--*shift;
	}
	while (hz <= NS_PER_S) {
		hz <<= 1;
		++*shift;
	}
	*mul = (u32)((NS_PER_S << 32) / hz);
}

static void write_page(struct vcpu *v, gpa_t g)
{
	const struct pc_vcpu *pv = pc_vcpu(v);
	struct clock_page page = { .version = cpu_to_le32(1), .flags = STABLE };
	u32 mul;
	s32 shift;

	pc_clock_rate(arch_tick_hz(), &mul, &shift);
	page.tsc = cpu_to_le64(pv->tsc_offset); /* at tick 0 */
	page.mul = cpu_to_le32(mul);
	page.shift = (u8)shift;
	/* an odd version: being written */
	if (gcopy_to(v->part, g, &page, sizeof(page)))
		return;
	page.version = cpu_to_le32(2);
	arch_barrier();
	gcopy_to(v->part, g, &page.version, sizeof(page.version));
}

err_t pc_clock_set(struct vcpu *v, u64 msr)
{
	gpa_t g = GPA(msr & ~3ull);

	if (msr & ENABLED && !gmem_contains(v->part, g, sizeof(struct clock_page)))
		return HV_EINVAL;
	pc_vcpu(v)->clock = msr;
	pc_clock_update(v);
	return HV_OK;
}

void pc_clock_update(struct vcpu *v)
{
	u64 msr = pc_vcpu(v)->clock;

	if (msr & ENABLED)
		write_page(v, GPA(msr & ~3ull));
}

/* What the time of day was when the clock showed 0. */
err_t pc_clock_wall(struct vcpu *v, u64 g)
{
	struct wall_clock wall = { .version = cpu_to_le32(2) };
	u64 seconds, up = arch_now() / arch_tick_hz();

	if (arch_rtc_read(&seconds) == HV_OK && seconds > up)
		wall.sec = cpu_to_le32((u32)(seconds - up));
	return gcopy_to(v->part, GPA(g), &wall, sizeof(wall)) ? HV_EINVAL : HV_OK;
}
