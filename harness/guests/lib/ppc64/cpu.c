/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest library on POWER: accesses, interrupts, time. start.S has the assembly. */
#include "cpu.h"
#include "port.h"

#define MSR_EE		0x8000ul
#define MSR_PR		0x4000ul
#define MSR_IR		0x20ul
#define MSR_DR		0x10ul

#define VEC_DATA	0x300
#define VEC_DATA_RANGE	0x380
#define VEC_INST	0x400
#define VEC_INST_RANGE	0x480
#define VEC_EXT		0x500
#define VEC_PROGRAM	0x700
#define VEC_DEC		0x900
#define VEC_SYSCALL	0xc00

#define SRR1_STATUS	0x783f0000ul /* bits an interrupt sets that are not MSR bits */
#define DSISR_STORE	0x02000000ul
#define DEC_FAR		0x7ffffffful
#define SET_MODE_LE	4 /* H_SET_MODE resource: interrupt endianness */
#define SET_MODE_LITTLE 1

void port_main(u64 fdt);
void *memset(void *d, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
void port_interrupt(struct frame *f, u64 vector);

static u64 fdt_at;
static const struct guest *current;
static bool for_ever; /* do not step over what faults */

static struct frame *self(void)
{
	struct frame *f;

	__asm__ volatile("mfspr %0, 272" : "=r"(f));
	return f;
}

static struct frame *frame_of(unsigned i)
{
	return (struct frame *)frames[i];
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

void port_main(u64 fdt)
{
	s64 rc;

	fdt_at = fdt;
	current = guest_this;
	rc = G_CALL(H_SET_MODE, NULL, SET_MODE_LITTLE, SET_MODE_LE, 0, 0);
	if (rc != H_SUCCESS)
		g_fail("H_SET_MODE (little-endian interrupts) gives %ld", (long)rc);
	current->main();
	g_fail("the guest returned");
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

u64 port_fdt(void)
{
	return fdt_at;
}

u64 port_image_end(void)
{
	return (u64)_end;
}

void port_hang(void)
{
	for (;;)
		g_irqs(false);
}

/* ---- interrupts -------------------------------------------------------------------------- */

static void irq(struct frame *f, enum g_irq n)
{
	if (n == G_IRQ_TIMER)
		__asm__ volatile("mtdec %0" ::"r"(DEC_FAR));
	if (f->irq[n].fn)
		f->irq[n].fn(f->irq[n].arg);
	else if (n == G_IRQ_EXTERNAL)
		guest_drop_external();
}

static void note_fault(struct frame *f, u64 vector)
{
	struct g_fault *g = &f->fault;

	g->vector = vector;
	g->write = false;
	g->addr = f->nip;
	g->status = f->msr & SRR1_STATUS;
	switch (vector) {
	case VEC_DATA_RANGE:
		g->addr = f->dar;
		/* fall through */
	case VEC_INST_RANGE:
		g->kind = G_RANGE_FAULT;
		break;
	case VEC_DATA:
		g->kind = G_DATA_FAULT;
		g->addr = f->dar;
		g->status = f->dsisr;
		g->write = f->dsisr & DSISR_STORE;
		break;
	case VEC_INST:
		g->kind = G_INST_FAULT;
		break;
	case VEC_PROGRAM:
		g->kind = G_PROGRAM_FAULT;
		break;
	default:
		g->kind = G_OTHER_FAULT;
	}
	f->nfaults++;
}

/* From start.S, with everything of the interrupted code in *f. */
void port_interrupt(struct frame *f, u64 vector)
{
	if (vector == VEC_DEC || vector == VEC_EXT) {
		irq(f, vector == VEC_DEC ? G_IRQ_TIMER : G_IRQ_EXTERNAL);
		return;
	}
	if (vector == VEC_SYSCALL && f->nip == (u64)user_returned) {
		f->gpr[3] = 0;
	} else {
		note_fault(f, vector);
		if (for_ever)
			return;
		if (!(f->msr & MSR_PR) && f->lr != (u64)probe_came_back &&
		    (f->nip < (u64)probe_begin || f->nip >= (u64)probe_end))
			g_fail("interrupt %#lx at %#lx, msr %#lx, dar %#lx, dsisr %#lx, lr %#lx",
			       vector, f->nip, f->msr, f->dar, f->dsisr, f->lr);
		f->gpr[3] = 1;
	}
	f->msr &= ~(SRR1_STATUS | (f->msr & MSR_PR ? MSR_PR | MSR_IR | MSR_DR | MSR_EE : 0));
	f->nip = f->lr;
	if (f->lr == (u64)probe_came_back) {
		f->nip += 4;
		f->msr = f->jump_msr;
	}
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

	__asm__ volatile("mfmsr %0" : "=r"(was));
	__asm__ volatile("mtmsrd %0, 1" ::"r"(on ? was | MSR_EE : was & ~MSR_EE) : "memory");
	return was & MSR_EE;
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
	__asm__ volatile("mfmsr %0" : "=r"(self()->jump_msr));
	return probe_jump(addr) == 0;
}

void g_fault_for_ever(u64 addr)
{
	u64 v;

	for_ever = true;
	g_try_load(addr, 8, &v);
	g_fail("an access outside memory succeeded");
}

void g_wreck(void)
{
	static void (*volatile nothing)(void);

	g_irqs(false);
	for (u64 *p = NULL; p < (u64 *)G_SCRATCH; p++)
		__asm__ volatile("std %1, 0(%0); dcbst 0, %0; sync; icbi 0, %0" ::"b"(p), "r"(0ul)
				 : "memory");
	__asm__ volatile("isync");
	nothing();
	g_fail("a jump into nothing came back");
}

bool port_rtas_entry(u64 entry, u64 block)
{
	bool on = g_irqs(false), done = rtas_enter(entry, block);

	g_irqs(on);
	return done;
}

u64 g_add(u64 addr, u64 n)
{
	return __atomic_add_fetch((u64 *)addr, n, __ATOMIC_SEQ_CST);
}

void g_barrier(void)
{
	__asm__ volatile("sync" ::: "memory");
}

void g_relax(void)
{
	__asm__ volatile("or 1, 1, 1; or 2, 2, 2" ::: "memory");
}

/* ---- time, vcpus ------------------------------------------------------------------------- */

u64 g_now(void)
{
	u64 t;

	__asm__ volatile("mftb %0" : "=r"(t));
	return t;
}

void g_timer(u64 ticks)
{
	__asm__ volatile("mtdec %0" ::"r"(ticks < DEC_FAR ? ticks : DEC_FAR));
}

unsigned g_vcpu(void)
{
	return (unsigned)(((char *)self() - frames[0]) / F_SIZE);
}

void port_prepare(unsigned index, void (*fn)(u64 arg), u64 arg, u32 *entry, u32 *reg)
{
	struct frame *f = frame_of(index % G_MAX_VCPUS);

	f->fn = fn;
	f->arg = arg;
	g_barrier();
	*entry = 0x40;
	*reg = index;
}

/* ---- registers and forbidden instructions ------------------------------------------------ */

void g_vector_fill(u64 seed)
{
	vector_fill(seed);
}

bool g_vector_same(u64 seed)
{
	return vector_differs(seed) == 0;
}

bool g_call_keeps_registers(u64 nr)
{
	return call_registers(nr) == 0;
}

#define MFSPR(n) (0x7c6002a6u | ((n)&31) << 16 | ((n) >> 5) << 11) /* to r3 */
#define MTSPR(n) (0x7c6003a6u | ((n)&31) << 16 | ((n) >> 5) << 11) /* from r3, which is 0 */
#define BLR	 0x4e800020u
#define WORDS	 6

static const struct {
	struct g_deed deed;
	u32 code[WORDS];
} deeds[] = {
	{ { "the word 0", true }, { 0 } },
	{ { "attn", true }, { 0x00000200 } },
	{ { "an unassigned opcode", true }, { 0x04000000 } },
	{ { "hrfid", true }, { 0x4c000224 } },
	{ { "stop", true }, { 0x4c0002e4 } },
	{ { "nap", true }, { 0x4c000364 } },
	{ { "msgsnd", true }, { 0x7c00199c } },
	{ { "ldcix", true }, { 0x7c6306ea } },
	{ { "stdcix", true }, { 0x7c6307ea } },
	{ { "read LPCR", true }, { MFSPR(318) } },
	{ { "write LPCR", true }, { MTSPR(318) } },
	{ { "write LPIDR", true }, { MTSPR(319) } },
	{ { "write HDEC", true }, { MTSPR(310) } },
	{ { "read HSRR0", true }, { MFSPR(314) } },
	{ { "write HSRR1", true }, { MTSPR(315) } },
	{ { "write HSPRG0", true }, { MTSPR(304) } },
	{ { "write HSPRG1", true }, { MTSPR(305) } },
	{ { "write HRMOR", true }, { MTSPR(313) } },
	{ { "write HFSCR", true }, { MTSPR(190) } },
	{ { "write HID0", true }, { MTSPR(1008) } },
	{ { "write PTCR", true }, { MTSPR(464) } },
	{ { "read HSPRG0", true }, { MFSPR(304) } },
	{ { "read HDSISR", true }, { MFSPR(306) } },
	{ { "read HDAR", true }, { MFSPR(307) } },
	{ { "write PURR", true }, { MTSPR(309) } },
	{ { "write TBU40", true }, { MTSPR(286) } },
	{ { "write HMER", true }, { MTSPR(336) } },
	{ { "write HMEER", true }, { MTSPR(337) } },
	{ { "write AMOR", true }, { MTSPR(349) } },
	{ { "write DPDES", true }, { MTSPR(176) } },
	{ { "write CIABR", true }, { MTSPR(187) } },
	{ { "write DAWR", true }, { MTSPR(180) } },
	{ { "write DAWRX", true }, { MTSPR(188) } },
	{ { "write RPR", true }, { MTSPR(186) } },
	{ { "read ASDR", true }, { MFSPR(816) } },
	{ { "write VTB", true }, { MTSPR(849) } },
	{ { "msgclr", true }, { 0x7c0019dc } },
	{ { "msgsync", true }, { 0x7c0006ec } },
	{ { "urfid", true }, { 0x4c000264 } },
	{ { "stbcix", true }, { 0x7c6307aa } },
	{ { "lwzcix", true }, { 0x7c63062a } },
	/* refused by a processor, without effect in the emulator */
	{ { "read HEIR", false }, { MFSPR(339) } },
	{ { "write PCR", false }, { MTSPR(386) } },
	{ { "write PSSCR", false }, { MTSPR(855) } },
	{ { "write TRIG2", false }, { MTSPR(882) } },
	{ { "msgsndp", false }, { 0x7c00191c } },
	{ { "read an undefined SPR", false }, { MFSPR(997) } },
	{ { "write an undefined SPR", false }, { MTSPR(997) } },
	{ { "tlbie of everything", false }, { 0x7c611a64 } },
	/* mfmsr r3; li r4,1; sldi r4,r4,60; or r3,r3,r4; mtmsrd r3 */
	{ { "set MSR[HV]", false },
	  { 0x7c6000a6, 0x38800001, 0x7884e0c6, 0x7c632378, 0x7c600164 } },
};

unsigned g_deeds(void)
{
	return sizeof(deeds) / sizeof(deeds[0]);
}

const struct g_deed *g_deed(unsigned i)
{
	return &deeds[i].deed;
}

/* The instructions are written to this vcpu's scratch memory and called there. */
bool g_do_deed(unsigned i)
{
	u32 *code = (u32 *)(G_SCRATCH + g_vcpu() * G_SCRATCH_PER + 0x300);
	unsigned n = 0;

	do
		code[n] = deeds[i].code[n];
	while (++n < WORDS && deeds[i].code[n]);
	code[n] = BLR;
	__asm__ volatile("dcbst 0, %0; sync; icbi 0, %0; sync; isync" ::"r"(code) : "memory");
	return g_try_jump((u64)code);
}
