// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of a program (prog.h), each on the CPU where its vcpu lives. Next to read:
 * ops_call.c (calls), oracle.c (what is checked), machine.c (what it runs on).
 */
#include <stdio.h>
#include <stdlib.h>

#include "arch_papr.h"
#include "arch_pc.h"
#include "console.h"
#include "hvstring.h"
#include "ops.h"
#include "state.h"

struct vcpu *operand(struct fuzz *f)
{
	u8 who = in_u8(&f->in);
	struct partition *p = fuzz_partition(f, who >> 4);

	return p && p->nvcpus ? p->vcpu[(who & 15) % p->nvcpus] : NULL;
}

bool enter(struct vcpu *v)
{
	struct partition *p = v ? v->part : NULL;
	struct cpu *c;

	if (!v || p->state != PART_RUNNING || !v->online)
		return false;
	if (v->se.state == SE_BLOCKED)
		vcpu_wake(v);
	if (v->se.state != SE_RUNNABLE)
		return false;
	c = hv.cpu[v->cpu];
	um_set_cpu(c->id);
	if (!cpu_load(c, v))
		return false;
	c->resched = false;
	v->part->machine->before_run(v);
	v->arch.pcx.injected = false; /* a PC takes what it is given */
	return true;
}

void leave(struct fuzz *f, struct vcpu *v)
{
	struct cpu *c = hv.cpu[v->cpu];

	if (f->linger && f->linger--)
		return;
	if (c->loaded && (c->loaded->part->state != PART_RUNNING || !c->loaded->online))
		cpu_unload(c);
}

static void op_write(struct fuzz *f)
{
	struct partition *p = fuzz_partition(f, in_u8(&f->in));
	u8 buf[256], n;
	u64 g;

	g = in_value(&f->in, p && p->nvcpus ? p->vcpu[0] : NULL, ARG_GPA);
	n = in_u8(&f->in);
	for (unsigned i = 0; i < n; i++)
		buf[i] = in_u8(&f->in);
	if (p && p->state == PART_RUNNING)
		guest_write(p, g, buf, n);
}

static void op_exit(struct fuzz *f)
{
	struct vcpu *v = operand(f);
	struct vcpu_exit x = { 0 };
	u8 kind;
	u64 a, b;

	kind = in_u8(&f->in);
	a = in_value(&f->in, v, ARG_U64);
	b = in_value(&f->in, v, ARG_U64);
	x.kind = (enum exit_kind)(kind % EXIT_KINDS);
	switch (x.kind) {
	case EXIT_HCALL: /* that is OP_CALL */
		return;
	case EXIT_MEMORY:
		x.mem.addr = GPA(a);
		x.mem.va = b;
		x.mem.size = 8;
		x.mem.access = (u8)(kind >> 4 & 7);
		x.mem.mapped = kind >> 7;
		break;
	case EXIT_IO:
		x.io.port = (u16)a;
		x.io.size = (u8)(1u << (a >> 16) % 3);
		x.io.write = kind >> 4 & 1;
		x.io.string = kind >> 5 & 1;
		x.len = !(kind >> 6 & 1);
		break;
	case EXIT_REGISTER:
		x.reg.space = kind >> 5 & 1 ? REG_CPUID : REG_MSR;
		x.reg.nr = (u32)a;
		x.reg.write = b & 1;
		x.len = kind >> 6 & 1 ? 0 : 2;
		break;
	case EXIT_IDLE:
		x.len = !(kind >> 6 & 1);
		break;
	case EXIT_ILLEGAL:
		x.illegal.cause = (enum illegal_cause)(a % 3);
		x.illegal.info = b;
		break;
	case EXIT_DEAD:
		x.dead.why = "the fuzzer says so";
		x.dead.code = a;
		break;
	default:
		break;
	}
	if (!enter(v))
		return;
	if (is_pc(v)) { /* what it writes, or the leaf it asks for */
		v->arch.pc.gpr[PC_RAX] =
			x.kind == EXIT_REGISTER && x.reg.space == REG_CPUID ? (u32)a : (u32)b;
		v->arch.pc.gpr[PC_RDX] = b >> 32;
	}
	exit_dispatch(v, &x);
	leave(f, v);
}

static void op_input(struct fuzz *f)
{
	char buf[256];
	u8 n = in_u8(&f->in);

	for (unsigned i = 0; i < n; i++) {
		buf[i] = (char)in_u8(&f->in);
		if (buf[i] == CONSOLE_END) /* ends the machine, rightly */
			buf[i] = CONSOLE_SWITCH;
	}
	um_input(buf, n);
	um_set_cpu(0);
	console_poll(arch_now());
	console_flush();
}

static void op_put(struct fuzz *f)
{
	unsigned n = in_u8(&f->in) % NCPUS;
	struct cpu *c = hv.cpu[n];
	struct vcpu *v;
	u64 until;

	um_set_cpu(n);
	cpu_unload(c);
	v = sched_pick(&c->sched, arch_now(), &until);
	if (v && v->part->state == PART_RUNNING && cpu_load(c, v))
		v->part->machine->before_run(v);
}

static void op_life(struct fuzz *f)
{
	static err_t (*const verb[])(struct partition *) = { partition_start, partition_destroy };
	struct partition *p = fuzz_partition(f, in_u8(&f->in));
	u8 which = in_u8(&f->in);

	if (!p || p->state < PART_READY)
		return;
	lock_take(&hv.lock);
	if (which % 3 == 2)
		partition_stop(p, STOP_ORDER);
	else
		verb[which % 3](p);
	lock_drop(&hv.lock);
	/* each CPU sees it when it is kicked */
	for (unsigned i = 0; i < NCPUS; i++) {
		struct cpu *c = hv.cpu[i];

		if (c->loaded && c->loaded->part->state != PART_RUNNING) {
			um_set_cpu(i);
			cpu_unload(c);
		}
	}
}

/* A PC's: its flags, what it does not take, and its timer by the deadline, through an exit. */
static void pc_guest(struct vcpu *v, u8 bits, const u64 *until)
{
	struct vcpu_exit x = { .kind = EXIT_REGISTER, .len = 2 };

	if (bits & 1)
		v->arch.pc.rflags ^= RFLAGS_IF;
	if (bits & 2)
		v->arch.pcx.blocked ^= PC_READY_INTR;
	if (bits & 4)
		v->arch.pcx.code64 = !v->arch.pcx.code64;
	if (bits & 8)
		v->arch.pc.rip = BLOCK; /* code that OP_WRITE leaves there */
	if (!until)
		return;
	v->arch.pc.gpr[PC_RAX] = (u32)*until;
	v->arch.pc.gpr[PC_RDX] = *until >> 32;
	x.reg.space = REG_MSR;
	x.reg.nr = bits & 16 ? 0x838 : 0x6e0; /* initial count, or TSC deadline */
	x.reg.write = true;
	exit_dispatch(v, &x);
}

/* The guest's own instructions: they change its MSR, and set its decrementer. */
static void op_guest(struct fuzz *f)
{
	static const u64 bit[8] = {
		MSR_EE, MSR_IR, MSR_DR, MSR_LE, MSR_ME, MSR_RI, MSR_FP, MSR_PR
	};
	struct vcpu *v = operand(f);
	u8 bits = in_u8(&f->in), log2 = in_u8(&f->in);
	u64 until = log2 < CLOCK_MAX ? arch_now() + (1ull << log2) : TIME_NEVER;

	if (!enter(v))
		return;
	if (is_pc(v)) {
		pc_guest(v, bits, log2 ? &until : NULL);
		return;
	}
	for (unsigned i = 0; i < 8; i++)
		if (bits >> i & 1)
			v->arch.papr.msr ^= bit[i];
	if (log2)
		v->arch.dec = until;
}

static void op_create(struct fuzz *f)
{
	unsigned slot = in_u8(&f->in) % SLOTS, flags = in_u8(&f->in);
	unsigned vcpus = in_u8(&f->in) % (MAX_VCPUS + 2);
	u64 memory = (u64)in_u8(&f->in) * KIB(64);

	fuzz_create(f, slot, flags, vcpus, memory);
}

/* inject.c has its own idea of which one. */
static void nomem(const struct fuzz *f, u8 n)
{
	if (!f->inject)
		palloc_fail_nth(n);
}

static void line_takes(u8 n)
{
	um_line_takes(n == 255 ? SIZE_MAX : n);
}

bool fuzz_step(struct fuzz *f)
{
	if (f->in.at == f->in.end)
		return false;
	f->at = (size_t)(f->in.at - f->begin);
	switch (in_u8(&f->in) % OPS) {
	case OP_CALL:
		op_call(f, false);
		break;
	case OP_LIGHT:
		op_call(f, true);
		break;
	case OP_RTAS:
		op_rtas(f);
		break;
	case OP_WRITE:
		op_write(f);
		break;
	case OP_EXIT:
		op_exit(f);
		break;
	case OP_CLOCK:
		um_advance(1ull << (in_u8(&f->in) % CLOCK_MAX));
		break;
	case OP_INPUT:
		op_input(f);
		break;
	case OP_NOMEM:
		nomem(f, in_u8(&f->in));
		break;
	case OP_PUT:
		op_put(f);
		break;
	case OP_CREATE:
		op_create(f);
		break;
	case OP_LIFE:
		op_life(f);
		break;
	case OP_REAP:
		for (u8 n = in_u8(&f->in); n && partition_reap(); n--)
			;
		break;
	case OP_CPU:
		um_set_cpu(in_u8(&f->in) % NCPUS);
		break;
	case OP_LINE:
		line_takes(in_u8(&f->in));
		break;
	case OP_RTC:
		um.cfg.no_rtc = !(in_u8(&f->in) & 1);
		break;
	case OP_GUEST:
		op_guest(f);
		break;
	case OP_LINGER:
		f->linger = in_u8(&f->in);
		break;
	}
	return true;
}
