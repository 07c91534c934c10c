// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations that are calls: through exit_dispatch, as from a guest, in the registers of its
 * machine; and RTAS, whose arguments are in the guest's memory. Next to read: digest.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "arch_papr.h"
#include "arch_pc.h"
#include "endian.h"
#include "hvstring.h"
#include "ops.h"
#include "state.h"

/* Where the registers of a call are: each machine has its own. */
static struct vcpu_exit call_exit(struct vcpu *v, u64 nr)
{
	struct vcpu_exit x = { .kind = EXIT_HCALL };

	x.hcall.nr = nr;
	x.hcall.args = is_pc(v) ? &v->arch.pc.gpr[PC_CALL_ARGS] : &v->arch.papr.gpr[4];
	x.hcall.status = is_pc(v) ? &v->arch.pc.gpr[PC_RAX] : &v->arch.papr.gpr[3];
	return x;
}

static s64 status(const struct vcpu *v)
{
	return (s64)(is_pc(v) ? v->arch.pc.gpr[PC_RAX] : v->arch.papr.gpr[3]);
}

/* For people: FUZZ_VERBOSE=1 build/fuzz/replay_hcall FILE */
static void say_call(const struct vcpu *v, u64 nr, const u64 *args, const char *how)
{
	const struct hcall_row *row = hcall_find(v->part->machine->hcalls, nr);
	const u64 *ret = is_pc(v) ? &v->arch.pc.gpr[PC_CALL_ARGS] : &v->arch.papr.gpr[4];

	if (!fuzz_verbose)
		return;
	printf("lpid %u vcpu %u: %s %s %llx(%llx %llx %llx %llx) = %lld %llx %llx %llx\n",
	       v->part->id.v, v->index, how, row ? row->name : "unknown", (unsigned long long)nr,
	       (unsigned long long)args[0], (unsigned long long)args[1],
	       (unsigned long long)args[2], (unsigned long long)args[3], (long long)status(v),
	       (unsigned long long)ret[0], (unsigned long long)ret[1], (unsigned long long)ret[2]);
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
					   .status = status(v),
					   .stops = has_stopped(v),
					   .light = light,
					   .spare = has_spare(row, args) });
}

static void call(struct fuzz *f, struct vcpu *v, u64 nr, const u64 *args)
{
	struct vcpu_exit x = call_exit(v, nr);
	u64 before;

	*x.hcall.status = nr;
	memcpy(x.hcall.args, args, HCALL_MAX_ARGS * sizeof(u64));
	before = oracle_digest(f->deep);
	exit_dispatch(v, &x);
	say_call(v, nr, args, "full");
	if (status(v) < 0 && oracle_digest(f->deep) != before)
		fuzz_abort("call %llx (%llx %llx %llx %llx) returned %lld and changed something",
			   (unsigned long long)nr, (unsigned long long)args[0],
			   (unsigned long long)args[1], (unsigned long long)args[2],
			   (unsigned long long)args[3], (long long)status(v));
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

static bool papr_light(struct vcpu *v, u64 nr, const u64 *args)
{
	struct papr_regs r = v->arch.papr;

	r.gpr[3] = nr;
	memcpy(&r.gpr[4], args, HCALL_MAX_ARGS * sizeof(u64));
	if (!hcall_light(&v->arch, &r))
		return false;
	memcpy(&v->arch.papr.gpr[3], &r.gpr[3], 10 * sizeof(u64));
	return true;
}

static bool pc_light_call(struct vcpu *v, u64 nr, const u64 *args)
{
	struct vcpu_exit x = call_exit(v, nr);

	*x.hcall.status = nr;
	memcpy(x.hcall.args, args, HCALL_MAX_ARGS * sizeof(u64));
	return pc_light(&v->arch, &x) == LIGHT_DONE;
}

/* False: the light path does not serve it. */
static bool light_call(struct vcpu *v, u64 nr, const u64 *args)
{
	struct cpu *c = hv.cpu[v->cpu];

	if (!(is_pc(v) ? pc_light_call : papr_light)(v, nr, args))
		return false;
	say_call(v, nr, args, "light");
	if (c->loaded != v || c->resched)
		fuzz_abort("a light call rescheduled");
	return true;
}

void op_call(struct fuzz *f, bool light)
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

void guest_write(struct partition *p, u64 g, const void *from, u64 n)
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
	s32 answer;

	if (status(v) != H_SUCCESS || !nrets || has_stopped(v))
		return;
	answer = (s32)guest_word(v->part, BLOCK + 4 * (3 + nargs));
	if (answer < 0 && oracle_digest(false) != before)
		fuzz_abort("service %x answered %d and changed something", token, answer);
}

/* What the service answered, when the call got so far and there is room for an answer. */
static void tell_rtas(struct fuzz *f, const struct vcpu *v, u32 token, u32 nargs, u32 nrets)
{
	struct told t = { .at = f->at,
			  .row = hcall_find(v->part->machine->hcalls, HV_RTAS),
			  .status = status(v),
			  .stops = has_stopped(v) };

	if (!f->told)
		return;
	t.rtas = t.stops || (t.status == H_SUCCESS && nrets);
	if (t.rtas) {
		u32 i = token - PAPR_TOKEN;

		t.service = i < papr_rtas_n ? &papr_rtas[i] : NULL;
		t.counts = t.service && (nargs != t.service->nargs || nrets != t.service->nrets);
		t.status = (s32)guest_word(v->part, BLOCK + 4 * (3 + nargs));
	}
	f->told(f, &t);
}

void op_rtas(struct fuzz *f)
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
	memcpy(call_exit(v, HV_RTAS).hcall.args, args, sizeof(args));
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
