// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PC machine: what the core reaches of it, and what happens before each entry into a guest.
 * Next: exit.c (why a guest stopped), apic.c (interrupts), load.c (what a guest finds at its
 * start).
 */
#include "pc.h"

#include "hvstring.h"
#include "panic.h"

BUILD_ASSERT(sizeof(struct pc_part) <= HV_PAGE_SIZE, "machine state of a partition is one page");
BUILD_ASSERT(sizeof(struct pc_vcpu) <= HV_PAGE_SIZE, "and that of a vcpu");

static void part_reset(struct pc_part *pp)
{
	u32 size[4];

	pc_ioapic_reset(&pp->ioapic);
	pc_uart_reset(&pp->uart);
	pc_rtc_reset(&pp->rtc);
	pc_cpuid_boot(pp);
	arch_pc_cpuid(0x80000008, 0, size);
	pp->phys_bits = (u8)MAX(MIN(size[0] & 0xff, 52u), 32u);
}

static err_t part_init(struct partition *p)
{
	p->mach = pool_get(&p->pool, 0, false);
	if (!p->mach)
		return HV_ENOMEM;
	part_reset(p->mach);
	return HV_OK;
}

static void part_fini(struct partition *p)
{
	if (!p->mach)
		return;
	pc_forget(p);
	pool_put(&p->pool, p->mach, 0, false);
	p->mach = NULL;
}

/* What INIT leaves alone begins here: MTRRs, MISC_ENABLE, the counter, the mode of the APIC. */
static void vcpu_power_on(struct vcpu *v)
{
	struct pc_vcpu *pv = pc_vcpu(v);

	memset(pv, 0, sizeof(*pv));
	pc_mtrr_reset(pv);
	pv->wait_sipi = v->index != 0;
	pc_apic_power_on(&pv->apic, v->index);
	pc_vcpu_reset(v, 0);
}

static err_t vcpu_init(struct vcpu *v)
{
	v->mach = pool_get(&v->part->pool, 0, false);
	if (!v->mach)
		return HV_ENOMEM;
	vcpu_power_on(v);
	return HV_OK;
}

static void vcpu_fini(struct vcpu *v)
{
	pool_put(&v->part->pool, v->mach, 0, false);
	v->mach = NULL;
}

void pc_vcpu_reset(struct vcpu *v, u8 vector)
{
	struct pc_vcpu *pv = pc_vcpu(v);
	const struct pc_start s = { .kind = PC_START_SIPI, .vector = vector };

	CHECK(!v->loaded);
	atomic_store(&pv->attn, 0);
	pv->halted = false;
	pc_apic_reset(&pv->apic, v->index);
	pv->due = TIME_NEVER;
	pv->retry = TIME_NEVER;
	pv->clock = 0;
	arch_pc_reset(&v->arch, &s);
	arch_pc_tsc_offset(&v->arch, pv->tsc_offset);
}

static void restart(struct partition *p)
{
	part_reset(pc_part(p));
	for (unsigned i = 0; i < p->nvcpus; i++)
		vcpu_power_on(p->vcpu[i]);
	pc_reload(p);
}

static __attribute__((noinline)) void wake(struct vcpu *v)
{
	vcpu_wake(v);
}

void pc_attn(struct vcpu *v, u32 bits)
{
	u32 old;

	arch_lock_point(); /* the process port lets others come in between */
	old = atomic_fetch_or(&pc_vcpu(v)->attn, bits);
	arch_lock_point();
	if (unlikely(old & ATTN_HALTED))
		wake(v);
	if ((old & bits) != bits)
		vcpu_kick(v);
}

void pc_alarm(struct vcpu *v)
{
	struct pc_vcpu *pv = pc_vcpu(v);

	pv->due = MIN(pv->apic.timer, pv->retry);
	arch_pc_alarm(&v->arch, pv->due);
}

/* The vcpu's alarm has come: its own timer, or bytes that wait for the console. */
static __attribute__((noinline)) void alarm_due(struct vcpu *v, u64 now)
{
	struct pc_vcpu *pv = pc_vcpu(v);

	if (pv->retry <= now) {
		pv->retry = TIME_NEVER;
		lock_take(&v->part->lock);
		pc_uart_flush(v);
		lock_drop(&v->part->lock);
	}
	if (pv->apic.timer <= now)
		pc_timer_fire(v);
	pc_alarm(v);
}

/* It has executed the HLT at rip, and nothing since. */
static bool at_halt(struct vcpu *v)
{
	const struct pc_vcpu *pv = pc_vcpu(v);

	return pv->halted && pc_regs(v)->rip == pv->halt_rip;
}

/* What the guest takes n bytes on: there the shadow of an STI before a HLT is over. */
static inline __attribute__((always_inline)) unsigned ready_behind(struct vcpu *v, u8 n)
{
	struct pc_regs *r = pc_regs(v);
	u64 rip = r->rip;
	unsigned what;

	r->rip += n;
	what = arch_pc_ready(&v->arch);
	r->rip = rip;
	return what;
}

/* At a HLT: does it take one of these behind it? */
static inline bool takes(struct vcpu *v, u32 attn)
{
	unsigned want = attn & ATTN_IRQ ? PC_READY_INTR : 0;

	if (attn & ATTN_NMI)
		want |= PC_READY_NMI;
	return ready_behind(v, pc_vcpu(v)->halt_len) & want;
}

bool pc_may_wake(struct vcpu *v)
{
	return takes(v, atomic_load(&pc_vcpu(v)->attn));
}

bool pc_wakes(struct vcpu *v)
{
	struct pc_vcpu *pv = pc_vcpu(v);
	u32 attn = atomic_load(&pv->attn);

	if (attn & (ATTN_IRQ | ATTN_HELD))
		attn = pc_apic_pending(v) < 0 ? attn & ~ATTN_IRQ : attn | ATTN_IRQ;
	return takes(v, attn);
}

/* Whatever is given to a vcpu at a HLT ends that: its handler returns behind it. */
static void inject(struct vcpu *v, enum pc_event_type type, u8 vector)
{
	const struct pc_event e = { .type = type, .vector = vector };
	struct pc_vcpu *pv = pc_vcpu(v);

	if (at_halt(v))
		pc_regs(v)->rip += pv->halt_len;
	pv->halted = false;
	arch_pc_inject(&v->arch, &e);
}

/*
 * Give the guest what is pending, or ask the port to tell when it can take something. IRQ is
 * cleared before the APIC is looked at, and set while a window is open for it: nothing is lost, and
 * who adds to what waits does not disturb the guest again. Behind an interrupt that is given only
 * one that comes later could be more urgent, and sets IRQ.
 */
static __attribute__((noinline)) void deliver(struct vcpu *v)
{
	struct pc_vcpu *pv = pc_vcpu(v);
	u32 attn = atomic_fetch_and(&pv->attn, ~(ATTN_HALTED | ATTN_IRQ | ATTN_HELD));
	unsigned can = ready_behind(v, at_halt(v) ? pv->halt_len : 0), window = 0, class;
	int vector = -1;

	arch_lock_point();
	if (attn & ATTN_NMI && can & PC_READY_NMI) {
		atomic_fetch_and(&pv->attn, ~ATTN_NMI);
		inject(v, PC_EVENT_NMI, PC_EXC_NMI);
		can = 0;
	} else if (attn & ATTN_NMI) {
		window |= PC_READY_NMI;
	}
	if (attn & (ATTN_IRQ | ATTN_HELD))
		vector = pc_apic_pending(v);
	if (vector >= 0 && can & PC_READY_INTR) {
		pc_apic_take(&pv->apic, (u8)vector);
		inject(v, PC_EVENT_INTR, (u8)vector);
	} else if (vector >= 0) {
		atomic_fetch_or(&pv->attn, ATTN_IRQ);
		window |= PC_READY_INTR;
	} else if (attn & (ATTN_IRQ | ATTN_HELD) && (class = pc_apic_waits(v)) != 0 &&
		   class <= arch_pc_cr8(&v->arch)) { /* else it came just now, and has set IRQ */
		atomic_fetch_or(&pv->attn, ATTN_HELD);
		window |= PC_BELOW(class);
	}
	arch_pc_window(&v->arch, window);
}

void pc_look(struct arch_vcpu *av)
{
	deliver(container_of(av, struct vcpu, arch));
}

static void before_run(struct vcpu *v)
{
	struct pc_vcpu *pv = pc_vcpu(v);
	u64 now = arch_now();

	if (unlikely(pv->due <= now))
		alarm_due(v, now);
	if (unlikely(atomic_load_explicit(&pv->attn, memory_order_relaxed)))
		deliver(v);
}

static void unpin(struct partition *p)
{
	(void)p; /* no page of a PC is pinned */
}

static void term_input(struct partition *p)
{
	lock_take(&p->lock);
	if (p->nvcpus)
		pc_uart_update(p);
	lock_drop(&p->lock);
}

const struct machine machine_pc = {
	.name = "pc",
	.hcalls = &pc_hcalls,
	.hole = PC_HOLE,
	.hole_end = PC_HOLE_END,
	.part_init = part_init,
	.part_fini = part_fini,
	.vcpu_init = vcpu_init,
	.vcpu_fini = vcpu_fini,
	.load = pc_load,
	.restart = restart,
	.before_run = before_run,
	.exit = pc_exit,
	.unpin = unpin,
	.term_input = term_input,
};
