// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One stay in a guest under VMX: what is written before it, and what an exit means (SDM 3, chapters
 * 27 and 28). Next: vmx.S, vcpu.c.
 */
#include "vmx.h"
#include "xcr0.h"

#define CR_MOV_TO  0
#define CR_CLTS	   2
#define CR_LMSW	   3
#define DR7_GD	   (1ull << 13)
#define CR4_PCIDE  (1ull << 17)
#define TSS16_BUSY 3

static u64 qualification(void)
{
	return vmread(VMCS_QUALIFICATION);
}

/* Over the instruction that was served here; the core does it for those that it serves. */
static enum outcome skip(struct arch_vcpu *v)
{
	v->pc.rip += vmread(VMCS_EXIT_LEN);
	return OUT_AGAIN;
}

static enum outcome fault(struct arch_vcpu *v, u8 vector)
{
	event_exception(v, vector, vector == PC_EXC_GP, 0);
	return OUT_AGAIN;
}

static enum outcome dead(struct vcpu_exit *x, const char *why, u64 code)
{
	x->kind = EXIT_DEAD;
	x->dead.why = why;
	x->dead.code = code;
	return OUT_DONE;
}

static enum outcome illegal(struct vcpu_exit *x, enum illegal_cause cause, u64 reason)
{
	x->kind = EXIT_ILLEGAL;
	x->illegal.cause = cause;
	x->illegal.info = reason;
	return OUT_DONE;
}

/* ---- control registers --------------------------------------------------------------------- */

static u64 pdpte_reserved(void)
{
	return ~((1ull << (cpuid(0x80000008, 0, EAX) & 0xff)) - 1) | 0x1e6;
}

/* Page directory pointers of a 32-bit guest with PAE, which a change of paging loads (4.4.1). */
static bool load_pdptes(const struct arch_vcpu *v)
{
	u64 cr3 = vmread(VMCS_GUEST_CR3) & 0xffffffe0, e[4];
	unsigned prot;
	pa_t pa;

	if (arch_gspace_query(v->gs, GPA(cr3), &pa, &prot))
		return false;
	for (unsigned i = 0; i < 4; i++) /* once: another vcpu may be writing */
		e[i] = ((const volatile u64 *)pa.v)[i];
	for (unsigned i = 0; i < 4; i++)
		if (e[i] & 1 && e[i] & pdpte_reserved())
			return false;
	for (unsigned i = 0; i < 4; i++)
		vmwrite(VMCS_GUEST_PDPTE + 2 * i, e[i]);
	return true;
}

/* Paging goes on or off, and long mode with it. False: not in this combination. */
static bool change_paging(const struct arch_vcpu *v, u64 cr0)
{
	u64 cr4 = vmread(VMCS_GUEST_CR4), efer = vmread(VMCS_GUEST_EFER);
	bool code64 = vmread(VMCS_GUEST_ACCESS + 2 * PC_CS) & AR_LONG;
	u64 entry = vmread(VMCS_ENTRY) & ~(u64)ENTRY_GUEST64;

	if (efer & EFER_LMA && (code64 || cr4 & CR4_PCIDE))
		return false;
	efer &= ~EFER_LMA;
	if (cr0 & CR0_PG && efer & EFER_LME) {
		if (!(cr4 & CR4_PAE) || code64 ||
		    (vmread(VMCS_GUEST_ACCESS + 2 * SEG_TR) & 15) == TSS16_BUSY)
			return false;
		efer |= EFER_LMA;
		entry |= ENTRY_GUEST64;
	} else if (cr0 & CR0_PG && cr4 & CR4_PAE && !load_pdptes(v)) {
		return false;
	}
	vmwrite(VMCS_GUEST_EFER, efer);
	vmwrite(VMCS_ENTRY, entry);
	return true;
}

/* Only a change of CD, NW or NE comes here; PG may change with it. */
static enum outcome set_cr0(struct arch_vcpu *v, u64 val)
{
	u64 host = CR0_CD | CR0_NW | CR0_NE, old = vmread(VMCS_GUEST_CR0);

	if (val >> 32 || (val & CR0_PG && !(val & CR0_PE)) || (val & CR0_NW && !(val & CR0_CD)))
		return fault(v, PC_EXC_GP);
	if ((val ^ old) & CR0_PG) {
		if (!change_paging(v, val))
			return fault(v, PC_EXC_GP);
		invvpid(INVVPID_SINGLE, v->vpid);
	}
	vmwrite(VMCS_CR0_SHADOW, val);
	vmwrite(VMCS_GUEST_CR0, (val & ~host) | CR0_NE | CR0_ET);
	return skip(v);
}

/* MCE is the machine's; of the other bits that come here the guest has none. */
static enum outcome set_cr4(struct arch_vcpu *v, u64 val)
{
	u64 now = vmread(VMCS_GUEST_CR4), other = real_cr4(~0ull) | CR4_MCE;
	bool paging = vmread(VMCS_GUEST_CR0) & CR0_PG;

	other &= rdmsr(MSR_VMX_CR4_FIXED1) & ~CR4_VMXE;
	if (val & ~other || (paging && (now ^ val) & CR4_PAE))
		return fault(v, PC_EXC_GP);
	if (val & ~now & CR4_PCIDE &&
	    (!(vmread(VMCS_GUEST_EFER) & EFER_LMA) || vmread(VMCS_GUEST_CR3) & 0xfff))
		return fault(v, PC_EXC_GP);
	vmwrite(VMCS_CR4_SHADOW, val);
	vmwrite(VMCS_GUEST_CR4, real_cr4(val));
	invvpid(INVVPID_SINGLE, v->vpid);
	return skip(v);
}

static enum outcome control_register(struct arch_vcpu *v, struct vcpu_exit *x)
{
	u64 q = qualification(), val;
	unsigned cr = q & 15, how = q >> 4 & 3, reg = q >> 8 & 15;

	if (how != CR_MOV_TO || (cr != 0 && cr != 4))
		return dead(x, "access to a control register", q);
	val = reg == PC_RSP ? vmread(VMCS_GUEST_RSP) : v->pc.gpr[reg];
	return cr ? set_cr4(v, val) : set_cr0(v, val);
}

static enum outcome set_xcr(struct arch_vcpu *v)
{
	u64 val = (u32)v->pc.gpr[PC_RAX] | v->pc.gpr[PC_RDX] << 32;
	u64 have = cpuid(0xd, 0, EAX) | (u64)cpuid(0xd, 0, EDX) << 32;

	if ((u32)v->pc.gpr[PC_RCX] || vmx_cpl() || !xcr0_is_legal(val, have))
		return fault(v, PC_EXC_GP);
	xsetbv(val);
	return skip(v);
}

/* ---- what an exit means -------------------------------------------------------------------- */

/*
 * What the exit left undone: DR6, DR7.GD, the step over INT1. An entry in a shadow with TF on needs
 * the pending single step, which the exit has taken with the exception (27.3.1.5).
 */
static void debug_exception(struct arch_vcpu *v, unsigned type)
{
	write_dr(6, (read_dr(6) & ~15ull) | (qualification() & 0x600f) | 0xffff0ff0);
	vmwrite(VMCS_GUEST_DR7, vmread(VMCS_GUEST_DR7) & ~DR7_GD);
	if (type == TYPE_INT1)
		v->pc.rip += vmread(VMCS_EXIT_LEN);
	else if (v->pc.rflags & RFLAGS_TF && v->shadow)
		vmwrite(VMCS_GUEST_PENDING, vmread(VMCS_GUEST_PENDING) | PENDING_STEP);
}

/* The exceptions that were asked for; the guest gets them as if nothing had been. */
static enum outcome exception(struct arch_vcpu *v, struct vcpu_exit *x)
{
	u32 info = (u32)vmread(VMCS_EXIT_INFO);
	u8 vector = (u8)info;

	if (EVENT_TYPE_OF(info) == TYPE_NMI) {
		asm volatile("int $2"); /* the exit has taken it from the processor; vcpu.c sees */
		return OUT_INTR;
	}
	if (vector == EXC_MC)
		return dead(x, "machine check while the partition ran", vector);
	if (vector == PC_EXC_DB)
		debug_exception(v, EVENT_TYPE_OF(info));
	event_exception(v, vector, info & EVENT_ERROR, (u32)vmread(VMCS_EXIT_ERROR));
	return OUT_AGAIN;
}

static enum outcome io(struct vcpu_exit *x)
{
	u64 q = qualification();

	x->kind = EXIT_IO;
	x->len = (u8)vmread(VMCS_EXIT_LEN);
	x->io.port = (u32)(q >> 16 & 0xffff);
	x->io.size = (u8)((q & 7) + 1);
	x->io.write = !(q & 8);
	x->io.string = q & 16;
	return OUT_DONE;
}

/* Whether the address belongs to a table walk or to the access itself is all the same. */
static enum outcome memory(struct arch_vcpu *v, struct vcpu_exit *x)
{
	u64 q = qualification();
	unsigned access = q & 4 ? ACCESS_EXEC : q & 2 ? ACCESS_WRITE : ACCESS_READ;

	return vcpu_memory(v, x, GPA(vmread(VMCS_GUEST_PA)), access, q >> 3 & 7);
}

static enum outcome reg(struct vcpu_exit *x, enum reg_space space, u32 nr, bool write)
{
	x->kind = EXIT_REGISTER;
	x->len = (u8)vmread(VMCS_EXIT_LEN); /* there may be prefixes */
	x->reg.space = space;
	x->reg.nr = nr;
	x->reg.write = write;
	return OUT_LIGHT;
}

static enum outcome call(struct arch_vcpu *v, struct vcpu_exit *x)
{
	if (vmx_cpl())
		return illegal(x, ILLEGAL_PRIVILEGE, VMX_VMCALL);
	v->pc.rip += 3;
	x->kind = EXIT_HCALL;
	x->hcall.nr = v->pc.gpr[PC_RAX];
	x->hcall.args = &v->pc.gpr[PC_CALL_ARGS];
	x->hcall.status = &v->pc.gpr[PC_RAX];
	return OUT_LIGHT;
}

static enum outcome explain(struct arch_vcpu *v, u32 reason, struct vcpu_exit *x)
{
	switch (reason) {
	case VMX_CPUID:
		return reg(x, REG_CPUID, 0, false);
	case VMX_RDMSR:
	case VMX_WRMSR:
		return reg(x, REG_MSR, (u32)v->pc.gpr[PC_RCX], reason == VMX_WRMSR);
	case VMX_VMCALL:
		return call(v, x);
	case VMX_INTERRUPT:
	case VMX_TIMER:
		return OUT_INTR;
	case VMX_HLT:
		x->kind = EXIT_IDLE;
		x->len = (u8)vmread(VMCS_EXIT_LEN);
		return OUT_LIGHT;
	case VMX_IO:
		return io(x);
	case VMX_EPT_VIOLATION:
		return memory(v, x);
	case VMX_WINDOW:
	case VMX_NMI_WINDOW:
	case VMX_TPR:
		x->kind = EXIT_WINDOW;
		return OUT_DONE;
	case VMX_EXCEPTION:
		return exception(v, x);
	case VMX_CR:
		return control_register(v, x);
	case VMX_XSETBV:
		return set_xcr(v);
	case VMX_INVD:
	case VMX_WBINVD: /* memory is coherent whatever the guest does */
		return skip(v);
	case VMX_RDPMC:
		return fault(v, PC_EXC_GP);
	case VMX_TRIPLE_FAULT:
		x->kind = EXIT_SHUTDOWN;
		return OUT_DONE;
	case VMX_INIT:
	case VMX_SIPI:
		return OUT_AGAIN;
	case VMX_TASK_SWITCH:
		return dead(x, "task switch", qualification());
	case VMX_EPT_MISCONFIG:
		return v->gs->tables.splits
			       ? OUT_AGAIN
			       : dead(x, "bad second-stage entry", vmread(VMCS_GUEST_PA));
	case VMX_MWAIT:
	case VMX_MONITOR:
	case VMX_GETSEC:
	case VMX_INVEPT:
	case VMX_INVVPID:
	case VMX_VMFUNC:
	case VMX_INVPCID:
	case VMX_XSAVES:
	case VMX_XRSTORS:
		return illegal(x, ILLEGAL_INSTRUCTION, reason);
	default:
		if (reason >= VMX_VMCLEAR && reason <= VMX_VMXON)
			return illegal(x, ILLEGAL_INSTRUCTION, reason);
		return dead(x, "unknown exit", reason);
	}
}

/* ---- around the stay ----------------------------------------------------------------------- */

/* Bochs 2.7 shows no interrupt of ours while a guest masks its own: look at them now and then. */
#define LOOK_US 500

static void arm_timer(const struct arch_vcpu *v, const struct arch_cpu *c)
{
	u64 when = MIN(MIN(c->alarm, c->look_again), v->alarm), now = arch_now(), n = 0;
	u64 look_ticks = arch_tick_hz() / 1000000 * LOOK_US;

	if (!(v->pc.rflags & RFLAGS_IF))
		when = MIN(when, now + look_ticks);
	if (when > now)
		n = (when - now) >> vmx_timer_shift;
	vmwrite(VMCS_TIMER, MIN(n, 0xffffffffull));
}

/* Over the end of 4 GiB an instruction leads to 0, where it is not 64-bit code (27.3.1.4). */
static void wrap(struct arch_vcpu *v)
{
	struct pc_mode m;

	virt->mode(v, &m);
	if (!m.code64)
		v->pc.rip &= 0xffffffff;
}

static void before(struct arch_vcpu *v, const struct arch_cpu *c)
{
	u32 what = v->event.what;

	if (unlikely(v->pc.rip >> 32))
		wrap(v);
	vmwrite(VMCS_GUEST_RIP, v->pc.rip);
	vmwrite(VMCS_GUEST_RSP, v->pc.gpr[PC_RSP]);
	vmwrite(VMCS_GUEST_RFLAGS, v->pc.rflags);
	if (v->shadow && v->pc.rip != v->left_rip)
		vmwrite(VMCS_INTERRUPTIBILITY, v->blocked & ~(BLOCKED_STI | BLOCKED_MOV_SS));
	if (what & EVENT_VALID) {
		if (what & EVENT_ERROR && !(vmread(VMCS_GUEST_CR0) & CR0_PE))
			what &= ~EVENT_ERROR; /* real mode has none (27.2.1.3) */
		vmwrite(VMCS_ENTRY_ERROR, v->event.error);
		vmwrite(VMCS_ENTRY_INFO, what);
		v->event.what = 0;
	}
	arm_timer(v, c);
}

static void after(struct arch_vcpu *v)
{
	v->pc.rip = v->left_rip = vmread(VMCS_GUEST_RIP);
	v->pc.gpr[PC_RSP] = vmread(VMCS_GUEST_RSP);
	v->pc.rflags = vmread(VMCS_GUEST_RFLAGS);
	v->blocked = (u32)vmread(VMCS_INTERRUPTIBILITY);
	v->shadow = v->blocked & (BLOCKED_STI | BLOCKED_MOV_SS);
	v->nmi_masked = v->blocked & BLOCKED_NMI;
}

/* An event that was on its way when the exit came. */
static void interrupted(struct arch_vcpu *v)
{
	u32 what = (u32)vmread(VMCS_VECTORING);

	if (!(what & EVENT_VALID))
		return;
	event_interrupted(v, what & ~INFO_UNBLOCKED, (u32)vmread(VMCS_VECTORING_ERROR));
	if (EVENT_TYPE_OF(what) == TYPE_NMI) { /* it begins anew */
		v->blocked &= ~BLOCKED_NMI;
		vmwrite(VMCS_INTERRUPTIBILITY, v->blocked);
	}
}

__attribute__((noinline)) enum outcome vmx_run(struct arch_vcpu *v, struct arch_cpu *c,
					       struct vcpu_exit *x)
{
	u32 reason;

	before(v, c);
	if (!vmx_enter(v, v->launched))
		return dead(x, "VM entry failed, error", vmread(VMCS_INSTRUCTION_ERROR));
	v->launched = true;
	after(v);
	reason = (u32)vmread(VMCS_REASON);
	if (reason & VMX_FAILED)
		return dead(x, "VM entry refused the guest's state", reason & ~VMX_FAILED);
	interrupted(v);
	return explain(v, reason, x);
}
