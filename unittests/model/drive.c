// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The oracle: seeded sequences of calls on a machine booted in the process, each judged by its
 * specification. Read model.h first; main.c is the command line.
 */
#include <stdio.h>
#include <string.h>

#include "../../core/papr/papr.h"
#include "arch_pc.h"
#include "hv.h"
#include "model_pc.h"
#include "oracle.h"
#include "state.h"

struct drive drive;

#define ALL_EVERY 2048 /* calls between two looks at all memory */

u64 drive_random(u64 below)
{
	u64 x;

	if (drive.source)
		return drive.source(below);
	x = drive.rng += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	x ^= x >> 31;
	return x % below;
}

/* ---- one call ------------------------------------------------------------------------------ */

struct outcome {
	struct m_call c;
	u64 nr, args[9];
	s64 status;
};

static void say(const struct outcome *o, s64 status, const u64 *gpr)
{
	printf("%6llu: %u.%u %s%s 0x%llx(%llx %llx %llx %llx) = %lld, %llx %llx %llx %llx\n",
	       (unsigned long long)drive.calls, o->c.lp, o->c.vc, o->c.light ? "light " : "",
	       model_name(o->nr), (unsigned long long)o->nr, (unsigned long long)o->args[0],
	       (unsigned long long)o->args[1], (unsigned long long)o->args[2],
	       (unsigned long long)o->args[3], (long long)status, (unsigned long long)gpr[4],
	       (unsigned long long)gpr[5], (unsigned long long)gpr[6], (unsigned long long)gpr[7]);
}

/* A PC's call; gpr as if it were a PAPR partition's: status in 3, results from 4 on. */
static bool real_pc_call(struct vcpu *v, u64 nr, const u64 *args, u64 *gpr)
{
	struct pc_regs *r = &v->arch.pc;
	struct vcpu_exit x = { .kind = EXIT_HCALL };
	bool light = false;

	x.hcall.nr = nr;
	x.hcall.args = &r->gpr[PC_CALL_ARGS];
	x.hcall.status = &r->gpr[PC_RAX];
	r->gpr[PC_RAX] = nr;
	memcpy(x.hcall.args, args, 9 * sizeof(u64));
	if (v->part->state == PART_RUNNING && drive_random(3) == 0)
		light = pc_light(&v->arch, &x) == LIGHT_DONE;
	if (!light)
		exit_dispatch(v, &x);
	gpr[3] = r->gpr[PC_RAX];
	memcpy(&gpr[4], x.hcall.args, 9 * sizeof(u64));
	return light;
}

/* The real thing. True: on the light path. */
static bool real_papr_call(struct vcpu *v, u64 nr, const u64 *args)
{
	struct papr_regs *r = &v->arch.papr;
	struct vcpu_exit x = { .kind = EXIT_HCALL };

	x.hcall.nr = nr;
	x.hcall.args = &r->gpr[4];
	x.hcall.status = &r->gpr[3];
	r->gpr[3] = nr;
	memcpy(&r->gpr[4], args, 9 * sizeof(u64));
	if (v->part->state == PART_RUNNING && drive_random(3) == 0) {
		struct papr_regs copy = *r;

		if (hcall_light(&v->arch, &copy)) {
			memcpy(&r->gpr[3], &copy.gpr[3], 10 * sizeof(u64));
			return true;
		}
	}
	exit_dispatch(v, &x);
	return false;
}

static bool real_call(struct vcpu *v, bool pc, u64 nr, const u64 *args, u64 *gpr)
{
	bool light;

	if (pc)
		return real_pc_call(v, nr, args, gpr);
	light = real_papr_call(v, nr, args);
	memcpy(gpr, v->arch.papr.gpr, 14 * sizeof(u64));
	return light;
}

/* A call without results leaves the other registers alone; so does one that fails. */
static void check_results(const struct outcome *o, const u64 *gpr)
{
	const struct m_call *c = &o->c;

	if ((s64)gpr[3] != o->status) {
		differs("status: model %lld, real %lld", (long long)o->status, (long long)gpr[3]);
		return;
	}
	for (unsigned i = 0; i < 9; i++) {
		u64 want = i < c->nret ? c->ret[i] : o->args[i];

		if ((i < c->nret || !c->nret) && gpr[4 + i] != want)
			differs("r%u: model %llx, real %llx", 4 + i, (unsigned long long)want,
				(unsigned long long)gpr[4 + i]);
	}
}

static void check_output(const struct outcome *o)
{
	size_t n;
	const char *out = um_output(&n);

	if (o->nr != H_PUT_TERM_CHAR)
		return;
	if (n != drive.m.nout || (n && memcmp(out, drive.m.out, n)))
		differs("the console shows something else");
}

/* Whoever must know about the change was told: this CPU by a flag, another by a kick. */
void drive_told(void)
{
	for (unsigned i = 0; i < M_CPUS; i++)
		if (drive.m.look[i] && !(i == um_self ? hv.cpu[i]->resched : um_kicked(i)))
			differs("CPU %u was not told", i);
	if (lock_count() || um_windows(um_self))
		differs("a lock or a window is left");
}

void drive_forget(void)
{
	struct model *m = &drive.m;

	m->ntouched = 0;
	m->npinned = 0;
	m->nvram_touched = 0;
	memset(m->look, 0, sizeof(m->look));
	for (unsigned i = 0; i < M_CPUS; i++)
		um.cpu[i].kicked = false;
}

static void one_call(unsigned lp, unsigned vc)
{
	struct model *m = &drive.m;
	struct outcome o = { .c = { .m = m, .lp = lp, .vc = vc } };
	static struct m_state before;
	u64 gpr[14];
	struct vcpu *v;

	o.nr = make_call(o.c.lp, o.c.vc, o.args);
	v = hv.part[o.c.lp]->vcpu[o.c.vc];
	drive_forget();
	um_output_clear();
	before = m->s;
	o.c.a = o.args;
	o.c.light = real_call(v, m->more[lp].pc, o.nr, o.args, gpr);
	o.status = model_call(&o.c, o.nr);
	if (drive.verbose)
		say(&o, (s64)gpr[3], gpr);
	check_results(&o, gpr);
	check_output(&o);
	drive_told();
	before.part[o.c.lp].vcpu[o.c.vc].r3 = m->s.part[o.c.lp].vcpu[o.c.vc].r3;
	if (o.status < 0 && (m->ntouched || m->npinned || memcmp(&before, &m->s, sizeof(before))))
		differs("the specification changes something and fails");
	if (++drive.calls % ALL_EVERY == 0)
		drive.all = true;
	drive.light += o.c.light;
	drive.worked[m->more[lp].pc][o.nr / 4 % 256] += o.status >= 0;
	if (!compare_state(m, drive.all) && !drive.verbose)
		say(&o, (s64)gpr[3], gpr);
	drive.all = false;
	env_settle();
}

/* ---- sequences ----------------------------------------------------------------------------- */

/* Somebody's next step: a call, or a PC's access to a device. */
static void somebody(void)
{
	unsigned lp, vc;

	if (!env_caller(&lp, &vc))
		env_step();
	else if (drive.m.more[lp].pc && (pc_must_halt(lp, vc) || drive_random(4)))
		pc_access(lp, vc);
	else
		one_call(lp, vc);
}

static void sequence(u64 calls)
{
	u64 steps = 0;

	env_boot();
	while (drive.calls < calls && !oracle_differs && !drive.over) {
		if (++steps > 20 * calls + 20000)
			differs("nobody makes calls any more");
		if (drive_random(6)) {
			somebody();
			continue;
		}
		drive_forget();
		env_step();
		env_settle();
		if (!compare_state(&drive.m, drive.all))
			printf("  after a step that is no call\n");
		drive.all = false;
	}
	if (!oracle_differs && !compare_state(&drive.m, true))
		printf("  at the end\n");
	if (!oracle_differs)
		env_end();
}

void drive_start(u64 seed)
{
	drive.rng = seed * 0xd1342543de82ef95ull + 1;
	drive.calls = 0;
	drive.all = false;
	oracle_differs = false;
}

void drive_sequence(u64 seed, u64 calls)
{
	volatile int end;

	drive_start(seed);
	end = um_catch(sequence(calls));
	if (end != UM_NO_END) {
		size_t n;
		const char *out = um_output(&n);

		differs("the machine ended with %d: %s", end,
			end == UM_BUG ? um_bug_text() : out + (n > 300 ? n - 300 : 0));
	}
	um_teardown();
	if (oracle_differs)
		printf("FAILED seed %llu, after %llu calls\n", (unsigned long long)seed,
		       (unsigned long long)drive.calls);
}
