/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest library on PC partitions of the process port, whose instruction set is
 * arch/um/um_guest_pc.h. Long mode, memory mapped onto itself up to 512 GiB, as on x86_64. Next to
 * read: ../../pc/apic.c.
 */
#include "cpu.h"

#include "port.h"

#define TABLES	   (G_IMAGE + 0x1000) /* two pages, behind the program's name */
#define EXCEPTIONS 32
#define PF_WRITE   0x2u
#define PF_FETCH   0x10u

/* Memory of the library: what the machine has told, and for each vcpu how it is to start. */
#define INFO	    G_SCRATCH
#define START_AT(i) (G_SCRATCH + (i)*G_SCRATCH_PER + 0x380)
#define START_NAME  "guest_second"
#define START_FN    0
#define START_ARG   8
#define START_GUEST 16
#define START_RUNS  24

_Static_assert(sizeof(struct pc_info) <= 0x380, "INFO");

struct pc_info *pc_info(void)
{
	return &self()->info;
}

/* The machine's tables stand behind the image, up to there. */
u64 port_image_end(void)
{
	return 1ul << 20;
}

void port_hang(void)
{
	for (;;) {
		um_pc_cli();
		um_pc_hlt();
	}
}

/* ---- interrupts and faults --------------------------------------------------------------- */

static void note_fault(const struct um_pc_frame *f)
{
	struct g_fault *g = &self()->fault;

	*g = (struct g_fault){
		.kind = G_OTHER_FAULT, .vector = f->vector, .addr = f->rip, .status = f->error
	};
	if (f->vector == PC_EXC_PF) {
		g->addr = f->cr2;
		g->kind = f->error & PF_FETCH || f->rip == f->cr2 ? G_INST_FAULT : G_DATA_FAULT;
		g->write = f->error & PF_WRITE;
	} else if (f->vector == PC_EXC_UD || f->vector == PC_EXC_GP) {
		g->kind = G_PROGRAM_FAULT;
	}
	self()->nfaults++;
}

static void on_event(struct um_pc_frame *f)
{
	struct self *s = self();

	if (f->vector >= EXCEPTIONS) {
		pc_interrupt(f->vector);
		return;
	}
	note_fault(f);
	if (s->for_ever)
		return;
	if (!s->trying)
		g_fail("exception %u at %#lx, error %#x, address %#lx", f->vector, f->rip, f->error,
		       s->fault.addr);
	s->faulted = true;
	f->rip = s->resume ? s->resume : um_pc_next(f->rip);
	f->cpl = 0;
}

bool g_irqs(bool on)
{
	bool was = um_pc_regs()->rflags & RFLAGS_IF;

	if (on)
		um_pc_sti();
	else
		um_pc_cli();
	return was;
}

void g_cede(void)
{
	um_pc_sti_hlt();
}

/* ---- start ------------------------------------------------------------------------------- */

/* Pages of 1 GiB: present, writable, user, large. */
static void make_tables(void)
{
	um_pc_st32(TABLES, (u32)(TABLES + 0x1000) | 7);
	for (u32 i = 0; i < 512; i++) {
		um_pc_st32(TABLES + 0x1000 + 8ul * i, i << 30 | 0x87);
		um_pc_st32(TABLES + 0x1000 + 8ul * i + 4, i >> 2);
	}
}

void guest_enter(const struct guest *g, u64 info)
{
	struct self s = { .guest = g };

	*um_private() = &s;
	um_pc_plant();
	make_tables();
	um_pc_long_mode(TABLES);
	um_pc_gates(on_event);
	pc_set_running(0, true);
	pc_read_info(info);
	pc_apic_on();
	um_pc_write(INFO, &s.info, sizeof(s.info));
	g->main();
	g_fail("the guest returned");
}

UM_PC_PROGRAM(guest_second)
{
	u64 at = START_AT(um_vcpu_index());
	struct self s = { .nfaults = 0 };

	*um_private() = &s;
	um_pc_long_mode(TABLES);
	um_pc_gates(on_event);
	um_pc_read(&s.info, INFO, sizeof(s.info));
	s.guest = (const struct guest *)um_pc_ld64(at + START_GUEST);
	pc_apic_on();
	((void (*)(u64))um_pc_ld64(at + START_FN))(um_pc_ld64(at + START_ARG));
	g_fail("vcpu %u returned", um_vcpu_index());
}

void pc_prepare(unsigned index, void (*fn)(u64 arg), u64 arg)
{
	u64 at = START_AT(index % G_MAX_VCPUS);

	um_pc_write(PC_AP_PAGE, UM_MAGIC "\0" START_NAME, UM_MAGIC_LEN + sizeof(START_NAME));
	um_pc_st64(at + START_FN, (u64)fn);
	um_pc_st64(at + START_ARG, arg);
	um_pc_st64(at + START_GUEST, (u64)self()->guest);
}

bool pc_running(unsigned index)
{
	return um_pc_ld64(START_AT(index % G_MAX_VCPUS) + START_RUNS);
}

void pc_set_running(unsigned index, bool on)
{
	um_pc_st64(START_AT(index % G_MAX_VCPUS) + START_RUNS, on);
}

/* ---- accesses ---------------------------------------------------------------------------- */

bool g_try_jump(u64 addr)
{
	access_begin();
	self()->resume = um_pc_behind(UM_PC_JMP);
	um_pc_jump(addr);
	self()->resume = 0;
	return access_end();
}

u32 pc_in(u16 port, unsigned size)
{
	return um_pc_in(port, size);
}

void pc_out(u16 port, unsigned size, u32 v)
{
	um_pc_out(port, size, v);
}

bool pc_try_rdmsr(u32 nr, u64 *val)
{
	u64 v;

	access_begin();
	v = um_pc_rdmsr(nr);
	if (!access_end())
		return false;
	*val = v;
	return true;
}

bool pc_try_wrmsr(u32 nr, u64 val)
{
	access_begin();
	um_pc_wrmsr(nr, val);
	return access_end();
}

/* Outside memory reads give ones: each is an exit. */
void g_fault_for_ever(u64 addr)
{
	self()->for_ever = true;
	while (um_pc_ld64(addr) == ~0ul)
		;
	g_fail("something is at %#lx", addr);
}

void g_wreck(void)
{
	um_pc_cli();
	um_pc_gates(NULL);
	um_pc_jump(0xdeadbeef0000ul);
	g_fail("a jump into nothing came back");
}

bool g_user_hcall(u64 nr)
{
	bool on = g_irqs(false), refused;

	access_begin();
	um_pc_regs()->gpr[PC_RAX] = nr;
	um_pc_user();
	um_pc_vmmcall();
	refused = !access_end();
	g_irqs(on);
	return refused && g_fault()->vector == PC_EXC_UD;
}

u64 g_now(void)
{
	return um_pc_rdtsc();
}

/* ---- registers and forbidden instructions ------------------------------------------------ */

void g_vector_fill(u64 seed)
{
	for (unsigned i = 0; i < 8; i++)
		um_pc_set_vector(i, seed + i);
}

bool g_vector_same(u64 seed)
{
	for (unsigned i = 0; i < 8; i++)
		if (um_pc_vector(i) != seed + i)
			return false;
	return true;
}

bool g_call_keeps_registers(u64 nr)
{
	static const u8 kept[] = { PC_RBX, PC_RCX, PC_RDX, PC_RBP, PC_RSP, 15 };
	struct pc_regs *r = um_pc_regs();

	for (unsigned i = 0; i < sizeof(kept); i++)
		r->gpr[kept[i]] = (i + 1) * 0x1111ul;
	for (unsigned i = 0; i < G_MAX_ARGS; i++)
		r->gpr[PC_CALL_ARGS + i] = 0;
	r->gpr[PC_RAX] = nr;
	um_pc_vmmcall();
	for (unsigned i = 0; i < sizeof(kept); i++)
		if (r->gpr[kept[i]] != (i + 1) * 0x1111ul)
			return false;
	return true;
}

static const struct {
	struct g_deed deed;
	u32 msr;
	bool write;
	u64 val;
} deeds[] = {
	{ { "an undefined instruction", true }, 0, false, 0 },
	{ { "read VM_HSAVE_PA", true }, 0xc0010117, false, 0 },
	{ { "write VM_HSAVE_PA", true }, 0xc0010117, true, 0x1000 },
	{ { "set EFER.SVME", true }, 0xc0000080, true, 0x1500 },
	{ { "clear EFER.LME", true }, 0xc0000080, true, 0 },
	{ { "read an unknown MSR", true }, 0xc0012345, false, 0 },
	{ { "write an unknown MSR", true }, 0xc0012345, true, 1 },
	{ { "move the local APIC", true }, 0x1b, true, 0x100800 },
	{ { "a memory type that is none", true }, 0x277, true, 2 },
};

unsigned g_deeds(void)
{
	return sizeof(deeds) / sizeof(deeds[0]);
}

unsigned pc_all_deeds(void)
{
	return g_deeds();
}

const struct g_deed *g_deed(unsigned i)
{
	return &deeds[i].deed;
}

bool g_do_deed(unsigned i)
{
	u64 v;

	if (deeds[i].msr)
		return deeds[i].write ? pc_try_wrmsr(deeds[i].msr, deeds[i].val)
				      : pc_try_rdmsr(deeds[i].msr, &v);
	access_begin();
	um_pc_ud2();
	return access_end();
}
