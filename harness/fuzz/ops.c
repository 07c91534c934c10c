// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of a program (prog.h). Calls go through exit_dispatch, as from a guest, on the CPU
 * where the vcpu lives. Next to read: oracle.c (what is checked), machine.c (what it runs on).
 */
#include <stdio.h>
#include <stdlib.h>

#include "arch_papr.h"
#include "console.h"
#include "endian.h"
#include "fuzz.h"
#include "hvstring.h"
#include "state.h"

/* The vcpu of an operand, whose numbers wrap; NULL: there is none. */
static struct vcpu *operand(struct fuzz *f)
{
	u8 who = in_u8(&f->in);
	struct partition *p = fuzz_partition(f, who >> 4);

	return p && p->nvcpus ? p->vcpu[(who & 15) % p->nvcpus] : NULL;
}

/* Load v on its CPU, as if it were about to leave its guest. False: it does not run. */
static bool enter(struct vcpu *v)
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
	return true;
}

/* What cpu_step does when the vcpu need not go on; sooner or later. */
static void leave(struct fuzz *f, struct vcpu *v)
{
	struct cpu *c = hv.cpu[v->cpu];

	if (f->linger && f->linger--)
		return;
	if (c->loaded && (c->loaded->part->state != PART_RUNNING || !c->loaded->online))
		cpu_unload(c);
}

/* For people: FUZZ_VERBOSE=1 build/fuzz/replay_hcall FILE */
static void say_call(const struct vcpu *v, u64 nr, const u64 *args, const char *how)
{
	const struct hcall_row *row = hcall_find(v->part->machine->hcalls, nr);
	const u64 *gpr = v->arch.papr.gpr;

	if (!fuzz_verbose)
		return;
	printf("lpid %u vcpu %u: %s %s %llx(%llx %llx %llx %llx) = %lld %llx %llx %llx\n",
	       v->part->id.v, v->index, how, row ? row->name : "unknown", (unsigned long long)nr,
	       (unsigned long long)args[0], (unsigned long long)args[1],
	       (unsigned long long)args[2], (unsigned long long)args[3], (long long)gpr[3],
	       (unsigned long long)gpr[4], (unsigned long long)gpr[5], (unsigned long long)gpr[6]);
}

static bool has_stopped(const struct vcpu *v)
{
	return v->part->state != PART_RUNNING || !v->online;
}

/* One of our own calls, with something in a register behind its arguments. */
static bool has_spare(const struct hcall_row *row, const u64 *args)
{
	if (!row || row->nr < HV_CALL_BASE || row->nr >= HV_CALL_MACHINE)
		return false;
	for (unsigned i = row->nargs; i < HCALL_MAX_ARGS; i++)
		if (args[i])
			return true;
	return false;
}

/* FUZZ_TRAP=NAME: a call of that row counts as a failure, so that triage has one to work on. */
static void trap(const struct hcall_row *row)
{
	const char *name = getenv("FUZZ_TRAP");

	if (name && row && !strcmp(name, row->name))
		fuzz_abort("%s was called, as FUZZ_TRAP says", name);
}

static void tell(struct fuzz *f, const struct vcpu *v, u64 nr, const u64 *args, bool light)
{
	const struct hcall_row *row = hcall_find(v->part->machine->hcalls, nr);

	trap(row);
	if (f->told)
		f->told(f, &(struct told){ .at = f->at,
					   .row = row,
					   .status = (s64)v->arch.papr.gpr[3],
					   .stops = has_stopped(v),
					   .light = light,
					   .spare = has_spare(row, args) });
}

static void call(struct fuzz *f, struct vcpu *v, u64 nr, const u64 *args)
{
	struct papr_regs *r = &v->arch.papr;
	struct vcpu_exit x = { .kind = EXIT_HCALL };
	u64 before;

	x.hcall.nr = nr;
	x.hcall.args = &r->gpr[4];
	x.hcall.status = &r->gpr[3];
	r->gpr[3] = nr;
	memcpy(&r->gpr[4], args, HCALL_MAX_ARGS * sizeof(u64));
	before = oracle_digest(f->deep);
	exit_dispatch(v, &x);
	say_call(v, nr, args, "full");
	if ((s64)r->gpr[3] < 0 && oracle_digest(f->deep) != before)
		fuzz_abort("call %llx (%llx %llx %llx %llx) returned %lld and changed something",
			   (unsigned long long)nr, (unsigned long long)args[0],
			   (unsigned long long)args[1], (unsigned long long)args[2],
			   (unsigned long long)args[3], (long long)r->gpr[3]);
}

/* Number and arguments of a call. */
static u64 read_call(struct fuzz *f, const struct vcpu *v, u64 *args)
{
	const struct hcall_table *t = machine_find("papr")->hcalls;
	unsigned row = in_u8(&f->in);

	memset(args, 0, HCALL_MAX_ARGS * sizeof(u64));
	if (row >= t->nrows) {
		u64 nr = in_u64(&f->in);

		for (unsigned i = 0; i < 4; i++)
			args[i] = in_value(&f->in, v, ARG_U64);
		return nr;
	}
	for (unsigned i = 0; i < t->rows[row].nargs; i++)
		args[i] = in_value(&f->in, v, t->rows[row].kind[i]);
	return t->rows[row].nr;
}

/* False: the light path does not serve it. */
static bool light_call(struct vcpu *v, u64 nr, const u64 *args)
{
	struct papr_regs r = v->arch.papr;
	struct cpu *c = hv.cpu[v->cpu];

	r.gpr[3] = nr;
	memcpy(&r.gpr[4], args, HCALL_MAX_ARGS * sizeof(u64));
	if (!hcall_light(&v->arch, &r))
		return false;
	memcpy(&v->arch.papr.gpr[3], &r.gpr[3], 10 * sizeof(u64));
	say_call(v, nr, args, "light");
	if (c->loaded != v || c->resched)
		fuzz_abort("a light call rescheduled");
	return true;
}

static void op_call(struct fuzz *f, bool light)
{
	struct vcpu *v = operand(f);
	u64 args[HCALL_MAX_ARGS], nr = read_call(f, v, args);

	if (!enter(v))
		return;
	light = light && light_call(v, nr, args);
	if (!light)
		call(f, v, nr, args);
	tell(f, v, nr, args, light);
	leave(f, v);
}

/* The guest's own store; outside its memory it does not happen. */
static void guest_write(struct partition *p, u64 g, const void *from, u64 n)
{
	const u8 *b = from;

	for (u64 i = 0; i < n; i++) {
		unsigned prot;
		pa_t pa;
		u8 *at;

		if (arch_gspace_query(&p->gspace, GPA((g + i) & ~HV_PAGE_MASK), &pa, &prot))
			return;
		at = um_phys(PA(pa.v + ((g + i) & HV_PAGE_MASK)));
		*at = b[i];
	}
}

#define BLOCK 0xa000

/* A word of the guest's memory, as itself would read it. */
static u32 guest_word(const struct partition *p, u64 g)
{
	unsigned prot;
	be32_t word;
	pa_t pa;

	if (arch_gspace_query(&p->gspace, GPA(g & ~HV_PAGE_MASK), &pa, &prot))
		return 0;
	memcpy(&word, (u8 *)um_phys(pa) + (g & HV_PAGE_MASK), sizeof(word));
	return be32_to_cpu(word);
}

/* A service that fails writes its status, and changes nothing else of the machine. */
static void check_service(const struct vcpu *v, u32 token, u32 nargs, u32 nrets, u64 before)
{
	s32 status;

	if (v->arch.papr.gpr[3] != H_SUCCESS || !nrets || has_stopped(v))
		return;
	status = (s32)guest_word(v->part, BLOCK + 4 * (3 + nargs));
	if (status < 0 && oracle_digest(false) != before)
		fuzz_abort("service %x answered %d and changed something", token, status);
}

/* What the service answered, when the call got so far and there is room for an answer. */
static void tell_rtas(struct fuzz *f, const struct vcpu *v, u32 token, u32 nargs, u32 nrets)
{
	struct told t = { .at = f->at, .row = hcall_find(machine_papr.hcalls, HV_RTAS) };

	if (!f->told)
		return;
	t.status = (s64)v->arch.papr.gpr[3];
	t.stops = has_stopped(v);
	t.rtas = t.stops || (t.status == H_SUCCESS && nrets);
	if (t.rtas) {
		u32 i = token - PAPR_TOKEN;

		t.service = i < papr_rtas_n ? &papr_rtas[i] : NULL;
		t.counts = t.service && (nargs != t.service->nargs || nrets != t.service->nrets);
		t.status = (s32)guest_word(v->part, BLOCK + 4 * (3 + nargs));
	}
	f->told(f, &t);
}

static void op_rtas(struct fuzz *f)
{
	struct vcpu *v = operand(f);
	u64 args[HCALL_MAX_ARGS] = { BLOCK };
	be32_t block[3 + RTAS_VALUES - 1] = { 0 };
	u32 nargs, nrets;
	u64 before;

	block[0] = cpu_to_be32((u32)in_value(&f->in, v, ARG_U64));
	nargs = in_u8(&f->in);
	nrets = in_u8(&f->in);
	block[1] = cpu_to_be32(nargs);
	block[2] = cpu_to_be32(nrets);
	for (unsigned i = 0; i < nargs % RTAS_VALUES; i++)
		block[3 + i] = cpu_to_be32((u32)in_value(&f->in, v, ARG_U64));
	if (!enter(v))
		return;
	guest_write(v->part, BLOCK, block, sizeof(block));
	memcpy(&v->arch.papr.gpr[4], args, sizeof(args));
	before = oracle_digest(false);
	call(f, v, HV_RTAS, args);
	check_service(v, be32_to_cpu(block[0]), nargs, nrets, before);
	if (fuzz_verbose && v->part->state == PART_RUNNING)
		printf("    rtas %x(%x %x %x) of %u, %u: %d\n", be32_to_cpu(block[0]),
		       be32_to_cpu(block[3]), be32_to_cpu(block[4]), be32_to_cpu(block[5]), nargs,
		       nrets,
		       (int)(nargs < RTAS_VALUES ? guest_word(v->part, BLOCK + 4 * (3 + nargs))
						 : 0));
	tell_rtas(f, v, be32_to_cpu(block[0]), nargs, nrets);
	leave(f, v);
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
		x.io.port = (u32)a;
		x.io.size = (u8)b;
		break;
	case EXIT_REGISTER:
		x.reg.nr = (u32)a;
		x.reg.write = b & 1;
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

/* The guest's own instructions: they change its MSR, and set its decrementer. */
static void op_guest(struct fuzz *f)
{
	static const u64 bit[8] = {
		MSR_EE, MSR_IR, MSR_DR, MSR_LE, MSR_ME, MSR_RI, MSR_FP, MSR_PR
	};
	struct vcpu *v = operand(f);
	u8 bits = in_u8(&f->in), log2 = in_u8(&f->in);

	if (!enter(v))
		return;
	for (unsigned i = 0; i < 8; i++)
		if (bits >> i & 1)
			v->arch.papr.msr ^= bit[i];
	if (log2)
		v->arch.dec = log2 < CLOCK_MAX ? arch_now() + (1ull << log2) : TIME_NEVER;
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
