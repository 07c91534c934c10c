// SPDX-License-Identifier: GPL-2.0-or-later
/* Physical CPUs: descriptors, control registers, start, sleep, and what their own faults do. */
#include "fmt.h"
#include "hvstring.h"
#include "mitigate.h"
#include "panic.h"
#include "port.h"
#include "virt.h"

#define START_WAIT_US 2000000
#define CR4_MCE	      (1u << 6)
#define CR4_XSAVE     (1u << 18)
#define TSS_AVAILABLE 0x89ull
#define MCG_CTL_P     (1u << 8)
#define MSR_MCG_CTL   0x17b
#define MSR_MC0_CTL   0x400

BUILD_ASSERT(offsetof(struct arch_cpu, fs) == 0, "the stack guard is at fs:0x28");
BUILD_ASSERT(offsetof(struct arch_vcpu, pc) == 0, "regs.h: R_GPR");
BUILD_ASSERT(offsetof(struct pc_regs, gpr) == 0, "regs.h: R_GPR");

/* As the entry code in world.S leaves it on the stack */
struct trap {
	u64 gpr[PC_GPRS]; /* the stack pointer's place holds nothing */
	u64 vector, error, rip, cs, rflags, rsp, ss;
};

unsigned arch_ncpus(void)
{
	return platform.ncpus;
}

static u64 own_stack(struct arch_cpu *c, u64 top)
{
	*(struct arch_cpu **)(top - CPU_STACK_SIZE) = c;
	return top;
}

void cpu_prepare(struct arch_cpu *c, u64 stack_top)
{
	c->stack_top = own_stack(c, stack_top);
	c->alarm = c->look_again = TIME_NEVER;
}

void cpu_fault_stacks(struct arch_cpu *c, u64 base)
{
	c->tss.ist[0] = own_stack(c, base + CPU_STACK_SIZE);
	c->tss.ist[1] = own_stack(c, base + 2ul * CPU_STACK_SIZE);
}

void cpu_tables(struct arch_cpu *c)
{
	struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) gdtr = { sizeof(c->gdt) - 1, (u64)c->gdt };
	u64 tss = (u64)&c->tss;

	c->gdt[SEL_CODE / 8] = 0x00af9b000000ffff;
	c->gdt[SEL_DATA / 8] = 0x00cf93000000ffff;
	c->gdt[SEL_TSS / 8] = (sizeof(c->tss) - 1) | (tss & 0xffffff) << 16 | TSS_AVAILABLE << 40 |
			      (tss >> 24 & 0xff) << 56;
	c->gdt[SEL_TSS / 8 + 1] = tss >> 32;
	c->tss.iomap = sizeof(c->tss);
	asm volatile("lgdt %0" : : "m"(gdtr));
	asm volatile("ltr %w0" : : "r"(SEL_TSS));
	wrmsr(MSR_FS_BASE, (u64)c->fs);
	idt_load(c->tss.ist[0] != 0);
}

static void machine_checks_on(void)
{
	u64 cap;

	if (!cpuid_has(CPU_MCE))
		return;
	cap = rdmsr(MSR_MCG_CAP);
	if (cap & MCG_CTL_P)
		wrmsr(MSR_MCG_CTL, ~0ull);
	for (u32 i = 0; i < (cap & 0xff); i++) {
		wrmsr(MSR_MC0_CTL + 4 * i, ~0ull);
		wrmsr(MSR_MC0_STATUS + 4 * i, 0);
	}
	write_cr(4, read_cr(4) | CR4_MCE);
}

err_t arch_cpu_init(void)
{
	machine_checks_on();
	fpu_cpu_init();
	if (!arch_cpu()->index)
		mitigate_boot();
	mitigate_cpu();
	return virt->cpu_init(arch_cpu());
}

/* The clocks of two CPUs: a moment of theirs lies between two of ours. */
static bool same_clock(struct arch_cpu *c)
{
	u64 before, theirs;

	for (unsigned i = 0; i < 16; i++) {
		before = arch_now();
		c->ask_clock = true;
		while (c->ask_clock)
			arch_relax();
		theirs = c->clock;
		if (theirs < before || theirs > arch_now())
			return false;
	}
	return true;
}

void cpu_tell_clock(struct arch_cpu *c)
{
	while (c->verdict == CPU_NO_VERDICT)
		if (c->ask_clock) {
			c->clock = arch_now();
			arch_barrier();
			c->ask_clock = false;
		}
	if (c->verdict == CPU_REFUSED)
		arch_halt();
}

static bool arrived(struct arch_cpu *c, u64 us)
{
	u64 end = arch_now() + arch_tick_hz() / 1000000 * us;

	while (!c->running && arch_now() < end)
		arch_relax();
	return c->running;
}

err_t arch_cpu_start(unsigned cpu)
{
	static bool late; /* one may still arrive and take ap_stack: start no other */
	struct arch_cpu *c = &cpus[cpu];

	if (cpu >= platform.ncpus || c->running || late || !platform.trampoline)
		return HV_EIO;
	memcpy((void *)platform.trampoline, trampoline, (u64)(trampoline_end - trampoline));
	ap_stack = c->stack_top;
	arch_barrier();
	apic_init_ipi(c->apic_id);
	wait_us(10000);
	apic_startup_ipi(c->apic_id, platform.trampoline);
	if (!arrived(c, 1000))
		apic_startup_ipi(c->apic_id, platform.trampoline);
	if (!arrived(c, START_WAIT_US)) {
		late = true;
		return HV_EIO;
	}
	c->verdict = same_clock(c) ? CPU_ACCEPTED : CPU_REFUSED;
	return c->verdict == CPU_ACCEPTED ? HV_OK : HV_EIO;
}

/* The instruction after sti still belongs to it: what arrives meanwhile ends the hlt. */
static void sleep(void)
{
	asm volatile("sti; hlt; cli" : : : "memory");
}

void arch_cpu_idle(void)
{
	sleep();
	arch_cpu()->kicked = false;
}

void arch_halt(void)
{
	for (;;)
		asm volatile("cli; hlt" : : : "memory");
}

static const char *trap_name(u64 vector)
{
	switch (vector) {
	case 2:
		return "non-maskable interrupt";
	case 8:
		return "double fault";
	case 13:
		return "general protection";
	case 14:
		return "page fault";
	case 18:
		return "machine check";
	default:
		return "exception";
	}
}

/* The first bank that has something to say. */
static u64 machine_check_status(void)
{
	u64 banks = rdmsr(MSR_MCG_CAP) & 0xff, status = 0;

	for (u32 i = 0; i < banks && !(status >> 63); i++)
		status = rdmsr(MSR_MC0_STATUS + 4 * i);
	return status;
}

static void show_registers(const struct trap *t)
{
	static const char name[PC_GPRS][4] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di",
					       "8",  "9",  "10", "11", "12", "13", "14", "15" };
	char line[128];

	for (unsigned i = 0; i < PC_GPRS; i += 4) {
		size_t n = 0;

		for (unsigned k = i; k < i + 4; k++)
			n += fmt_print(line + n, sizeof(line) - n, "r%-2s %016llx ", name[k],
				       (unsigned long long)(k == PC_RSP ? t->rsp : t->gpr[k]));
		n += fmt_print(line + n, sizeof(line) - n, "\r\n");
		arch_puts(line, MIN(n, sizeof(line) - 1));
	}
}

/* From world.S: an exception of our own, or a non-maskable interrupt. */
void hv_trap(const struct trap *t);
void hv_trap(const struct trap *t)
{
	static bool again[MAX_CPUS];
	struct arch_cpu *c = arch_cpu();

	if (t->vector == 2 && c->in_guest) { /* it ended the guest: vcpu.c says so */
		c->nmi_seen = true;
		return;
	}
	if (again[c->index])
		arch_halt();
	again[c->index] = true;
	show_registers(t);
	if (t->vector == 2 || t->vector == 18)
		machine_check(trap_name(t->vector), t->rip,
			      t->vector == 18 ? machine_check_status() : 0);
	panic("CPU %u: %s, vector %u, error 0x%x at 0x%llx, cr2 0x%llx, rflags 0x%llx", c->index,
	      trap_name(t->vector), (unsigned)t->vector, (unsigned)t->error,
	      (unsigned long long)t->rip, (unsigned long long)read_cr(2),
	      (unsigned long long)t->rflags);
}
