// SPDX-License-Identifier: GPL-2.0-or-later
/* arch_pc.h on the processor: start states, events, windows, alarms, exits. Next: guest_pc.S. */
#include "../arch/contract_vcpu.h"
#include "hv.h"
#include "hvstring.h"
#include "virt.h"
#include "x86_64/guest.h"

extern const char pc_guest_start[], pc_guest_end[];
extern const u32 pc_pieces[];

/* Pieces of guest_pc.S */
enum piece {
	SETUP,
	AGAIN,
	LATE_STI,
	SLEEP,
	COUNT,
	COUNT_OPEN,
	USER,
	QUIET,
	COUNTERS,
	PORT_OUT,
	PORT_IN,
	REGISTERS,
	BASES,
	FORBIDDEN,
	INTERRUPT = 20,
	FAULT,
	NMI,
};

/* What stands on the data page */
#define D_INTERRUPTS 0x100
#define D_ERROR	     0x108
#define D_CR2	     0x110
#define D_FAULTS     0x118
#define D_NMIS	     0x120
#define D_BASE	     0x138
#define D_GDT	     0x1a0
#define D_GDTR	     0x1e0
#define D_IDTR	     0x1f0
#define D_IDT	     0x200
#define VECTOR	     0x30
#define TURNS	     1000u

static pa_t data;

static u64 address(enum piece p)
{
	return FAR + pc_pieces[p];
}

static void go(enum piece p)
{
	av(0)->pc.rip = address(p);
}

static void gate(unsigned vector, enum piece p)
{
	u64 a = address(p);

	poke(data, D_IDT + 16 * vector,
	     (a & 0xffff) | 8ull << 16 | 0x8eull << 40 | (a >> 16 & 0xffff) << 48);
	poke(data, D_IDT + 16 * vector + 8, a >> 32);
}

/* Vcpu 0 stands behind SETUP, loaded, interrupts off. */
static void setup(void)
{
	static const u64 gdt[] = { 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00affb000000ffff,
				   0x00cff3000000ffff };
	u64 size = (u64)(pc_guest_end - pc_guest_start);

	vcpu_setup();
	hv.tracing = false;
	data = vcpu_data[0];
	arch_load_image(vcpu_far, x86_guest(pc_guest_start, size), size);
	map_page(FAR, vcpu_far, PROT_R | PROT_X);
	for (unsigned i = 0; i < ARRAY_SIZE(gdt); i++)
		poke(data, D_GDT + 8 * i, gdt[i]);
	poke(data, D_GDTR, (sizeof(gdt) - 1) | (DATA + D_GDT) << 16);
	poke(data, D_GDTR + 8, 0);
	poke(data, D_IDTR, (16 * (VECTOR + 1) - 1) | (DATA + D_IDT) << 16);
	poke(data, D_IDTR + 8, 0);
	for (unsigned at = D_INTERRUPTS; at < D_GDT; at += 8)
		poke(data, at, 0); /* the prologue was here */
	gate(VECTOR, INTERRUPT);
	gate(PC_EXC_NMI, NMI);
	gate(PC_EXC_GP, FAULT);
	gate(PC_EXC_PF, FAULT);
	arch_vcpu_load(av(0));
	go(SETUP);
	expect_call(0, 0x2001);
}

static void teardown(void)
{
	hv.tracing = false;
	vcpu_teardown();
}

static const struct ktest_suite ktest_this = { "pc", setup, teardown };

static void done(void)
{
	arch_vcpu_put(av(0));
}

static void inject(enum pc_event_type type, u8 vector, bool has_error, u32 error, u64 cr2)
{
	const struct pc_event e = { type, vector, has_error, error, cr2 };

	arch_pc_inject(av(0), &e);
}

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

/* ---- events ------------------------------------------------------------------------------ */

KTEST(interrupt_arrives)
{
	go(AGAIN);
	K_EQ(arch_pc_ready(av(0)), PC_READY_NMI);
	av(0)->pc.rflags |= RFLAGS_IF;
	K_EQ(arch_pc_ready(av(0)), PC_READY_NMI | PC_READY_INTR);
	inject(PC_EVENT_INTR, VECTOR, false, 0, 0);
	K_EQ(arch_pc_ready(av(0)), 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	K_EQ(arch_pc_ready(av(0)), PC_READY_NMI | PC_READY_INTR);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	done();
}

KTEST(window_opens)
{
	go(LATE_STI);
	arch_pc_window(av(0), PC_READY_INTR);
	K_EQ(run(0), EXIT_WINDOW);
	K_CHECK(arch_pc_ready(av(0)) & PC_READY_INTR);
	arch_pc_window(av(0), 0);
	inject(PC_EVENT_INTR, VECTOR, false, 0, 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	done();
}

KTEST(window_is_cancelled)
{
	go(LATE_STI);
	arch_pc_window(av(0), PC_READY_INTR);
	arch_pc_window(av(0), 0);
	expect_call(0, 0x2005);
	go(LATE_STI);
	arch_pc_window(av(0), PC_READY_INTR);
	done();
	arch_vcpu_load(av(0));
	expect_call(0, 0x2005);
	done();
}

/* HLT behind STI: whoever waits to interrupt must not do it between them. */
KTEST(no_interrupt_in_the_shadow)
{
	unsigned i;

	for (i = 0; i < 50; i++) {
		go(SLEEP);
		av(0)->pc.rflags &= ~RFLAGS_IF;
		arch_pc_window(av(0), PC_READY_INTR);
		if (i % 2)
			arch_cpu_kick(arch_cpu_self());
		while (run(0) == EXIT_WINDOW) /* the shadow is over: the guest sleeps now */
			K_EQ(arch_pc_ready(av(0)) & PC_READY_INTR, 0);
		K_EQ(x.kind, EXIT_IDLE);
		K_EQ(av(0)->pc.rip, address(SLEEP) + 1);
		K_EQ(x.len, 1);
		av(0)->pc.rip += x.len;
		K_CHECK(arch_pc_ready(av(0)) & PC_READY_INTR);
		arch_pc_window(av(0), 0);
		inject(PC_EVENT_INTR, VECTOR, false, 0, 0);
		expect_call(0, 0x2005);
		K_EQ(peek(data, D_INTERRUPTS), i + 1);
	}
	done();
}

KTEST(one_nmi_at_a_time)
{
	go(AGAIN);
	inject(PC_EVENT_NMI, 2, false, 0, 0);
	K_EQ(arch_pc_ready(av(0)), 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_NMIS), 1);
	K_CHECK(arch_pc_ready(av(0)) & PC_READY_NMI);
	go(COUNT);
	inject(PC_EVENT_NMI, 2, false, 0, 0);
	arch_pc_window(av(0), PC_READY_NMI);
	K_EQ(run(0), EXIT_WINDOW);
	K_CHECK(arch_pc_ready(av(0)) & PC_READY_NMI);
	K_EQ(peek(data, D_NMIS), 2);
	done();
}

KTEST(faults_arrive)
{
	go(AGAIN);
	inject(PC_EVENT_EXCEPTION, PC_EXC_PF, true, PC_PF_WRITE, 0xffff800012345678);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_FAULTS), 1);
	K_EQ(peek(data, D_ERROR), PC_PF_WRITE);
	K_EQ(peek(data, D_CR2), 0xffff800012345678);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 0x18, 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_FAULTS), 2);
	K_EQ(peek(data, D_ERROR), 0x18);
	done();
}

KTEST(two_faults_are_a_double_fault)
{
	gate(PC_EXC_DF, FAULT);
	go(AGAIN);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 1, 0);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 2, 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_FAULTS), 1);
	K_EQ(peek(data, D_ERROR), 0);
	/* benign and contributory: the second one only */
	inject(PC_EVENT_EXCEPTION, PC_EXC_UD, false, 0, 0);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 4, 0);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_ERROR), 4);
	inject(PC_EVENT_EXCEPTION, PC_EXC_PF, true, 0, 0);
	inject(PC_EVENT_EXCEPTION, PC_EXC_PF, true, 0, 0);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 0, 0);
	K_EQ(run(0), EXIT_SHUTDOWN);
	done();
}

/* No handler for the double fault either: the processor gives up. */
KTEST(triple_fault_is_a_shutdown)
{
	poke(data, D_IDT + 16 * PC_EXC_GP, 0);
	poke(data, D_IDT + 16 * PC_EXC_DF, 0);
	go(AGAIN);
	inject(PC_EVENT_EXCEPTION, PC_EXC_GP, true, 0, 0);
	K_EQ(run(0), EXIT_SHUTDOWN);
	done();
}

/* The stack is gone while an interrupt is delivered: it is delivered when the page is back. */
KTEST(interrupted_delivery_is_done_again)
{
	pa_t page = data;
	u64 done_bytes;

	go(AGAIN);
	av(0)->pc.rflags |= RFLAGS_IF;
	av(0)->pc.gpr[PC_RSP] = DATA + 3 * HV_PAGE_SIZE; /* nothing there */
	inject(PC_EVENT_INTR, VECTOR, false, 0, 0);
	K_EQ(run(0), EXIT_MEMORY);
	K_EQ(x.mem.access, ACCESS_WRITE);
	K_EQ(arch_pc_ready(av(0)), 0);
	K_EQ(peek(data, D_INTERRUPTS), 0);
	K_EQ(palloc_get(&hv.palloc, 0, FRAME_GUEST, VCPU_ID, true, &page), HV_OK);
	K_EQ(arch_gspace_map(vcpu_gs, GPA(DATA + 2 * HV_PAGE_SIZE), page, HV_PAGE_SIZE,
			     PROT_R | PROT_W, MT_NORMAL, &done_bytes),
	     HV_OK);
	expect_call(0, 0x2005);
	K_EQ(peek(data, D_INTERRUPTS), 1);
	done();
	unmap_page(DATA + 2 * HV_PAGE_SIZE);
	palloc_put(&hv.palloc, page, 1, FRAME_GUEST, VCPU_ID);
}

/* ---- time -------------------------------------------------------------------------------- */

KTEST(own_alarm_opens_a_window)
{
	u64 when = arch_now() + arch_tick_hz() / 200;
	unsigned i;

	go(COUNT);
	arch_alarm(TIME_NEVER);
	arch_pc_alarm(av(0), when);
	K_EQ(arch_vcpu_wake(av(0)), when);
	K_EQ(run(0), EXIT_WINDOW);
	K_CHECK(arch_now() >= when);
	for (i = 0; i < 3; i++) { /* it has passed: each run returns at once */
		arch_pc_alarm(av(0), when - i - 1);
		K_EQ(run(0), EXIT_WINDOW);
	}
	done();
	K_EQ(arch_vcpu_wake(av(0)), when - 3);
	arch_vcpu_load(av(0));
	K_EQ(run(0), EXIT_WINDOW);
	arch_pc_alarm(av(0), TIME_NEVER);
	K_EQ(arch_vcpu_wake(av(0)), TIME_NEVER);
	arch_alarm(arch_now() + arch_tick_hz() / 100);
	arch_vcpu_run(av(0), &x);
	K_EQ(x.kind, EXIT_PREEMPT);
	done();
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
	hv.tracing = true; /* no light answer */
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
