// SPDX-License-Identifier: GPL-2.0-or-later
/* What the contract tests must know of a PAPR processor. Next: test_contract_papr.c. */
#include "arch_papr.h"
#include "contract.h"
#include "endian.h"

void contract_space(struct arch_gspace *gs)
{
	(void)gs;
}

void contract_space_end(void)
{
}

/* r3 = data page, translation off, in the byte order of the hypervisor */
void contract_start(struct arch_vcpu *v, u64 entry, u64 data)
{
	arch_papr_reset(v, GPA(entry), data);
	if (HV_BE(16, 1) != 1)
		v->papr.msr |= MSR_LE;
}

u64 *contract_pc(struct arch_vcpu *v)
{
	return &v->papr.nip;
}

u64 *contract_kept(struct arch_vcpu *v)
{
	return &v->papr.gpr[20];
}

bool contract_call_registers(struct arch_vcpu *v, const struct vcpu_exit *x)
{
	return x->hcall.status == &v->papr.gpr[3] && x->hcall.args == &v->papr.gpr[4];
}
