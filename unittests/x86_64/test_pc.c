// SPDX-License-Identifier: GPL-2.0-or-later
/* arch_pc.h on the processor: start states and exits. Next: test_pc_events.c, guest_pc.S. */
#include "pc_guest.h"

static const struct ktest_suite ktest_this = { "pc", pc_setup, pc_teardown };

/* ---- start ------------------------------------------------------------------------------- */

KTEST(starts_flat)
{
	const struct pc_start s = {
		.kind = PC_START_FLAT32, .entry = GPA(0x123456), .eax = 7, .ebx = 9
	};
	struct pc_mode m;

	arch_pc_reset(av(1), &s);
	K_EQ(av(1)->pc.rip, 0x123456);
	K_EQ(av(1)->pc.gpr[PC_RAX], 7);
	K_EQ(av(1)->pc.gpr[PC_RBX], 9);
	K_EQ(av(1)->pc.rflags, RFLAGS_ONE);
	done();
	arch_vcpu_load(av(1));
	arch_pc_mode(av(1), &m);
	K_EQ(m.cr0 & (CR0_PE | CR0_PG), CR0_PE);
	K_EQ(m.cr4, 0);
	K_EQ(m.efer, 0);
	K_EQ(m.cpl, 0);
	K_CHECK(m.code32 && !m.code64);
	K_EQ(m.base[PC_CS], 0);
	K_EQ(arch_vcpu_wake(av(1)), TIME_NEVER);
	arch_vcpu_put(av(1));
}

KTEST(starts_after_sipi)
{
	const struct pc_start s = { .kind = PC_START_SIPI, .vector = 0x9a };
	struct pc_mode m;

	arch_pc_reset(av(1), &s);
	done();
	arch_vcpu_load(av(1));
	arch_pc_mode(av(1), &m);
	K_EQ(av(1)->pc.rip, 0);
	K_EQ(m.cr0 & (CR0_PE | CR0_PG), 0);
	K_EQ(m.base[PC_CS], 0x9a000);
	K_CHECK(!m.code32 && !m.code64);
	arch_vcpu_put(av(1));
}

KTEST(mode_tells_where_the_guest_is)
{
	struct pc_mode m;

	arch_pc_mode(av(0), &m);
	K_CHECK(m.code64 && !m.code32);
	K_EQ(m.cr3, CONTRACT_OWN);
	K_EQ(m.efer, EFER_LME | EFER_LMA);
	K_EQ(m.cpl, 0);
	done();
}

KTEST(registers_of_the_port)
{
	u64 v = 0;

	K_EQ(arch_pc_msr(av(0), MSR_PC_PAT, false, &v), HV_OK);
	K_EQ(v, 0x0007040600070406);
	v = 0x0007040600070402;
	K_EQ(arch_pc_msr(av(0), MSR_PC_PAT, true, &v), HV_EINVAL);
	v = 0x0000000000000106;
	K_EQ(arch_pc_msr(av(0), MSR_PC_PAT, true, &v), HV_OK);
	K_EQ(arch_pc_msr(av(0), MSR_PC_PAT, false, &v), HV_OK);
	K_EQ(v, 0x106);
	v = EFER_SCE | EFER_NXE; /* LME may not go while paging is on */
	K_EQ(arch_pc_msr(av(0), MSR_PC_EFER, true, &v), HV_EINVAL);
	v = EFER_LME | EFER_SVME;
	K_EQ(arch_pc_msr(av(0), MSR_PC_EFER, true, &v), HV_EINVAL);
	v = EFER_LME | EFER_SCE;
	K_EQ(arch_pc_msr(av(0), MSR_PC_EFER, true, &v), HV_OK);
	K_EQ(arch_pc_msr(av(0), MSR_PC_EFER, false, &v), HV_OK);
	K_EQ(v, EFER_LME | EFER_LMA | EFER_SCE);
	K_EQ(arch_pc_msr(av(0), 0x1b, false, &v), HV_ENOENT);
	go(AGAIN);
	expect_call(0, 0x2005);
	done();
}

KTEST(processor_is_described)
{
	u32 r[4];

	arch_pc_cpuid(0x80000001, 0, r);
	K_CHECK(r[EDX] >> 29 & 1);   /* long mode */
	K_CHECK(!(r[ECX] >> 2 & 1)); /* SVM is ours */
	arch_pc_cpuid(1, 0, r);
	K_CHECK(!(r[ECX] >> 3 & 1)); /* MONITOR */
	K_CHECK(r[EDX] & 1);
	done();
}

/* What QEMU gets wrong, see svm_settle: whoever comes next would see machine memory. */
KTEST(exit_without_paging)
{
	const struct pc_start s = { .kind = PC_START_FLAT32, .entry = GPA(GIB(1)) };
	u64 efer = EFER_LME;
	unsigned i;

	done();
	arch_pc_reset(av(1), &s);
	arch_vcpu_load(av(1));
	K_EQ(arch_pc_msr(av(1), MSR_PC_EFER, true, &efer), HV_OK);
	for (i = 0; i < 3; i++) {
		K_EQ(run(1), EXIT_MEMORY);
		K_EQ(x.mem.addr.v, GIB(1));
		K_EQ(x.mem.access, ACCESS_EXEC);
	}
	arch_vcpu_put(av(1));
	K_CHECK(read_cr(0) & CR0_PG);
	contract_start(av(1), CODE, DATA + HV_PAGE_SIZE);
	arch_vcpu_load(av(1));
	expect_call(1, 0x1001);
	arch_vcpu_put(av(1));
}

/* ---- exits ------------------------------------------------------------------------------- */

KTEST(call_from_user_mode_is_illegal)
{
	go(USER);
	K_EQ(run(0), EXIT_ILLEGAL);
	K_EQ(x.illegal.cause, ILLEGAL_PRIVILEGE);
	K_EQ(av(0)->pc.gpr[PC_RAX], 0x2005);
	done();
}

/* Refused by us, or by the processor, whose fault the guest gets. */
KTEST(forbidden_instructions)
{
	u64 faults = 0;
	unsigned i;

	for (i = FORBIDDEN; i < INTERRUPT; i++) {
		go((enum piece)i);
		if (run(0) == EXIT_ILLEGAL) {
			K_EQ(x.illegal.cause, ILLEGAL_INSTRUCTION);
			K_EQ(av(0)->pc.rip, address((enum piece)i));
		} else {
			K_EQ(x.kind, EXIT_HCALL);
			K_EQ(peek(data, D_FAULTS), ++faults);
		}
	}
	K_CHECK(faults < INTERRUPT - FORBIDDEN);
	done();
}

KTEST(quiet_instructions)
{
	go(QUIET);
	expect_call(0, 0x2005);
	go(COUNTERS);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_FAULTS), 1);
	done();
}

KTEST(ports)
{
	go(PORT_OUT);
	K_EQ(run(0), EXIT_IO);
	K_EQ(x.io.port, 0x1234);
	K_EQ(x.io.size, 2);
	K_CHECK(x.io.write && !x.io.string);
	K_EQ(av(0)->pc.gpr[PC_RAX] & 0xffff, 0xabcd);
	av(0)->pc.rip += x.len;
	expect_call(0, 0x2005);
	go(PORT_IN);
	K_EQ(run(0), EXIT_IO);
	K_EQ(x.io.port, 0x71);
	K_EQ(x.io.size, 1);
	K_CHECK(!x.io.write);
	K_EQ(x.len, 2);
	done();
}

KTEST(registers_leave)
{
	go(REGISTERS);
	K_EQ(run(0), EXIT_REGISTER);
	K_EQ(x.reg.space, REG_MSR);
	K_EQ(x.reg.nr, 0x1b);
	K_CHECK(!x.reg.write);
	av(0)->pc.rip += x.len;
	K_EQ(run(0), EXIT_REGISTER);
	K_EQ(x.reg.nr, MSR_PC_EFER);
	K_CHECK(x.reg.write);
	av(0)->pc.rip += x.len;
	K_EQ(run(0), EXIT_REGISTER);
	K_EQ(x.reg.space, REG_CPUID);
	av(0)->pc.rip += x.len;
	expect_call(0, 0x2005);
	go(PREFIXED);
	K_EQ(run(0), EXIT_REGISTER);
	/* nobody tells on AMD processors without NRIPS, such as QEMU's */
	K_EQ(x.len, virt == &svm && !cpuid_has(SVM_NRIPS) ? 2 : 3);
	done();
}

static void piece(enum piece p, u64 rcx, u64 rdx)
{
	go(p);
	av(0)->pc.gpr[PC_RCX] = rcx;
	av(0)->pc.gpr[PC_RDX] = rdx;
	expect_call(0, 0x2005);
}

/* Off the CPU and on again; somebody else has watched `other` meanwhile. */
static void away(u64 other)
{
	arch_vcpu_put(av(0));
	write_dr(0, other);
	write_dr(3, other);
	arch_vcpu_load(av(0));
}

/*
 * DR0 to DR3 may be another vcpu's as long as the guest neither looks at them nor uses them. (QEMU
 * watches what was asked for last, whoever runs: that DR7 alone is enough shows elsewhere only.)
 */
KTEST(debug_addresses_are_the_guests_own)
{
	const u64 here = DATA + D_TOUCHED, off = 0x400, on = 0x10401; /* DR0: a byte is written */

	gate(PC_EXC_DB, DEBUG);
	piece(WATCH, here, on);
	away(DATA);
	piece(TOUCH, 0, 0);
	K_EQ(peek(data, D_DEBUGS), 1);
	piece(WATCHED, 0, 0);
	K_EQ(av(0)->pc.gpr[PC_RCX], here);
	K_EQ(av(0)->pc.gpr[PC_RDX], here);
	piece(WATCH_ON, 0, off);
	away(here);
	piece(TOUCH, 0, 0);
	K_EQ(peek(data, D_DEBUGS), 1);
	piece(WATCHED, 0, 0);
	K_EQ(av(0)->pc.gpr[PC_RCX], here);
	piece(WATCH, DATA, off);
	away(here);
	piece(WATCH_ON, 0, on);
	piece(TOUCH, 0, 0);
	K_EQ(peek(data, D_DEBUGS), 1);
	away(here);
	piece(WATCHED, 0, 0);
	K_EQ(av(0)->pc.gpr[PC_RCX], DATA);
	K_EQ(av(0)->pc.gpr[PC_RDX], DATA);
	K_EQ(peek(data, D_TOUCHED), 3);
	piece(WATCH_ON, 0, off);
	done();
}

/* They stay with the vcpu, and the hypervisor's own come back. */
KTEST(bases_are_the_guests_own)
{
	u64 fs = rdmsr(MSR_FS_BASE);
	struct pc_mode m;

	go(BASES);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_BASE), 0x11223344);
	arch_pc_mode(av(0), &m);
	K_EQ(m.base[PC_FS], 0);
	done();
	K_CHECK(rdmsr(MSR_FS_BASE) == (u64)arch_cpu()->fs);
	K_CHECK(rdmsr(MSR_KERNEL_GS) != 0x11223344);
	/* between load and put SVM leaves the guest's in the processor */
	K_CHECK((fs == (u64)arch_cpu()->fs) == (virt == &vmx));
}
