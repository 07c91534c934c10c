// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exits that are no calls: each becomes what a PC does. A guest that faults for ever costs its own
 * time only. Next: ports.c, msr.c, cpuid.c, emulate.c.
 */
#include "pc.h"

void pc_raise(struct vcpu *v, u8 vector)
{
	const struct pc_event e = { .type = PC_EVENT_EXCEPTION,
				    .vector = vector,
				    .has_error = vector == PC_EXC_GP || vector == PC_EXC_SS };

	arch_pc_inject(&v->arch, &e);
}

void pc_page_fault(struct vcpu *v, u64 va, u32 error)
{
	const struct pc_event e = { .type = PC_EVENT_EXCEPTION,
				    .vector = PC_EXC_PF,
				    .has_error = true,
				    .error = error,
				    .cr2 = va };

	arch_pc_inject(&v->arch, &e);
}

static void port_access(struct vcpu *v, const struct vcpu_exit *x)
{
	u64 *rax = &pc_regs(v)->gpr[PC_RAX];
	u16 port = (u16)x->io.port;
	u8 size = x->io.size;
	u32 val = (u32)*rax;

	if (x->io.string) {
		pc_string_io(v, port, size);
		return;
	}
	if (!pc_skip(v, x->len))
		return;
	if (x->io.write) {
		pc_port_write(v, port, size, val);
		return;
	}
	val = pc_port_read(v, port, size);
	if (size == 4)
		*rax = val;
	else if (size == 2)
		*rax = (*rax & ~0xffffull) | (val & 0xffff);
	else
		*rax = (*rax & ~0xffull) | (val & 0xff);
}

err_t pc_do_rdmsr(struct vcpu *v, u32 nr)
{
	u64 *gpr = pc_regs(v)->gpr, val;
	err_t err = pc_msr_read(v, nr, &val);

	if (!err) {
		gpr[PC_RAX] = (u32)val;
		gpr[PC_RDX] = val >> 32;
	}
	return err;
}

static err_t do_wrmsr(struct vcpu *v, u32 nr)
{
	const u64 *gpr = pc_regs(v)->gpr;

	return pc_msr_write(v, nr, gpr[PC_RDX] << 32 | (u32)gpr[PC_RAX]);
}

static void reg_access(struct vcpu *v, const struct vcpu_exit *x)
{
	u64 rip = pc_regs(v)->rip;
	err_t err = HV_OK;

	if (!pc_skip(v, x->len))
		return;
	if (x->reg.space == REG_CPUID)
		pc_cpuid(v);
	else
		err = x->reg.write ? do_wrmsr(v, x->reg.nr) : pc_do_rdmsr(v, x->reg.nr);
	if (err)
		pc_regs(v)->rip = rip;
	if (err && err != HV_EAGAIN)
		pc_raise(v, PC_EXC_GP);
}

/*
 * HLT. It is skipped when something is given to the guest (machine.c, inject); until then the guest
 * stands at it, so that waking for nothing does no harm.
 */
void pc_stand(struct vcpu *v, u8 len)
{
	struct pc_vcpu *pv = pc_vcpu(v);

	pv->halted = true;
	pv->halt_rip = pc_regs(v)->rip;
	pv->halt_len = len ? len : 1;
}

/* HALTED is set before the last look: who raises something later wakes. */
static void halt(struct vcpu *v, u8 len)
{
	pc_stand(v, len);
	atomic_fetch_or(&pc_vcpu(v)->attn, ATTN_HALTED);
	arch_lock_point();
	if (!pc_wakes(v))
		vcpu_block(v, arch_vcpu_wake(&v->arch));
}

void pc_exit(struct vcpu *v, struct vcpu_exit *x)
{
	switch (x->kind) {
	case EXIT_IO:
		port_access(v, x);
		break;
	case EXIT_REGISTER:
		reg_access(v, x);
		break;
	case EXIT_MEMORY:
		pc_emulate(v);
		break;
	case EXIT_IDLE:
		halt(v, x->len);
		break;
	case EXIT_ILLEGAL:
		pc_raise(v, PC_EXC_UD);
		break;
	default: /* physical interrupt: no partition owns a device, so it was spurious */
		break;
	}
}
