// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PC guests' instruction set (um_guest_pc.h). Each function waits until its instruction is
 * reached, then does it or leaves the guest and tries again. Next to read: guest_pc_mem.c,
 * core/pc/exit.c.
 */
#include "inside_pc.h"

#include "hvstring.h"

/* ---- the instructions ------------------------------------------------------------------- */

#define SLOT 8 /* bytes for each */

static const struct {
	u8 len, b[SLOT - 1];
} insn[UM_PC_INSNS] = {
	[UM_PC_LOAD] = { 2, { 0x8a, 0x03 } }, /* mov (%rbx), %al and so on */
	[UM_PC_LOAD + 1] = { 3, { 0x66, 0x8b, 0x03 } },
	[UM_PC_LOAD + 2] = { 2, { 0x8b, 0x03 } },
	[UM_PC_LOAD + 3] = { 3, { 0x48, 0x8b, 0x03 } },
	[UM_PC_STORE] = { 2, { 0x88, 0x03 } },
	[UM_PC_STORE + 1] = { 3, { 0x66, 0x89, 0x03 } },
	[UM_PC_STORE + 2] = { 2, { 0x89, 0x03 } },
	[UM_PC_STORE + 3] = { 3, { 0x48, 0x89, 0x03 } },
	[UM_PC_IN] = { 1, { 0xec } },
	[UM_PC_IN + 1] = { 2, { 0x66, 0xed } },
	[UM_PC_IN + 2] = { 1, { 0xed } },
	[UM_PC_OUT] = { 1, { 0xee } },
	[UM_PC_OUT + 1] = { 2, { 0x66, 0xef } },
	[UM_PC_OUT + 2] = { 1, { 0xef } },
	[UM_PC_INS] = { 2, { 0xf3, 0x6c } },
	[UM_PC_INS + 1] = { 3, { 0x66, 0xf3, 0x6d } },
	[UM_PC_INS + 2] = { 2, { 0xf3, 0x6d } },
	[UM_PC_OUTS] = { 2, { 0xf3, 0x6e } },
	[UM_PC_OUTS + 1] = { 3, { 0x66, 0xf3, 0x6f } },
	[UM_PC_OUTS + 2] = { 2, { 0xf3, 0x6f } },
	[UM_PC_CAS] = { 5, { 0xf0, 0x48, 0x0f, 0xb1, 0x0b } }, /* lock cmpxchg %rcx, (%rbx) */
	[UM_PC_CPUID] = { 2, { 0x0f, 0xa2 } },
	[UM_PC_RDMSR] = { 2, { 0x0f, 0x32 } },
	[UM_PC_WRMSR] = { 2, { 0x0f, 0x30 } },
	[UM_PC_VMMCALL] = { 3, { 0x0f, 0x01, 0xd9 } },
	[UM_PC_HLT] = { 1, { 0xf4 } },
	[UM_PC_STI_HLT] = { 2, { 0xfb, 0xf4 } },
	[UM_PC_STI] = { 2, { 0xfb, 0x90 } },
	[UM_PC_CLI] = { 1, { 0xfa } },
	[UM_PC_PAUSE] = { 2, { 0xf3, 0x90 } },
	[UM_PC_RDTSC] = { 2, { 0x0f, 0x31 } },
	[UM_PC_UD2] = { 2, { 0x0f, 0x0b } },
	[UM_PC_IRET] = { 2, { 0x48, 0xcf } },
	[UM_PC_JMP] = { 2, { 0xff, 0xe3 } },		      /* jmp *%rbx */
	[UM_PC_MOV_CR] = { 3, { 0x0f, 0x22, 0xdb } },	      /* mov %rbx, %cr3 */
	[UM_PC_READ_CR8] = { 4, { 0x44, 0x0f, 0x20, 0xc3 } }, /* mov %cr8, %rbx */
	[UM_PC_WRITE_CR8] = { 4, { 0x44, 0x0f, 0x22, 0xc3 } },
};

struct pc_op pc_op_begin(enum um_pc_insn n)
{
	struct um_guest *g = guest_self();
	struct pc_op o = { .g = g, .r = &g->v->pc, .len = insn[n].len };

	o.at = UM_PC_CODE + (u64)n * SLOT - g->v->pcx.base[PC_CS];
	o.r->rip = o.at;
	g->v->pcx.shadow = false;
	um_point();
	o.here = guest_pc_at(g, o.at, o.len);
	return o;
}

struct pc_op pc_op_privileged(enum um_pc_insn n)
{
	struct pc_op o = pc_op_begin(n);

	while (o.here && o.g->v->pcx.cpl) {
		guest_pc_exception(o.g, PC_EXC_GP, 0);
		o.here = guest_pc_at(o.g, o.at, o.len);
	}
	return o;
}

void pc_op_again(struct pc_op *o)
{
	o->here = guest_pc_at(o->g, o->at, o->len);
	if (o->here)
		um_relax();
}

void pc_op_end(const struct pc_op *o)
{
	o->r->rip = o->at + o->len;
	guest_pc_at(o->g, o->r->rip, 0);
}

void um_pc_plant(void)
{
	u8 page[UM_PC_INSNS * SLOT] = { 0 };

	for (unsigned i = 0; i < UM_PC_INSNS; i++)
		memcpy(page + (size_t)i * SLOT, insn[i].b, insn[i].len);
	um_pc_write(UM_PC_CODE, page, sizeof(page));
}

u64 um_pc_behind(enum um_pc_insn n)
{
	return UM_PC_CODE + (u64)n * SLOT + insn[n].len;
}

u64 um_pc_next(u64 rip)
{
	u64 n = (rip - UM_PC_CODE) / SLOT;

	return n < UM_PC_INSNS && rip % SLOT == 0 ? um_pc_behind((enum um_pc_insn)n) : rip + 1;
}

/* Leave with *e until the hypervisor has done what it is about. */
static void op_exit(struct pc_op *o, const struct vcpu_exit *e)
{
	while (o->here) {
		*o->g->x = *e;
		o->g->x->len = um_random() % 4 ? o->len : 0; /* some processors do not tell it */
		guest_exit(o->g, e->kind);
		pc_op_again(o);
	}
}

/* ---- registers, ports, calls ------------------------------------------------------------ */

static void op_register(struct pc_op *o, enum reg_space space, u32 nr, bool write)
{
	op_exit(o, &(struct vcpu_exit){ .kind = EXIT_REGISTER, .reg = { space, nr, write } });
}

u64 um_pc_rdmsr(u32 nr)
{
	struct pc_op o = pc_op_privileged(UM_PC_RDMSR);

	o.r->gpr[PC_RCX] = nr;
	o.r->gpr[PC_RAX] = o.r->gpr[PC_RDX] = 0;
	op_register(&o, REG_MSR, nr, false);
	return o.r->gpr[PC_RDX] << 32 | (u32)o.r->gpr[PC_RAX];
}

void um_pc_wrmsr(u32 nr, u64 val)
{
	struct pc_op o = pc_op_privileged(UM_PC_WRMSR);

	o.r->gpr[PC_RCX] = nr;
	o.r->gpr[PC_RAX] = (u32)val;
	o.r->gpr[PC_RDX] = val >> 32;
	op_register(&o, REG_MSR, nr, true);
}

void um_pc_cpuid(u32 leaf, u32 sub, u32 out[4])
{
	struct pc_op o = pc_op_begin(UM_PC_CPUID);

	o.r->gpr[PC_RAX] = leaf;
	o.r->gpr[PC_RCX] = sub;
	op_register(&o, REG_CPUID, 0, false);
	out[0] = (u32)o.r->gpr[PC_RAX];
	out[1] = (u32)o.r->gpr[PC_RBX];
	out[2] = (u32)o.r->gpr[PC_RCX];
	out[3] = (u32)o.r->gpr[PC_RDX];
}

/* Which of the instructions for 1, 2 and 4 bytes. */
static enum um_pc_insn sized(enum um_pc_insn n, unsigned size)
{
	if (size != 1 && size != 2 && size != 4)
		um_bug("a port access of %u bytes", size);
	return (enum um_pc_insn)(n + size / 2);
}

static void op_io(struct pc_op *o, u16 port, unsigned size, bool write, bool string)
{
	op_exit(o, &(struct vcpu_exit){ .kind = EXIT_IO, .io = { port, (u8)size, write, string } });
}

u32 um_pc_in(u16 port, unsigned size)
{
	struct pc_op o = pc_op_privileged(sized(UM_PC_IN, size));

	o.r->gpr[PC_RDX] = port;
	o.r->gpr[PC_RAX] = 0;
	op_io(&o, port, size, false, false);
	return (u32)o.r->gpr[PC_RAX];
}

void um_pc_out(u16 port, unsigned size, u32 val)
{
	struct pc_op o = pc_op_privileged(sized(UM_PC_OUT, size));

	o.r->gpr[PC_RDX] = port;
	o.r->gpr[PC_RAX] = val;
	op_io(&o, port, size, true, false);
}

static u64 string_io(enum um_pc_insn i, u16 port, unsigned size, u64 va, u64 n)
{
	struct pc_op o = pc_op_privileged(sized(i, size));

	o.r->gpr[PC_RDX] = port;
	o.r->gpr[PC_RCX] = n;
	o.r->gpr[i == UM_PC_INS ? PC_RDI : PC_RSI] = va;
	if (!n)
		return 0;
	op_io(&o, port, size, i == UM_PC_OUTS, true);
	return o.r->gpr[PC_RCX];
}

u64 um_pc_ins(u16 port, unsigned size, u64 va, u64 n)
{
	return string_io(UM_PC_INS, port, size, va, n);
}

u64 um_pc_outs(u16 port, unsigned size, u64 va, u64 n)
{
	return string_io(UM_PC_OUTS, port, size, va, n);
}

void um_pc_vmmcall(void)
{
	struct pc_op o = pc_op_begin(UM_PC_VMMCALL);
	struct vcpu_exit *x;

	while (o.here && o.g->v->pcx.cpl) {
		guest_exit_illegal(o.g, ILLEGAL_PRIVILEGE);
		o.here = guest_pc_at(o.g, o.at, o.len);
	}
	if (!o.here)
		return;
	x = o.g->x;
	o.r->rip = o.at + o.len;
	x->hcall.nr = o.r->gpr[PC_RAX];
	x->hcall.args = &o.r->gpr[PC_CALL_ARGS];
	x->hcall.status = &o.r->gpr[PC_RAX];
	guest_exit(o.g, EXIT_HCALL);
	pc_op_end(&o);
}

struct pc_regs *um_pc_regs(void)
{
	return &guest_self()->v->pc;
}

s64 um_pc_hcall(u64 nr, const u64 *args, unsigned nargs, u64 *ret, unsigned nret)
{
	u64 *gpr = um_pc_regs()->gpr;

	if (nargs > 9 || nret > 9)
		um_bug("um_pc_hcall: at most 9 arguments and 9 results");
	gpr[PC_RAX] = nr;
	memset(gpr + PC_CALL_ARGS, 0, 9 * sizeof(u64));
	if (nargs)
		memcpy(gpr + PC_CALL_ARGS, args, nargs * sizeof(u64));
	um_pc_vmmcall();
	if (nret)
		memcpy(ret, gpr + PC_CALL_ARGS, nret * sizeof(u64));
	return (s64)gpr[PC_RAX];
}

/* ---- processor state -------------------------------------------------------------------- */

/* STI, with what its shadow covers: true when the guest stands at that, one byte behind. */
static bool sti(struct pc_op *o)
{
	if (!o->here)
		return false;
	if (!(o->r->rflags & RFLAGS_IF)) {
		o->r->rflags |= RFLAGS_IF;
		o->g->v->pcx.shadow = true;
		o->g->v->pcx.shadow_rip = o->at + 1;
	}
	o->r->rip = o->at + 1;
	o->at++;
	o->len = 1;
	um_point();
	return o->here = guest_pc_at(o->g, o->at, o->len);
}

void um_pc_sti(void)
{
	struct pc_op o = pc_op_privileged(UM_PC_STI);

	if (sti(&o))
		pc_op_end(&o);
}

void um_pc_cli(void)
{
	struct pc_op o = pc_op_privileged(UM_PC_CLI);

	if (o.here)
		o.r->rflags &= ~RFLAGS_IF;
}

void um_pc_hlt(void)
{
	struct pc_op o = pc_op_privileged(UM_PC_HLT);

	op_exit(&o, &(struct vcpu_exit){ .kind = EXIT_IDLE });
}

void um_pc_sti_hlt(void)
{
	struct pc_op o = pc_op_privileged(UM_PC_STI_HLT);

	sti(&o);
	op_exit(&o, &(struct vcpu_exit){ .kind = EXIT_IDLE });
}

void um_pc_ud2(void)
{
	struct pc_op o = pc_op_begin(UM_PC_UD2);

	while (o.here) {
		guest_pc_exception(o.g, PC_EXC_UD, 0);
		o.here = guest_pc_at(o.g, o.at, o.len);
	}
}

void um_pc_user(void)
{
	struct pc_op o = pc_op_privileged(UM_PC_IRET);

	if (o.here)
		o.g->v->pcx.cpl = 3;
}

void um_pc_set_cr3(u64 cr3)
{
	struct pc_op o = pc_op_privileged(UM_PC_MOV_CR);

	if (o.here)
		o.g->v->pcx.cr3 = cr3;
}

u64 um_pc_cr8(void)
{
	return pc_op_privileged(UM_PC_READ_CR8).g->v->pcx.cr8;
}

void um_pc_set_cr8(u64 class)
{
	struct pc_op o = pc_op_privileged(UM_PC_WRITE_CR8);

	while (o.here && class >> 4) {
		guest_pc_exception(o.g, PC_EXC_GP, 0);
		o.here = guest_pc_at(o.g, o.at, o.len);
	}
	if (!o.here)
		return;
	o.g->v->pcx.cr8 = (u8) class;
	pc_op_end(&o);
}

void um_pc_long_mode(u64 cr3)
{
	struct um_pc *pc = &guest_self()->v->pcx;

	um_pc_wrmsr(MSR_PC_EFER, um_pc_rdmsr(MSR_PC_EFER) | EFER_LME);
	um_pc_set_cr3(cr3);
	if (!(pc->efer & EFER_LME))
		return;
	pc->cr4 |= CR4_PAE;
	pc->cr0 |= CR0_PE | CR0_WP | CR0_PG;
	pc->efer |= EFER_LMA;
	pc->code64 = true;
	pc->code32 = false;
	memset(pc->base, 0, sizeof(pc->base));
}

u64 um_pc_rdtsc(void)
{
	struct pc_op o = pc_op_begin(UM_PC_RDTSC);

	return um.now + o.g->v->pcx.tsc_offset;
}

void um_pc_compute(u64 ticks)
{
	struct pc_op o = pc_op_begin(UM_PC_PAUSE);

	while (o.here && ticks) {
		struct arch_cpu *c = um_cpu();
		u64 start = um.now;

		c->until = MIN(start + ticks, MIN(c->alarm, o.g->v->pcx.alarm));
		c->state = UM_CPU_BUSY;
		um_leave_cpu();
		ticks -= MIN(ticks, um.now - start);
		o.here = guest_pc_at(o.g, o.at, o.len);
	}
}

u64 um_pc_vector(unsigned n)
{
	pc_op_begin(UM_PC_PAUSE);
	return um_cpu()->heavy.spr[n % UM_SPRS];
}

void um_pc_set_vector(unsigned n, u64 v)
{
	if (pc_op_begin(UM_PC_PAUSE).here)
		um_cpu()->heavy.spr[n % UM_SPRS] = v;
}

void um_pc_stop(void)
{
	for (;;)
		um_pc_compute(UM_TICK_HZ);
}
