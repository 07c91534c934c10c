// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who takes which lock (docs/locking.md, the column "guards"). Each case makes one lock look as if
 * this CPU held it already: whoever takes it panics with its name, and who does not take it runs
 * through. The order of locks is test_lock.c's matter.
 */
#include <stdio.h>

#include "papr/lab.h"

#include "console.h"
#include "log.h"

#define FN(n) ((u64)(n) << 45)

static struct vcpu *fresh;
static struct sched *sched0;

static s64 call(u64 nr, u64 a, u64 b, u64 c)
{
	return lab_call_n(lab_v0, nr, (const u64[]){ a, b, c, 0 }, 4);
}

static void rtas(const char *name, u32 a, u32 b, u32 c)
{
	const u32 in[] = { a, b, c };
	u32 token = lab_token(name);
	const struct rtas_call *s = &papr_rtas[token - PAPR_TOKEN];

	lab_rtas_block(LAB_ARGS, token, in, MIN(s->nargs, 3u), s->nrets);
	lab_set_be(LAB_ARGS + 4, 4, s->nargs);
	call(HV_RTAS, LAB_ARGS, 0, 0);
}

static void set_time(void)
{
	const u32 in[7] = { 2024, 1, 1 };

	lab_rtas_block(LAB_ARGS, lab_token("set-time-of-day"), in, 7, 1);
	call(HV_RTAS, LAB_ARGS, 0, 0);
}

static void light(void)
{
	struct papr_regs r = { .gpr = { [3] = H_CPPR, [4] = 0xff } };

	hcall_light(&lab_v0->arch, &r);
}

static struct partition *second(void)
{
	struct manifest_part mp = lab_manifest();
	struct partition *p;

	mp.name[0] = 'm';
	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
	return p;
}

static void failing(void)
{
	struct manifest_part mp = lab_manifest();
	struct partition *p;

	mp.entry = GPA(LAB_MEM);
	partition_create(&mp, NULL, &p);
}

static void start(void)
{
	struct partition *p = second();

	atomic_store(&p->lock.word, 1);
	call(HV_PARTITION_START, p->id.v, 0, 0);
}

static void reap(void)
{
	struct partition *p = second();

	lock_take(&hv.lock);
	partition_stop(p, STOP_ORDER);
	partition_destroy(p);
	lock_drop(&hv.lock);
	atomic_store(&p->lock.word, 1);
	partition_reap();
}

static void reboot(void)
{
	static struct manifest_part mp;

	lab_p->boot = &mp;
	lab_p->hold = false;
	partition_stop_self(lab_v0, STOP_REBOOT);
	cpu_unload(hv.cpu[0]);
	atomic_store(&lab_p->lock.word, 1);
	partition_reap();
}

static void frames(void)
{
	pa_t page;

	palloc_get(&hv.palloc, 0, FRAME_HV, (lpid_t){ 0 }, true, &page);
}

static void give(void)
{
	pa_t page;

	palloc_get(&hv.palloc, 0, FRAME_HV, (lpid_t){ 0 }, true, &page);
	atomic_store(&hv.palloc.lock.word, 1);
	palloc_put(&hv.palloc, page, 1, FRAME_HV, (lpid_t){ 0 });
}

static void console_keys(void)
{
	um_input("x", 1);
	console_poll(arch_now());
}

static void console_keys_switch(void)
{
	um_input("\x1d", 1);
	console_poll(arch_now());
}

static void load_other(void)
{
	um_set_cpu(1);
	atomic_store(&lab_v1->lock.word, 2);
	cpu_load(hv.cpu[1], lab_v1);
}

static char text[100];

/* Name of the lock, which lock, what takes it. NULL: the statement marks it itself, at its time. */
/* clang-format off */
#define CASES(C) \
	C("log", &hv.log.lock, log_error("x")) \
	C("log", &hv.log.lock, log_read(text, sizeof(text))) \
	C("frames", &hv.palloc.lock, call(HV_MEMORY_INFO, 0, 0, 0)) \
	C("frames", &hv.palloc.lock, frames()) \
	C("frames", NULL, give()) \
	C("frames", &hv.palloc.lock, call(H_REGISTER_VPA, FN(1), 0, 0x10000)) \
	C("hv", &hv.lock, call(HV_PARTITION_INFO, 1, 0, 0)) \
	C("hv", &hv.lock, call(HV_PARTITION_STOP, 1, 0, 0)) \
	C("hv", &hv.lock, call(HV_PARTITION_START, 1, 0, 0)) \
	C("hv", &hv.lock, call(HV_PARTITION_DESTROY, 1, 0, 0)) \
	C("hv", &hv.lock, call(HV_YIELD, 2, 0, 0)) \
	C("hv", &hv.lock, rtas("power-off", 0, 0, 0)) \
	C("hv", &hv.lock, rtas("ibm,os-term", 0, 0, 0)) \
	C("hv", &hv.lock, console_keys()) \
	C("hv", &hv.lock, failing()) \
	C("partition", &lab_p->lock, call(HV_PARTITION_STOP, 1, 0, 0)) \
	C("partition", &lab_p->lock, call(H_SET_MODE, 1, 4, 0)) \
	C("partition", &lab_p->lock, call(H_REGISTER_PROC_TBL, 0x15, 0, 0)) \
	C("partition", &lab_p->lock, rtas("ibm,set-xive", XICS_TERM, 1, 5)) \
	C("partition", &lab_p->lock, rtas("ibm,get-xive", XICS_TERM, 0, 0)) \
	C("partition", &lab_p->lock, rtas("ibm,int-on", XICS_TERM, 0, 0)) \
	C("partition", &lab_p->lock, rtas("ibm,int-off", XICS_TERM, 0, 0)) \
	C("partition", &lab_p->lock, rtas("start-cpu", 1, LAB_ENTRY, 0)) \
	C("partition", &lab_p->lock, rtas("stop-self", 0, 0, 0)) \
	C("partition", &lab_p->lock, rtas("query-cpu-stopped-state", 1, 0, 0)) \
	C("partition", &lab_p->lock, rtas("nvram-store", 0, 0x9000, 16)) \
	C("partition", &lab_p->lock, rtas("get-time-of-day", 0, 0, 0)) \
	C("partition", &lab_p->lock, set_time()) \
	C("partition", &lab_p->lock, papr_term_input(lab_p)) \
	C("partition", NULL, start()) \
	C("partition", NULL, reap()) \
	C("partition", NULL, reboot()) \
	C("vcpu", &lab_v0->lock, call(H_XIRR, 0, 0, 0)) \
	C("vcpu", &lab_v0->lock, call(H_CPPR, 0, 0, 0)) \
	C("vcpu", &lab_v0->lock, call(H_EOI, 0, 0, 0)) \
	C("vcpu", &lab_v1->lock, call(H_IPI, 1, 0, 0)) \
	C("vcpu", &lab_v1->lock, call(H_IPOLL, 1, 0, 0)) \
	C("vcpu", &lab_v0->lock, light()) \
	C("vcpu", &lab_v0->lock, call(H_CEDE, 0, 0, 0)) \
	C("vcpu", &lab_v0->lock, call(H_CONFER, 0, 0, 0)) \
	C("vcpu", &lab_v1->lock, call(H_CONFER, 1, 0, 0)) \
	C("vcpu", &lab_v1->lock, call(H_REGISTER_VPA, FN(5), 1, 0)) \
	C("vcpu", &lab_v0->lock, cpu_unload(hv.cpu[0])) \
	C("vcpu", NULL, load_other()) \
	C("vcpu", &lab_v1->lock, rtas("start-cpu", 1, LAB_ENTRY, 0)) \
	C("vcpu", &lab_v0->lock, rtas("ibm,set-xive", XICS_TERM, 1, 5)) \
	C("vcpu", &lab_v1->lock, rtas("ibm,set-xive", XICS_TERM, 1, 5)) \
	C("vcpu", &lab_v0->lock, papr_term_input(lab_p)) \
	C("vterm", &lab_p->term.lock, call(H_GET_TERM_CHAR, 0, 0, 0)) \
	C("vterm", &lab_p->term.lock, call(H_PUT_TERM_CHAR, 0, 1, 0)) \
	C("vterm", &lab_p->term.lock, vterm_input(&lab_p->term, (const u8 *)"x", 1)) \
	C("sched", &sched0->lock, call(HV_YIELD, 0, 0, 0)) \
	C("sched", &sched0->lock, call(H_CONFER, ~0ull, 0, 0)) \
	C("sched", &sched0->lock, call(H_CEDE, 0, 0, 0)) \
	C("sched", &sched0->lock, call(H_PROD, 0, 0, 0)) \
	C("sched", &sched0->lock, cpu_step(hv.cpu[0])) \
	C("sched", &sched0->lock, cpu_unload(hv.cpu[0])) \
	C("sched", &sched0->lock, sched_admit(sched0, fresh, 0)) \
	C("sched", &sched0->lock, sched_remove(sched0, fresh)) \
	C("sched", &sched0->lock, sched_pick(sched0, arch_now(), &(u64){ 0 })) \
	C("sched", &sched0->lock, sched_on(sched0, fresh, 0)) \
	C("sched", &sched0->lock, sched_off(sched0, fresh, 0)) \
	C("sched", &sched0->lock, sched_wake(sched0, fresh, 0)) \
	C("sched", &sched0->lock, sched_unblock(sched0, fresh, 0)) \
	C("console", &hv.console.lock, console_write(0, "x\n", 2)) \
	C("console", &hv.console.lock, console_partition(lab_p->id, true)) \
	C("console", &hv.console.lock, console_keys_switch()) \
	C("console", &hv.console.lock, console_init(&hv.console, CONSOLE_LINES))
/* clang-format on */

struct taking {
	const char *name;
	struct lock *lock;
};

static struct taking find(int n)
{
	struct taking t = { 0 };
	int i = 0;

#define C(label, l, stmt) \
	if (i++ == n)     \
		t = (struct taking){ label, l };
	CASES(C)
#undef C
	return t;
}

static void act(int n)
{
	int i = 0;

#define C(label, l, stmt)     \
	if (i++ == n) {       \
		(void)(stmt); \
		return;       \
	}
	CASES(C)
#undef C
}

#define C(label, l, stmt) +1
enum { NCASES = 0 CASES(C) };
#undef C

static void setup(void)
{
	lab_setup();
	lab_p->controller = true;
	lab_set_be(0x10004, 2, 640);
	sched0 = &hv.cpu[0]->sched;
	console_partition(lab_p->id, true);
	fresh = calloc(1, sizeof(*fresh));
}

static void teardown(void)
{
	free(fresh);
	um_teardown();
}

START_TEST(takes_its_lock)
{
	struct taking t = find(_i);
	char want[80];

	snprintf(want, sizeof(want), "lock %s: taken twice", t.name);
	um_output_clear();
	if (t.lock)
		atomic_store(&t.lock->word, 1 + arch_cpu_self());
	ck_assert_msg(um_catch(act(_i)) == 1, "case %d does not take lock %s", _i, t.name);
	ck_assert_msg(strstr(um_output(NULL), want) != NULL, "case %d, lock %s: %s", _i, t.name,
		      um_output(NULL));
}
END_TEST

Suite *suite_locking(void);
Suite *suite_locking(void)
{
	Suite *s = suite_create("locking");
	TCase *tc = tcase_create("locking");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, takes_its_lock, 0, NCASES);
	suite_add_tcase(s, tc);
	return s;
}
