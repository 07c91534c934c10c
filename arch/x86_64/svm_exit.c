// SPDX-License-Identifier: GPL-2.0-or-later
/* What the exit codes of SVM mean (APM 2, appendix C). Next: vcpu.c, core/dispatch.c. */
#include "svm_priv.h"

/* Length of the instruction that ended the guest: what it has without prefixes, if nobody tells. */
static u8 length(const struct arch_vcpu *v, u8 bare)
{
	return svm_next_rip ? (u8)(v->vmcb->next_rip - v->pc.rip) : bare;
}

static void illegal(struct vcpu_exit *x, enum illegal_cause cause)
{
	x->kind = EXIT_ILLEGAL;
	x->illegal.cause = cause;
	x->illegal.info = 0;
}

static enum outcome dead(struct vcpu_exit *x, const char *why, u64 code)
{
	x->kind = EXIT_DEAD;
	x->dead.why = why;
	x->dead.code = code;
	return OUT_DONE;
}

static inline void call(struct arch_vcpu *v, struct vcpu_exit *x)
{
	if (unlikely(v->vmcb->cpl)) {
		illegal(x, ILLEGAL_PRIVILEGE);
		return;
	}
	v->pc.rip += length(v, 3);
	x->kind = EXIT_HCALL;
	x->hcall.nr = v->pc.gpr[PC_RAX];
	x->hcall.args = &v->pc.gpr[PC_CALL_ARGS];
	x->hcall.status = &v->pc.gpr[PC_RAX];
}

static inline void reg(struct arch_vcpu *v, struct vcpu_exit *x, enum reg_space space, bool write)
{
	x->kind = EXIT_REGISTER;
	x->len = length(v, 2);
	x->reg.space = space;
	x->reg.nr = (u32)v->pc.gpr[PC_RCX];
	x->reg.write = write;
}

static enum outcome io(struct arch_vcpu *v, struct vcpu_exit *x)
{
	u32 info = (u32)v->vmcb->info1;

	x->kind = EXIT_IO;
	x->len = (u8)(v->vmcb->info2 - v->pc.rip);
	x->io.port = IO_PORT(info);
	x->io.size = (u8)IO_SIZE(info);
	x->io.write = !(info & IO_IN);
	x->io.string = info & IO_STRING;
	return OUT_DONE;
}

static enum outcome memory(struct arch_vcpu *v, struct vcpu_exit *x)
{
	u64 info = v->vmcb->info1;
	unsigned access = info & PC_PF_FETCH   ? ACCESS_EXEC
			  : info & PC_PF_WRITE ? ACCESS_WRITE
					       : ACCESS_READ;

	return vcpu_memory(v, x, GPA(v->vmcb->info2), access, info & PC_PF_P);
}

static enum outcome again_behind(struct arch_vcpu *v, u8 bare)
{
	v->pc.rip += length(v, bare);
	return OUT_AGAIN;
}

static enum outcome exception(struct arch_vcpu *v, u8 vector, bool has_error)
{
	event_exception(v, vector, has_error, 0);
	return OUT_AGAIN;
}

/*
 * The handler of an NMI ends: the next one may come behind its IRET, which has not happened yet.
 * Until then the guest stands as if in a shadow.
 */
static enum outcome iret(struct arch_vcpu *v)
{
	v->nmi_masked = false;
	v->shadow = true;
	virt_changed(v);
	return OUT_AGAIN;
}

static enum outcome rare(struct arch_vcpu *v, struct vcpu_exit *x, u32 code)
{
	switch (code) {
	case SVM_DR ... SVM_DR + 31:
		svm_own_debug(v);
		return OUT_AGAIN;
	case SVM_IRET:
		return iret(v);
	case SVM_WRITE_CR8:
		svm_close_once(v, arch_cpu()); /* QEMU only; the guest does it now */
		return OUT_AGAIN;
	case SVM_INVD:
	case SVM_WBINVD:
		return again_behind(v, 2);
	case SVM_RDPMC:
		return exception(v, PC_EXC_GP, true);
	case SVM_EXCEPTION + PC_EXC_DB:
		return exception(v, PC_EXC_DB, false);
	case SVM_EXCEPTION + EXC_AC:
		return exception(v, EXC_AC, true);
	case SVM_EXCEPTION + EXC_MC:
		return dead(x, "machine check while the partition ran", code);
	case SVM_SHUTDOWN:
		x->kind = EXIT_SHUTDOWN;
		return OUT_DONE;
	case SVM_INVLPGA:
	case SVM_VMRUN:
	case SVM_VMLOAD:
	case SVM_VMSAVE:
	case SVM_STGI:
	case SVM_CLGI:
	case SVM_SKINIT:
	case SVM_MONITOR:
	case SVM_MWAIT:
	case SVM_MWAIT_ARMED:
	case SVM_RDPRU:
		illegal(x, ILLEGAL_INSTRUCTION);
		return OUT_DONE;
	case SVM_INIT:
		return OUT_INTR;
	case (u32)SVM_INVALID:
		return dead(x, "the processor refuses the guest's state", code);
	default:
		return dead(x, "unknown exit", code);
	}
}

static inline void halt(struct arch_vcpu *v, struct vcpu_exit *x)
{
	x->kind = EXIT_IDLE;
	x->len = length(v, 1);
}

/* The exits that may be light. */
static inline bool simple(struct arch_vcpu *v, const struct vmcb *b, struct vcpu_exit *x)
{
	switch ((u32)b->code) {
	case SVM_VMMCALL:
		call(v, x);
		return true;
	case SVM_CPUID:
		reg(v, x, REG_CPUID, false);
		return true;
	case SVM_MSR:
		reg(v, x, REG_MSR, b->info1);
		return true;
	case SVM_HLT:
		v->pc.rflags = b->rflags;
		halt(v, x);
		return true;
	default:
		return false;
	}
}

/* There is more to do before the guest goes on, if it does. */
static __attribute__((noinline)) enum outcome look(struct arch_vcpu *v, struct vmcb *b)
{
	v->pc.rflags = b->rflags;
	pc_look(v);
	b->rax = v->pc.gpr[PC_RAX];
	b->rip = v->pc.rip;
	b->shadow = 0;
	if (v->event.what & EVENT_VALID)
		svm_give_event(v, arch_cpu());
	return OUT_AGAIN;
}

enum outcome svm_light(struct arch_vcpu *v, struct vmcb *b, struct vcpu_exit *x)
{
	enum light done;

	v->pc.gpr[PC_RAX] = b->rax;
	v->pc.rip = v->left_rip = b->rip;
	if (unlikely(v->undo || b->interrupted & EVENT_VALID || !(b->cr0 & CR0_PG)) &&
	    !svm_settle(v))
		return OUT_UNKNOWN;
	if (!simple(v, b, x))
		return OUT_UNKNOWN;
	done = pc_light(v, x);
	if (done != LIGHT_DONE)
		return done == LIGHT_NOT ? OUT_DONE : look(v, b);
	b->rax = v->pc.gpr[PC_RAX];
	b->rip = v->pc.rip;
	b->shadow = 0; /* it was over with the instruction */
	return OUT_AGAIN;
}

enum outcome svm_explain(struct arch_vcpu *v, struct vcpu_exit *x)
{
	u32 code = (u32)v->vmcb->code;

	switch (code) {
	case SVM_IO:
		return io(v, x);
	case SVM_NPF:
		return memory(v, x);
	case SVM_INTR:
	case SVM_NMI:
		return OUT_INTR;
	case SVM_VINTR:
		x->kind = EXIT_WINDOW;
		return OUT_DONE;
	case SVM_HLT: /* here only with an interrupt that waits, of which the core knows nothing */
		if (v->pc.rflags & RFLAGS_IF)
			return again_behind(v, 1);
		/* fallthrough */
	default:
		return simple(v, v->vmcb, x) ? OUT_DONE : rare(v, x, code);
	}
}
