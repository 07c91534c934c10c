// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of a local APIC: which interrupts wait, which is in service, which comes next (APM 2,
 * chapter 16). Senders set bits without a lock. Next: apic_reg.c (registers), ipi.c (senders).
 */
#include "pc.h"

#define SVR_ENABLE (1u << 8)
#define BASE_BSP   (1u << 8)
#define FLAT	   0xfu

void pc_apic_power_on(struct pc_apic *a, unsigned index)
{
	a->base = PC_APIC_BASE | PC_APIC_ENABLE | (index ? 0 : BASE_BSP);
	pc_apic_reset(a, index);
}

/* As INIT does it: the mode stays (SDM 3, 11.12.5.1). */
void pc_apic_reset(struct pc_apic *a, unsigned index)
{
	for (unsigned i = 0; i < PC_VECTOR_WORDS; i++) {
		atomic_store(&a->irr[i], 0);
		atomic_store(&a->tmr[i], 0);
		a->isr[i] = 0;
	}
	a->svr = 0xff;
	a->ldr = pc_apic_x2(a) ? PC_X2_LDR(index) : 0;
	a->dfr = ~0u;
	atomic_store(&a->esr_next, 0);
	a->tpr = a->esr = a->icr = a->icr2 = a->tdcr = a->initial = 0;
	for (unsigned i = 0; i < PC_LVTS; i++)
		a->lvt[i] = 1u << 16;
	a->timer = TIME_NEVER;
	a->deadline = 0;
}

bool pc_apic_takes_part(const struct vcpu *v)
{
	return pc_vcpu(v)->apic.svr & SVR_ENABLE && v->online;
}

void pc_apic_error(struct pc_apic *a, u32 bit)
{
	atomic_fetch_or(&a->esr_next, bit);
}

bool pc_apic_accept(struct vcpu *v, u8 vector, bool level)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	u64 bit = 1ull << vector % 64;

	if (!pc_apic_on(a) || !(a->svr & SVR_ENABLE))
		return false;
	if (vector < 16) {
		pc_apic_error(a, ESR_RECEIVED_ILLEGAL);
		return false;
	}
	if (level)
		atomic_fetch_or(&a->tmr[vector / 64], bit);
	else
		atomic_fetch_and(&a->tmr[vector / 64], ~bit);
	atomic_fetch_or(&a->irr[vector / 64], bit);
	pc_attn(v, ATTN_IRQ);
	return true;
}

/* Highest vector in service, or -1. */
static inline __attribute__((always_inline)) int in_service(const struct pc_apic *a)
{
#pragma GCC unroll 4
	for (int i = PC_VECTOR_WORDS - 1; i >= 0; i--)
		if (a->isr[i])
			return i * 64 + 63 - __builtin_clzll(a->isr[i]);
	return -1;
}

/*
 * MOV to CR8 sets the class, and the rest to 0 (APM 2, 16.6.4); here, if that changes the class.
 */
u32 pc_apic_tpr(struct vcpu *v)
{
	struct pc_apic *a = &pc_vcpu(v)->apic;
	u32 class = arch_pc_cr8(&v->arch);

	if (unlikely(a->tpr >> 4 != class))
		a->tpr = class << 4;
	return a->tpr;
}

void pc_apic_set_tpr(struct vcpu *v, u8 val)
{
	pc_vcpu(v)->apic.tpr = val;
	arch_pc_set_cr8(&v->arch, val >> 4);
}

u32 pc_apic_ppr(struct vcpu *v)
{
	u32 tpr = pc_apic_tpr(v);
	int isr = in_service(&pc_vcpu(v)->apic);

	if (isr < 0 || tpr >> 4 >= (u32)isr >> 4)
		return tpr;
	return (u32)isr & 0xf0;
}

/* Highest vector that is requested, or -1. */
static inline __attribute__((always_inline)) int requested(const struct pc_apic *a)
{
#pragma GCC unroll 4
	for (int i = PC_VECTOR_WORDS - 1; i >= 0; i--) {
		u64 word = atomic_load(&a->irr[i]);

		if (word)
			return i * 64 + 63 - __builtin_clzll(word);
	}
	return -1;
}

int pc_apic_pending(struct vcpu *v)
{
	const struct pc_apic *a = &pc_vcpu(v)->apic;
	int vector = requested(a), class = vector >> 4;

	if (vector < 0 || class <= arch_pc_cr8(&v->arch) || class <= in_service(a) >> 4)
		return -1;
	return vector;
}

unsigned pc_apic_waits(struct vcpu *v)
{
	const struct pc_apic *a = &pc_vcpu(v)->apic;
	int class = requested(a) >> 4;

	return class >= 0 && class > in_service(a) >> 4 ? (unsigned)class : 0;
}

void pc_apic_take(struct pc_apic *a, u8 vector)
{
	u64 bit = 1ull << vector % 64;

	atomic_fetch_and(&a->irr[vector / 64], ~bit);
	a->isr[vector / 64] |= bit;
}

int pc_apic_eoi(struct pc_apic *a)
{
	int vector = in_service(a);

	if (vector >= 0)
		a->isr[vector / 64] &= ~(1ull << vector % 64);
	return vector;
}

static bool match_logical(const struct pc_apic *a, u32 dest)
{
	u32 ldr = a->ldr;

	if (pc_apic_x2(a))
		return ldr >> 16 == dest >> 16 && ldr & dest & 0xffff;
	ldr >>= 24;
	if (a->dfr >> 28 == FLAT)
		return ldr & dest;
	return (ldr >> 4 == dest >> 4 || dest >> 4 == 0xf) && ldr & dest & 0xf;
}

/* x2: dest has 32 bits, all of them set is everybody; else it has 8. */
bool pc_apic_match(const struct vcpu *v, u32 dest, bool logical, bool x2)
{
	const struct pc_apic *a = &pc_vcpu(v)->apic;

	if (!pc_apic_on(a))
		return false;
	if (dest == (x2 ? ~0u : 0xffu))
		return true;
	return logical ? match_logical(a, dest) : dest == v->index;
}
