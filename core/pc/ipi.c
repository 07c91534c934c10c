// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts from one place to another: the command register of a local APIC, and messages of the
 * I/O APIC. INIT and start-up take a vcpu off its CPU and make it begin anew. Next: ioapic.c.
 */
#include "pc.h"

enum { MODE_FIXED, MODE_LOWEST, MODE_SMI, MODE_RESERVED, MODE_NMI, MODE_INIT, MODE_STARTUP };
enum { TO_DEST, TO_SELF, TO_ALL, TO_OTHERS };

#define ICR_MODE(icr) ((icr) >> 8 & 7)
#define ICR_LOGICAL   (1u << 11)
#define ICR_ASSERT    (1u << 14)
#define ICR_LEVEL     (1u << 15)
#define ICR_TO(icr)   ((icr) >> 18 & 3)

static bool meant(const struct vcpu *from, const struct vcpu *to, u32 icr, u32 dest)
{
	switch (ICR_TO(icr)) {
	case TO_SELF:
		return to == from;
	case TO_ALL:
		return true;
	case TO_OTHERS:
		return to != from;
	default:
		return pc_apic_match(to, dest, icr & ICR_LOGICAL, pc_apic_x2(&pc_vcpu(from)->apic));
	}
}

/* INIT: off its scheduler at once; off its CPU when that has seen it. The lock is held. */
static void init(struct vcpu *v)
{
	pc_vcpu(v)->wait_sipi = true;
	if (v->online)
		vcpu_offline(v);
}

/* Start-up, for who waits for it. False: it is still on a CPU. The lock is held. */
static bool startup(struct vcpu *v, u8 vector)
{
	if (!pc_vcpu(v)->wait_sipi || v->part->state != PART_RUNNING)
		return true;
	if (v->loaded)
		return false;
	arch_lock_point(); /* the process port lets others come in between */
	pc_vcpu(v)->wait_sipi = false;
	pc_vcpu_reset(v, vector);
	vcpu_online(v);
	return true;
}

static bool life_cycle(struct vcpu *v, u32 icr, u32 dest)
{
	struct partition *p = v->part;
	bool done = true;

	if (ICR_MODE(icr) == MODE_INIT && icr & ICR_LEVEL && !(icr & ICR_ASSERT))
		return true; /* the end of an INIT: nothing since the first processors */
	lock_take(&p->lock);
	for (unsigned i = 0; i < p->nvcpus; i++) {
		if (!meant(v, p->vcpu[i], icr, dest))
			continue;
		if (ICR_MODE(icr) == MODE_INIT)
			init(p->vcpu[i]);
		else if (!startup(p->vcpu[i], (u8)icr))
			done = false;
	}
	lock_drop(&p->lock);
	return done;
}

bool pc_ipi(struct vcpu *v, u32 icr, u32 dest)
{
	struct partition *p = v->part;
	u32 mode = ICR_MODE(icr);

	if (mode == MODE_INIT || mode == MODE_STARTUP)
		return life_cycle(v, icr, dest);
	if (mode != MODE_FIXED && mode != MODE_LOWEST && mode != MODE_NMI)
		return true;
	if (mode != MODE_NMI && (u8)icr < 16) {
		pc_apic_error(&pc_vcpu(v)->apic, ESR_SENT_ILLEGAL);
		return true;
	}
	for (unsigned i = 0; i < p->nvcpus; i++) {
		if (!meant(v, p->vcpu[i], icr, dest))
			continue;
		if (mode == MODE_LOWEST && !pc_apic_takes_part(p->vcpu[i]))
			continue;
		if (mode == MODE_NMI)
			pc_attn(p->vcpu[i], ATTN_NMI);
		else
			pc_apic_accept(p->vcpu[i], (u8)icr, false);
		if (mode == MODE_LOWEST)
			break;
	}
	return true;
}

bool pc_message(struct partition *p, u32 low, u8 dest)
{
	u32 mode = ICR_MODE(low);
	bool accepted = false;

	if (mode != MODE_FIXED && mode != MODE_LOWEST && mode != MODE_NMI)
		return false;
	for (unsigned i = 0; i < p->nvcpus; i++) {
		struct vcpu *v = p->vcpu[i];

		if (!pc_apic_match(v, dest, low & ICR_LOGICAL, false))
			continue;
		if (mode == MODE_LOWEST && !pc_apic_takes_part(v))
			continue;
		if (mode == MODE_NMI)
			pc_attn(v, ATTN_NMI);
		else if (pc_apic_accept(v, (u8)low, low & ICR_LEVEL))
			accepted = true;
		if (mode == MODE_LOWEST)
			break;
	}
	return accepted;
}
