/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What core/papr needs of a port that runs PAPR partitions (POWER hardware, or um). The general
 * rules of arch.h hold. Everything that can be done on struct papr_regs alone (interrupt delivery,
 * call arguments) is portable C in core/papr and is not here.
 */
#ifndef RHYPE_ARCH_PAPR_H
#define RHYPE_ARCH_PAPR_H

#include "arch.h"
#include "papr_regs.h"

/* What the guest device tree says of the processor. Constant after arch_boot. */
struct papr_cpu_desc {
	const char *name; /* node name stem, such as "PowerPC,POWER9" */
	u32 pvr;
	u64 timebase_hz, clock_hz;
	u32 dcache_line, icache_line, dcache_size, icache_size;
	u8 pa_features[80]; /* ibm,pa-features, verbatim; TM cleared */
	unsigned pa_features_len;
	u32 radix_ap[8]; /* ibm,processor-radix-AP-encodings, host order */
	unsigned nradix_ap;
	u32 dec_bits; /* width of the decrementer */
	bool ail;     /* the guest may have its interrupts with translation on (LPCR_AIL) */
};

const struct papr_cpu_desc *arch_papr_cpu(void);

/*
 * Start state of a vcpu (LoPAR, "Boot-time state"; 64-bit big-endian, real mode, interrupts off):
 * everything zero except nip = entry, gpr[3] = r3 and what the architecture fixes. Not loaded.
 */
void arch_papr_reset(struct arch_vcpu *v, gpa_t entry, u64 r3);

/*
 * Tell the port that regs->lpcr of this vcpu changed. Takes effect before the vcpu's next guest
 * instruction. The vcpu is loaded here or not running.
 */
void arch_papr_mode_changed(struct arch_vcpu *v);

/*
 * The partition's process table (ISA 3.0B Book III 5.7.6.2): radix guest, base in logical
 * addresses, size as log2 bytes (12 .. 24); base 0 and size 0 withdraws it. gtse: the guest may use
 * tlbie itself. Flushes what depended on the old one on this CPU; the caller kicks the others.
 * May fail: HV_ENOTSUP (hash translation), HV_EINVAL.
 */
err_t arch_papr_proc_table(struct arch_gspace *gs, bool radix, gpa_t base, unsigned size_log2,
			   bool gtse);

/*
 * `on`: an external interrupt waits and the guest has MSR[EE] = 0. Leave the guest (EXIT_WINDOW or
 * EXIT_PREEMPT) once it accepts one: at once where LPCR[MER] works, otherwise looked at again every
 * PAPR_MEDIATE_US microseconds. `off` cancels, and so does arch_vcpu_put. The vcpu is loaded here.
 */
void arch_papr_mediate(struct arch_vcpu *v, bool on);
#define PAPR_MEDIATE_US 100

/* Set the guest's DAR and DSISR, before a storage interrupt is delivered. Loaded here. */
void arch_papr_set_fault(struct arch_vcpu *v, u64 dar, u32 dsisr);

/*
 * Upcall, from the call vector, on this CPU's stack, with the caller's registers in *regs (only
 * gpr[0..13] need be valid, lr, ctr, xer and cr; nip and msr are not). `cpu_vcpu` is what core put
 * into the port with arch_vcpu_run's vcpu. Returns true when the call was a LIGHT row and is done:
 * the guest continues with regs->gpr[3..]. False: nothing happened, take a full exit.
 */
bool hcall_light(struct arch_vcpu *v, struct papr_regs *regs);

#endif
