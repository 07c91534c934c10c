// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AMD SVM with nested paging (APM 2, 15) behind virt.h: the control block, the way in and out, and
 * what the exit codes mean. QEMU's model of it has defects, named where they matter. Next: world.S,
 * svm_exit.c.
 */
#include "svm.h"

#include "fmt.h"
#include "hvstring.h"
#include "panic.h"
#include "pool.h"
#include "svm_priv.h"
#include "virt.h"

#define SVM_LEAF       0x8000000a
#define EFER_RESET     EFER_SVME
#define CR0_ET	       (1ull << 4)
#define CR0_INIT       0x60000010
#define DR6_INIT       0xffff0ff0
#define DR7_INIT       0x400
#define DR7_ENABLED    0xff
#define DR_ALL	       (~0u)
#define PAT_INIT       0x0007040600070406

#define AT(field, off) BUILD_ASSERT(offsetof(struct vmcb, field) == (off), "APM 2, B: " #field)
AT(iopm, 0x40);
AT(asid, 0x58);
AT(shadow, VMCB_SHADOW);
AT(code, 0x70);
AT(interrupted, 0x88);
AT(event, 0xa8);
AT(np_cr3, 0xb0);
AT(next_rip, 0xc8);
AT(es, 0x400);
AT(tr, 0x490);
AT(cpl, 0x4cb);
AT(efer, 0x4d0);
AT(cr4, 0x548);
AT(rip, 0x578);
AT(rsp, 0x5d8);
AT(rax, 0x5f8);
AT(cr2, 0x640);
AT(pat, 0x668);
BUILD_ASSERT(sizeof(struct vmcb) == HV_PAGE_SIZE, "a control block is one page");

/* Which ports and registers end the guest: a bit for each port, two for each MSR */
static u8 io_map[3 * 4096] __attribute__((aligned(4096)));
static u8 msr_map[2 * 4096] __attribute__((aligned(4096)));
static u32 nasids, intercepted_cr;
bool svm_next_rip;

/* world.S */
enum outcome svm_stay(struct arch_vcpu *v, struct vmcb *b, struct vcpu_exit *x);

static const char *refusal(void)
{
	if (rdmsr(MSR_VM_CR) & VM_CR_OFF)
		return rdmsr(MSR_VM_CR) & VM_CR_LOCKED ? "SVM is switched off and locked by "
							 "firmware (look for SVM in its setup)"
						       : "SVM is switched off by firmware";
	if (!cpuid_has(SVM_NPT))
		return "SVM has no nested paging";
	gspace_boot(cpuid_has(CPU_GIB_PAGES));
	return NULL;
}

/* Registers that VMLOAD and VMSAVE switch are the guest's own. */
static void maps_build(void)
{
	static const u32 own[] = { MSR_SYSENTER_CS, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP, MSR_STAR,
				   MSR_LSTAR,	    MSR_CSTAR,	      MSR_SFMASK,	MSR_FS_BASE,
				   MSR_GS_BASE,	    MSR_KERNEL_GS };

	memset(io_map, 0xff, sizeof(io_map));
	memset(msr_map, 0xff, sizeof(msr_map));
	for (unsigned i = 0; i < ARRAY_SIZE(own); i++) {
		u32 n = own[i] & 0x1fff, base = own[i] & 0xc0000000 ? 0x800 : 0;

		msr_map[base + n / 4] &= (u8) ~(3u << n % 4 * 2);
	}
}

static err_t cpu_init(struct arch_cpu *c)
{
	if (c->index == 0) {
		maps_build();
		nasids = cpuid(SVM_LEAF, 0, EBX);
		svm_next_rip = cpuid_has(SVM_NRIPS);
		/* QEMU fails an assertion when a virtual interrupt waits at a write */
		intercepted_cr = platform.tcg ? CR_WRITE_CR8 : 0;
	}
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	if (!(rdmsr(MSR_EFER) & EFER_SVME) || nasids < 2)
		return HV_EIO;
	wrmsr(MSR_HSAVE_PA, (u64)c->host_area);
	asm volatile("vmsave %%rax" : : "a"(c->host_state) : "memory");
	/* a guest's task register is in force while it is loaded: there are no stacks in that */
	idt_load(false);
	c->asid_round = 1;
	c->asid_next = nasids; /* the first vcpu begins a round, with a flush */
	return HV_OK;
}

static err_t vcpu_init(struct arch_vcpu *v)
{
	v->vmcb = pool_get(v->pool, 0, false);
	return v->vmcb ? HV_OK : HV_ENOMEM;
}

static void vcpu_fini(struct arch_vcpu *v)
{
	pool_put(v->pool, v->vmcb, 0, false);
}

static void set_seg(struct vmcb_seg *s, u16 selector, u16 attrib, u32 limit, u64 base)
{
	*s = (struct vmcb_seg){ selector, attrib, limit, base };
}

static void reset_segments(struct vmcb *b, const struct pc_start *s)
{
	bool flat = s->kind == PC_START_FLAT32;
	u32 limit = flat ? ~0u : 0xffff;
	struct vmcb_seg *data[] = { &b->es, &b->ss, &b->ds, &b->fs, &b->gs };

	if (flat)
		set_seg(&b->cs, SEL_CODE, 0xc9b, limit, 0);
	else
		set_seg(&b->cs, (u16)(s->vector << 8), 0x9b, limit, (u64)s->vector << 12);
	for (unsigned i = 0; i < ARRAY_SIZE(data); i++)
		set_seg(data[i], flat ? SEL_DATA : 0, flat ? 0xc93 : 0x93, limit, 0);
	set_seg(&b->gdtr, 0, 0, 0xffff, 0);
	set_seg(&b->idtr, 0, 0, 0xffff, 0);
	set_seg(&b->ldtr, 0, 0x82, 0xffff, 0);
	set_seg(&b->tr, 0, 0x8b, 0xffff, 0);
}

static void reset_control(struct vmcb *b, const struct arch_gspace *gs)
{
	b->exceptions = 1u << PC_EXC_DB | 1u << EXC_AC | 1u << EXC_MC;
	b->misc1 = M1_INTR | M1_NMI | M1_INIT | M1_RDPMC | M1_CPUID | M1_INVD | M1_HLT |
		   M1_INVLPGA | M1_IO | M1_MSR | M1_SHUTDOWN;
	b->misc2 = M2_VMRUN | M2_VMMCALL | M2_VMLOAD | M2_VMSAVE | M2_STGI | M2_CLGI | M2_SKINIT |
		   M2_WBINVD | M2_MONITOR | M2_MWAIT | (cpuid_has(CPU_RDPRU) ? M2_RDPRU : 0);
	b->iopm = (u64)io_map;
	b->msrpm = (u64)msr_map;
	b->v_intr = V_MASKING;
	b->cr = intercepted_cr;
	b->dr = DR_ALL;
	b->np_enable = 1;
	b->np_cr3 = (u64)gs->tables.root;
}

static void reset(struct arch_vcpu *v, const struct pc_start *s)
{
	struct vmcb *b = v->vmcb;

	memset(b, 0, sizeof(*b));
	reset_control(b, v->gs);
	reset_segments(b, s);
	b->efer = EFER_RESET;
	b->cr0 = s->kind == PC_START_FLAT32 ? CR0_PE | CR0_ET : CR0_INIT;
	v->cr8 = (u8 *)&b->v_intr;
	v->cr8_shift = 0;
	b->dr6 = DR6_INIT;
	b->dr7 = DR7_INIT;
	b->pat = PAT_INIT;
}

/*
 * Moving to and from debug registers takes longer than all else of a switch, and few guests watch
 * anything: theirs come when they ask for one, or when DR7 says that some are in use.
 */
__attribute__((noinline)) void svm_own_debug(struct arch_vcpu *v)
{
	debug_load(v);
	v->vmcb->dr = 0;
}

void svm_load(struct arch_vcpu *v, struct arch_cpu *c)
{
	if (v->last_cpu != (int)c->index)
		v->asid_round = 0;
	if (unlikely(v->vmcb->dr7 & DR7_ENABLED))
		svm_own_debug(v);
	asm volatile("vmload %%rax" : : "a"(v->vmcb) : "memory");
}

void svm_put(struct arch_vcpu *v, struct arch_cpu *c)
{
	asm volatile("vmsave %%rax" : : "a"(v->vmcb) : "memory");
	asm volatile("vmload %%rax" : : "a"(c->host_state) : "memory");
	v->vmcb->dr = DR_ALL;
}

static void forget(struct arch_vcpu *v, struct arch_cpu *c)
{
	(void)c;
	v->asid_round = 0;
}

/* A number that has no translations on this CPU yet; when all are used up, all are flushed. */
static __attribute__((noinline)) void new_asid(struct arch_vcpu *v, struct arch_cpu *c)
{
	if (c->asid_next >= nasids) {
		c->asid_round++;
		c->asid_next = 1;
		v->vmcb->tlb_control = 1;
		v->undo = true;
	}
	v->asid_round = c->asid_round;
	v->vmcb->asid = c->asid_next++;
}

/*
 * Ask for an exit once the guest takes what v->window says. A virtual interrupt waits until its
 * priority is above the guest's CR8 (APM 2, 15.21.4). With QEMU none waits for that: each write of
 * CR8 leaves (intercepted_cr), and we look again soon.
 */
void svm_changed(struct arch_vcpu *v)
{
	struct vmcb *b = v->vmcb;
	u64 intr = b->v_intr & ~(V_IRQ | V_PRIO | V_IGN_TPR);
	u32 misc1 = b->misc1 & ~(M1_VINTR | M1_IRET);

	if (unlikely(v->given)) {
		intr |= V_IRQ | V_PRIO | V_IGN_TPR; /* it waits, and comes before a window */
		v->undo = true;
	} else if (v->window & PC_READY_INTR) {
		misc1 |= M1_VINTR;
		intr |= V_IRQ | V_PRIO | V_IGN_TPR;
	} else if (unlikely(PC_BELOW_OF(v->window)) && !platform.tcg) {
		misc1 |= M1_VINTR;
		intr |= V_IRQ | V_PRIO_IS(PC_BELOW_OF(v->window));
	}
	if (unlikely(v->nmi_masked))
		misc1 |= M1_IRET;
	b->v_intr = intr;
	b->misc1 = misc1;
}

void svm_offset(struct arch_vcpu *v)
{
	v->vmcb->tsc_offset = v->tsc_offset;
}

static void look_again(struct arch_cpu *c)
{
	c->look_again = arch_now() + arch_tick_hz() / 1000000 * LOOK_AGAIN_US;
	timer_program(c);
}

/* For one entry no window is open; we look again soon, if the guest does not leave by itself. */
void svm_close_once(struct arch_vcpu *v, struct arch_cpu *c)
{
	struct vmcb *b = v->vmcb;

	if (v->window || v->given)
		look_again(c);
	b->v_intr &= ~V_IRQ;
	b->misc1 &= ~M1_VINTR;
	b->cr = 0;
	v->undo = true;
}

/*
 * An entry right behind STI or MOV SS, unless the core has stepped on since: svm_stay does more
 * then. What is to come behind the shadow waits for it, but nothing tells when an NMI may.
 */
static __attribute__((noinline)) void enter_in_shadow(struct arch_vcpu *v, struct arch_cpu *c)
{
	v->vmcb->shadow = v->pc.rip == v->left_rip;
	if (v->vmcb->shadow && v->window & PC_READY_NMI)
		look_again(c);
}

/*
 * QEMU (7.2 and later) delivers an injected interrupt within VMRUN and leaves it noted as an
 * exception to be raised. When something of its own then stops the processor before the next exit,
 * its loop finds the note and raises it: the guest gets the interrupt once more, with interrupts
 * off. A virtual interrupt, which the guest takes at once, is free of that. Who waits for a window
 * meanwhile looks again soon.
 */
static void give_as_virtual(struct arch_vcpu *v, struct arch_cpu *c)
{
	struct vmcb *b = v->vmcb;

	v->given = v->event.what;
	b->v_intr = (b->v_intr & 0xffffffff) | V_IRQ | V_PRIO | V_IGN_TPR |
		    (u64)EVENT_VECTOR(v->given) << 32;
	if (unlikely(v->window)) {
		b->misc1 &= ~M1_VINTR;
		look_again(c);
	}
}

void svm_give_event(struct arch_vcpu *v, struct arch_cpu *c)
{
	struct vmcb *b = v->vmcb;

	if (v->event.what & EVENT_ERROR && !(b->cr0 & CR0_PE))
		v->event.what &= ~EVENT_ERROR; /* real mode has none */
	if (platform.tcg && EVENT_TYPE_OF(v->event.what) == TYPE_INTR) {
		if (unlikely(v->given))
			return; /* one at a time: svm_settle sees when that is taken */
		give_as_virtual(v, c);
	} else {
		b->event = (u64)v->event.error << 32 | v->event.what;
	}
	v->event.what = 0;
	v->undo = true;
}

/* An event was on its way. QEMU calls a virtual interrupt an exception then. */
static __attribute__((noinline)) void interrupted(struct arch_vcpu *v)
{
	u32 what = v->vmcb->interrupted;

	if (v->given && EVENT_VECTOR(what) == EVENT_VECTOR(v->given)) {
		what &= ~EVENT_TYPE(7);
		v->given = 0;
	}
	event_interrupted(v, what, v->vmcb->interrupted_error);
}

/*
 * Has the guest taken the virtual interrupt? Not when the exit came before it, or the entry was one
 * without it (then b->cr is 0). Or QEMU has lost it: VMRUN notes it by a plain read-modify-write,
 * which is undone at times by another thread that raises something. Then the guest has gone on, and
 * it waits for the next entry.
 */
static bool taken(const struct vmcb *b)
{
	return !(b->v_intr & V_IRQ) && b->cr;
}

bool svm_settle(struct arch_vcpu *v)
{
	struct vmcb *b = v->vmcb;

	/*
	 * QEMU leaves our own CR0.PG off when the guest had LME on and neither PAE nor PG; at the
	 * next VMRUN it would then take nested paging for off, too. On a processor this changes
	 * nothing.
	 */
	if (!(b->cr0 & CR0_PG))
		write_cr(0, BOOT_CR0);
	if (unlikely(b->interrupted & EVENT_VALID))
		interrupted(v);
	if (v->given && taken(b))
		v->given = 0;
	if (v->undo) {
		v->undo = false;
		b->tlb_control = 0;
		b->event = 0;
		b->cr = intercepted_cr;
		svm_changed(v);
	}
	return !(v->event.what & EVENT_VALID || v->given);
}

enum outcome svm_run(struct arch_vcpu *v, struct arch_cpu *c, struct vcpu_exit *x)
{
	struct vmcb *b = v->vmcb;
	enum outcome out;

	if (unlikely(v->asid_round != c->asid_round))
		new_asid(v, c);
	if (unlikely(v->shadow))
		enter_in_shadow(v, c);
	if (unlikely(v->event.what & EVENT_VALID))
		svm_give_event(v, c);
	b->rax = v->pc.gpr[PC_RAX];
	b->rsp = v->pc.gpr[PC_RSP];
	b->rip = v->pc.rip;
	b->rflags = v->pc.rflags;
	out = svm_stay(v, b, x);
	v->pc.gpr[PC_RSP] = b->rsp;
	v->pc.rflags = b->rflags;
	v->shadow = b->shadow & 1;
	return out == OUT_UNKNOWN ? svm_explain(v, x) : out;
}

static void mode(const struct arch_vcpu *v, struct pc_mode *m)
{
	const struct vmcb *b = v->vmcb;
	const struct vmcb_seg *seg = &b->es;

	*m = (struct pc_mode){ .cr0 = b->cr0,
			       .cr3 = b->cr3,
			       .cr4 = b->cr4,
			       .efer = b->efer & ~EFER_SVME,
			       .cpl = b->cpl };
	for (unsigned i = 0; i < PC_SEGS; i++)
		m->base[i] = seg[i].base;
	/* VMSAVE, not the exit, writes these two: while loaded they are in the processor */
	m->base[PC_FS] = rdmsr(MSR_FS_BASE);
	m->base[PC_GS] = rdmsr(MSR_GS_BASE);
	m->code64 = b->efer & EFER_LMA && b->cs.attrib & SEG_LONG;
	m->code32 = !m->code64 && b->cs.attrib & SEG_32;
}

static void set_cr2(struct arch_vcpu *v, u64 cr2)
{
	v->vmcb->cr2 = cr2;
}

static u64 get(const struct arch_vcpu *v, u32 msr)
{
	return msr == MSR_EFER ? v->vmcb->efer & ~EFER_SVME : v->vmcb->pat;
}

static void set(struct arch_vcpu *v, u32 msr, u64 val)
{
	if (msr == MSR_EFER)
		v->vmcb->efer = val | EFER_SVME;
	else
		v->vmcb->pat = val;
}

static size_t dump(const struct arch_vcpu *v, char *buf, size_t n)
{
	const struct vmcb *b = v->vmcb;

	return fmt_print(buf, n,
			 "cr0 %llx cr2 %llx cr3 %llx cr4 %llx efer %llx\n"
			 "cs %04x %llx ss %04x cpl %u idt %llx gdt %llx\n"
			 "exit %llx %llx %llx interrupted %x\n",
			 (long long)b->cr0, (long long)b->cr2, (long long)b->cr3, (long long)b->cr4,
			 (long long)b->efer, b->cs.selector, (long long)b->cs.base, b->ss.selector,
			 b->cpl, (long long)b->idtr.base, (long long)b->gdtr.base,
			 (long long)b->code, (long long)b->info1, (long long)b->info2,
			 b->interrupted);
}

/* Present, writable, for users (nested walks count as such), accessed and dirty from the start. */
const struct virt svm = {
	.name = "SVM",
	.stage2 = { .table = 0x27,
		    .leaf = 0x65,
		    .large = 0x80,
		    .w = 0x2,
		    .nx = 1ull << 63,
		    .type = { [MT_DEVICE] = 0x18, [MT_WC] = 0x10 } },
	.refusal = refusal,
	.cpu_init = cpu_init,
	.vcpu_init = vcpu_init,
	.vcpu_fini = vcpu_fini,
	.reset = reset,
	.forget = forget,
	.mode = mode,
	.set_cr2 = set_cr2,
	.get = get,
	.set = set,
	.dump = dump,
};
