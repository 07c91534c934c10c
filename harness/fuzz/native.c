// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One instruction on the host's own processor. A signal's frame is filled with the registers and
 * the trap flag; the return from the signal goes to the instruction, and the trap behind it (or its
 * fault) comes back. Next to read: fuzz_pc_emulate.c.
 */
#define _GNU_SOURCE
#include "native.h"

#include "parser.h"

#ifdef __x86_64__

#include <asm/prctl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE32 0x23 /* Linux' selector of 32-bit user code */
#define DATA   0x2b
#define PAGE   4096u

static const int regs[PC_GPRS] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
				   REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
				   REG_R12, REG_R13, REG_R14, REG_R15 };
static const int signals[] = { SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE };

static u8 *pages; /* all of them, writable: code, data */
static struct native *step;
static bool under_way;
static gregset_t saved;
static unsigned long saved_mask;

/* No other signal (the fuzzer's alarm) while RSP is the instruction's: it would have no stack. */
static void enter(greg_t *g, unsigned long *mask)
{
	memcpy(saved, g, sizeof(saved));
	saved_mask = *mask;
	*mask = ~0ul;
	for (unsigned i = 0; i < ARRAY_SIZE(signals); i++)
		*mask &= ~(1ul << (signals[i] - 1));
	for (unsigned i = 0; i < PC_GPRS; i++)
		g[regs[i]] = (greg_t)step->r.gpr[i];
	g[REG_RIP] = (greg_t)step->r.rip;
	g[REG_EFL] = (greg_t)(step->r.rflags | RFLAGS_IF | RFLAGS_TF);
	if (step->code32)
		g[REG_CSGSFS] = (g[REG_CSGSFS] & ~(greg_t)0xffff) | CODE32;
}

static void leave(greg_t *g, unsigned long *mask)
{
	for (unsigned i = 0; i < PC_GPRS; i++)
		step->r.gpr[i] = (u64)g[regs[i]];
	step->r.rip = (u64)g[REG_RIP];
	step->r.rflags = (u64)g[REG_EFL];
	step->vector = (u8)g[REG_TRAPNO];
	step->error = (u32)g[REG_ERR];
	step->cr2 = (u64)g[REG_CR2];
	memcpy(g, saved, sizeof(saved));
	*mask = saved_mask;
}

static void handler(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	unsigned long *mask = u->uc_sigmask.__val; /* the kernel has only the first */

	(void)sig;
	(void)info;
	if (under_way)
		leave(u->uc_mcontext.gregs, mask);
	else
		enter(u->uc_mcontext.gregs, mask);
	under_way = !under_way;
}

static void map(u64 at, u64 off, u64 n, int prot, int fd)
{
	void *want = (void *)at; /* NOLINT: a fixed place */

	promise(mmap(want, n, prot, MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_POPULATE, fd,
		     (off_t)off) == want,
		"memory for instructions of the host");
}

static void set_up(void)
{
	const u64 all = PAGE + NATIVE_BYTES;
	int fd = memfd_create("native", MFD_CLOEXEC);
	static u8 stack[1 << 16];
	const stack_t st = { .ss_sp = stack, .ss_size = sizeof(stack) };

	promise(fd >= 0 && ftruncate(fd, (off_t)all) == 0, "memory for the host");
	pages = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	promise(pages != MAP_FAILED && sigaltstack(&st, NULL) == 0, "a stack for signals");
	map(NATIVE_CODE, 0, PAGE, PROT_READ | PROT_EXEC, fd);
	map(NATIVE_DATA, PAGE, NATIVE_BYTES - PAGE, PROT_READ | PROT_WRITE, fd);
	map(NATIVE_DATA + NATIVE_BYTES - PAGE, NATIVE_BYTES, PAGE, PROT_READ, fd);
	close(fd);
	/* without them 32-bit code has no data segments; 64-bit code does not look */
	__asm__ volatile("mov %0, %%ds; mov %0, %%es" : : "r"(DATA));
}

const char *native_refuses(void)
{
	if (!pages)
		set_up();
	return NULL;
}

u8 *native_code(void)
{
	return pages;
}

u8 *native_data(void)
{
	return pages + PAGE;
}

u64 native_fs(void)
{
	u64 base = 0;

	promise(syscall(SYS_arch_prctl, ARCH_GET_FS, &base) == 0, "the base of FS");
	return base;
}

void native_set_gs(u64 base)
{
	static u64 now;

	if (base == now)
		return;
	promise(syscall(SYS_arch_prctl, ARCH_SET_GS, base) == 0, "the base of GS");
	now = base;
}

void native_step(struct native *n)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	struct sigaction was[ARRAY_SIZE(signals)];

	/* present in the host's page tables, so that a fault there is one of rights */
	(void)*(volatile u8 *)(NATIVE_DATA + NATIVE_BYTES - 1); /* NOLINT: a fixed place */
	step = n;
	for (unsigned i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &sa, &was[i]);
	raise(SIGTRAP);
	for (unsigned i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &was[i], NULL);
	promise(!under_way, "the trap has come back");
}

#else

const char *native_refuses(void)
{
	return "this host is no x86-64";
}

u8 *native_code(void)
{
	return NULL;
}

u8 *native_data(void)
{
	return NULL;
}

u64 native_fs(void)
{
	return 0;
}

void native_set_gs(u64 base)
{
	(void)base;
}

void native_step(struct native *n)
{
	(void)n;
	abort();
}

#endif
