/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest library on x86_64: start, interrupts and faults, accesses. Next to read: start.S, or
 * regs.c (registers and forbidden instructions).
 */
#include "cpu.h"

#include "pc_port.h"
#include "port.h"

#define EXCEPTIONS 32
#define EXC_NMI	   2
#define EXC_UD	   6
#define EXC_DF	   8
#define EXC_GP	   13
#define EXC_PF	   14
#define PF_WRITE   0x2
#define PF_FETCH   0x10
#define RFLAGS_IF  0x200ul
#define RFLAGS_ON  0x2ul
#define STUB_SIZE  16
#define GATE	   0x8e00ul /* present, interrupt gate */
#define USER_GATE  0x6000ul
#define TSS_AVAIL  0x890000000000ul

struct tss {
	u32 reserved;
	u32 rsp[6], zero[2], ist[14], more[2], io;
};

void port_main(u64 index, u64 at);
void port_interrupt(struct frame *f);
void *memset(void *d, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);

struct cpu_gate cpu_idt[256] __attribute__((aligned(16)));
static struct tss tss[NVCPUS] __attribute__((aligned(16)));
static char user_stacks[NVCPUS][4096] __attribute__((aligned(16))); /* for interrupts from there */
extern u64 tss_descriptors[NVCPUS][2];
extern u8 call_none;
static bool for_ever; /* do not step over what faults */
static struct pc_info info;
static const struct guest *current;

struct self *self(void)
{
	struct self *s;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(s));
	return s;
}

struct self *self_of(unsigned i)
{
	return (struct self *)selves[i];
}

void *memset(void *d, int c, size_t n)
{
	char *p = d;

	while (n--)
		*p++ = (char)c;
	return d;
}

void *memcpy(void *d, const void *s, size_t n)
{
	char *p = d;
	const char *q = s;

	while (n--)
		*p++ = *q++;
	return d;
}

/* ---- start ------------------------------------------------------------------------------- */

static void load_idt(u64 base, u16 limit)
{
	struct __attribute__((packed)) {
		u16 limit;
		u64 base;
	} d = { limit, base };

	__asm__ volatile("lidt %0" ::"m"(d));
}

static void make_idt(void)
{
	for (unsigned v = 0; v < 256; v++) {
		u64 at = (u64)stubs + v * STUB_SIZE;

		cpu_idt[v].low = (at & 0xffff) | (u64)SEL_CODE64 << 16 |
				 (GATE | (v == VEC_USER_END ? USER_GATE : 0)) << 32 |
				 (at & 0xffff0000) << 32;
		cpu_idt[v].high = at >> 32;
	}
}

static void set_up_cpu(unsigned i)
{
	u64 at = (u64)&tss[i], stack = (u64)user_stacks[i] + sizeof(user_stacks[i]);

	self()->running = 1;
	load_idt((u64)cpu_idt, sizeof(cpu_idt) - 1);
	tss[i].rsp[0] = (u32)stack;
	tss[i].io = sizeof(tss[i]) << 16; /* no port map */
	tss_descriptors[i][0] =
		(sizeof(tss[i]) - 1) | (at & 0xffffff) << 16 | TSS_AVAIL | (at & 0xff000000) << 32;
	tss_descriptors[i][1] = at >> 32;
	__asm__ volatile("ltr %w0" ::"r"(SEL_TSS + 16 * i));
}

/* How to call the hypervisor: it says so in CPUID leaves of its own. */
static void find_hypervisor(void)
{
	u32 r[4], text[3];

	memcpy(text, PC_CPUID_TEXT, sizeof(text));
	cpuid(PC_CPUID_RHYPE, 0, r);
	call_none = r[1] != text[0] || r[2] != text[1] || r[3] != text[2];
	cpuid(PC_CPUID_INFO, 0, r);
	call_vmcall = r[1] == PC_CPUID_VMCALL;
}

/* From start.S; GS points at the vcpu's area. */
void port_main(u64 index, u64 at)
{
	self_of((unsigned)index)->me = self_of((unsigned)index);
	if (index == 0) {
		make_idt();
		set_up_cpu(0);
		find_hypervisor();
		pc_read_info(at);
		pc_apic_on();
		current = guest_this;
		current->main();
		g_fail("the guest returned");
	}
	set_up_cpu((unsigned)index);
	pc_apic_on();
	self()->fn(self()->arg);
	port_hang();
}

struct pc_info *pc_info(void)
{
	return &info;
}

bool pc_running(unsigned index)
{
	return self_of(index % NVCPUS)->running;
}

void pc_set_running(unsigned index, bool on)
{
	__atomic_store_n(&self_of(index % NVCPUS)->running, on, __ATOMIC_SEQ_CST);
}

void pc_prepare(unsigned index, void (*fn)(u64 arg), u64 arg)
{
	struct self *s = self_of(index % NVCPUS);

	for (char *to = (char *)PC_AP_PAGE, *from = ap_begin; from < ap_end;)
		*to++ = *from++;
	s->fn = fn;
	s->arg = arg;
}

const struct guest *g_this(void)
{
	return current;
}

const struct guest *const *g_list(u64 *n)
{
	*n = (u64)(guest_list_end - guest_list);
	return guest_list;
}

void g_become(const struct guest *g)
{
	current = g;
}

u64 port_image_end(void)
{
	return (u64)_end;
}

void port_hang(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* ---- interrupts and faults --------------------------------------------------------------- */

static void note_fault(const struct frame *f)
{
	struct g_fault *g = &self()->fault;

	*g = (struct g_fault){
		.kind = G_OTHER_FAULT, .vector = f->vector, .addr = f->rip, .status = f->error
	};
	if (f->vector == EXC_PF) {
		__asm__ volatile("mov %%cr2, %0" : "=r"(g->addr));
		g->kind = f->error & PF_FETCH ? G_INST_FAULT : G_DATA_FAULT;
		g->write = f->error & PF_WRITE;
	} else if (f->vector == EXC_UD || f->vector == EXC_GP) {
		g->kind = G_PROGRAM_FAULT;
	}
	self()->nfaults++;
}

/* Go on behind the probe whose instruction faulted, with result `rax`. */
static bool leave_probe(struct frame *f, u64 rax)
{
	if (f->rip >= (u64)probe_begin && f->rip < (u64)probe_end) {
		f->rip = *(u64 *)f->rsp;
		f->rsp += sizeof(u64);
	} else if (self()->escape) {
		f->rip = (u64)escape_to;
		f->rsp = self()->escape;
		f->cs = SEL_CODE64;
		f->ss = SEL_DATA;
		f->rflags = RFLAGS_ON | (f->rflags & RFLAGS_IF);
	} else {
		return false;
	}
	f->rax = rax;
	return true;
}

/* From start.S, with everything of the interrupted code in *f. */
void port_interrupt(struct frame *f)
{
	if (f->vector == VEC_USER_END) {
		leave_probe(f, 0);
		return;
	}
	if (f->vector >= EXCEPTIONS) {
		pc_interrupt(f->vector);
		return;
	}
	if (self()->trap && self()->trap(f))
		return;
	note_fault(f);
	if (!for_ever && !leave_probe(f, 1))
		g_fail("exception %lu at %#lx, error %#lx, address %#lx, rsp %#lx", f->vector,
		       f->rip, f->error, self()->fault.addr, f->rsp);
}

void cpu_trap(bool (*fn)(struct frame *f))
{
	self()->trap = fn;
}

void cpu_double_fault_stack(u64 top)
{
	tss[g_vcpu()].ist[0] = (u32)top;
	cpu_idt[EXC_DF].low |= 1ul << 32;
}

bool cpu_try_user(void (*fn)(void))
{
	bool on = g_irqs(false), back = probe_user_jump((u64)fn) == 0;

	g_irqs(on);
	return back;
}

void g_handler(enum g_irq n, void (*fn)(void *arg), void *arg)
{
	bool on = g_irqs(false);

	self()->irq[n].fn = fn;
	self()->irq[n].arg = arg;
	g_irqs(on);
}

bool g_irqs(bool on)
{
	u64 was;

	__asm__ volatile("pushf; pop %0" : "=r"(was)::"memory");
	if (on)
		__asm__ volatile("sti; nop" ::: "memory");
	else
		__asm__ volatile("cli" ::: "memory");
	return was & RFLAGS_IF;
}

void g_cede(void)
{
	__asm__ volatile("sti; hlt" ::: "memory");
}

const struct g_fault *g_fault(void)
{
	return &self()->fault;
}

u64 g_faults(void)
{
	return self()->nfaults;
}

/* ---- accesses ---------------------------------------------------------------------------- */

bool g_try_load(u64 addr, unsigned size, u64 *val)
{
	return probe_load(addr, size, val) == 0;
}

bool g_try_store(u64 addr, unsigned size, u64 val)
{
	return probe_store(addr, size, val) == 0;
}

bool g_try_jump(u64 addr)
{
	return probe_jump(addr) == 0;
}

/* Outside memory reads give ones: each is an exit. */
void g_fault_for_ever(u64 addr)
{
	u64 v;

	for_ever = true;
	do
		g_try_load(addr, 8, &v);
	while (v == ~0ul);
	g_fail("something is at %#lx", addr);
}

void g_wreck(void)
{
	g_irqs(false);
	for (unsigned v = 0; v < 256; v++)
		cpu_idt[v].low = 0;
	load_idt(0, 0);
	__asm__ volatile("jmp *%0" ::"r"(0xdeadbeef0000ul));
	__builtin_unreachable();
}

/* Paging is always on. */
void g_translated(void (*fn)(void *arg), void *arg)
{
	bool on = g_irqs(false);

	fn(arg);
	g_irqs(on);
}

bool g_user_hcall(u64 nr)
{
	bool on = g_irqs(false), refused = probe_user_call(nr) != 0;

	g_irqs(on);
	return refused && g_fault()->vector == EXC_UD;
}

u64 g_add(u64 addr, u64 n)
{
	return __atomic_add_fetch((u64 *)addr, n, __ATOMIC_SEQ_CST);
}

void g_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void g_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

u64 g_now(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi)::"memory");
	return lo | (u64)hi << 32;
}

unsigned g_vcpu(void)
{
	return (unsigned)(((char *)self() - selves[0]) / SELF_SIZE);
}
