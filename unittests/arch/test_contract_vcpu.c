// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract, part 3: virtual CPUs that run the port's tiny guest (contract.h), without a
 * partition around them. arch_papr.h as far as one can see it from here.
 */
#include "arch_papr.h"
#include "contract.h"
#include "endian.h"
#include "hv.h"
#include "hvstring.h"
#include "ktest.h"
#include "partition.h"
#include "pool.h"
#include "vcpu.h"

#define ID     ((lpid_t){ 202 })
#define CODE   0x10000ull /* logical addresses: the program, one page */
#define DATA   0x20000ull /* its data page; vcpu n has DATA + n pages */
#define FAR    0x400000ull
#define NVCPUS 2
#define TURNS  100000u

static struct pool pool;
static struct arch_gspace *gs;
static struct partition part; /* only what a port's upcalls may look at */
static struct vcpu vcpu[NVCPUS];
static pa_t code, data[NVCPUS], far;
static struct vcpu_exit x;

static pa_t page_get(void)
{
	pa_t p;

	K_EQ(palloc_get(&hv.palloc, 0, FRAME_GUEST, ID, true, &p), HV_OK);
	return p;
}

static void map_page(u64 g, pa_t p, unsigned prot)
{
	u64 done;

	K_EQ(arch_gspace_map(gs, GPA(g), p, HV_PAGE_SIZE, prot, MT_NORMAL, &done), HV_OK);
}

static void unmap_page(u64 g)
{
	u64 done;

	K_EQ(arch_gspace_unmap(gs, GPA(g), HV_PAGE_SIZE, &done), HV_OK);
	arch_gspace_sync(gs);
}

static u64 peek(pa_t page, u64 off)
{
	u8 *w = arch_window_open(page);
	u64 v;

	memcpy(&v, w + off, sizeof(v));
	arch_window_close(w);
	return v;
}

static void poke(pa_t page, u64 off, u64 v)
{
	u8 *w = arch_window_open(page);

	memcpy(w + off, &v, sizeof(v));
	arch_window_close(w);
}

static struct arch_vcpu *av(unsigned i)
{
	return &vcpu[i].arch;
}

static struct papr_regs *regs(unsigned i)
{
	return &vcpu[i].arch.papr;
}

/* The guest runs in the byte order of the hypervisor. */
static void start_state(unsigned i)
{
	arch_papr_reset(av(i), GPA(CODE), DATA + i * HV_PAGE_SIZE);
	if (HV_BE(16, 1) != 1)
		regs(i)->msr |= MSR_LE;
}

static void setup(void)
{
	const struct contract_image *image = contract_guest();
	unsigned i;

	contract_setup();
	memset(&part, 0, sizeof(part));
	memset(vcpu, 0, sizeof(vcpu));
	part.id = ID;
	part.state = PART_RUNNING;
	part.machine = machines[0];
	gs = &part.gspace;
	pool_init(&pool, ID, 100);
	K_EQ(arch_gspace_init(gs, ID, &pool), HV_OK);
	K_CHECK(image->size <= HV_PAGE_SIZE);
	code = page_get();
	far = page_get();
	arch_load_image(code, image->bytes, image->size);
	map_page(CODE, code, PROT_R | PROT_X);
	for (i = 0; i < NVCPUS; i++) {
		data[i] = page_get();
		map_page(DATA + i * HV_PAGE_SIZE, data[i], PROT_R | PROT_W);
		vcpu[i].part = &part;
		vcpu[i].index = i;
		K_EQ(arch_vcpu_init(av(i), gs, i, &pool), HV_OK);
		start_state(i);
	}
}

static void teardown(void)
{
	unsigned i;

	arch_alarm(TIME_NEVER);
	for (i = 0; i < NVCPUS; i++) {
		arch_vcpu_fini(av(i));
		palloc_put(&hv.palloc, data[i], 1, FRAME_GUEST, ID);
	}
	arch_gspace_fini(gs);
	palloc_put(&hv.palloc, code, 1, FRAME_GUEST, ID);
	palloc_put(&hv.palloc, far, 1, FRAME_GUEST, ID);
	contract_teardown();
}

static const struct ktest_suite ktest_this = { "contract_vcpu", setup, teardown };

/* Run until something other than a spurious preemption comes. */
static enum exit_kind run(unsigned i)
{
	unsigned n;

	for (n = 0; n < TURNS; n++) {
		arch_vcpu_run(av(i), &x);
		if (x.kind != EXIT_PREEMPT)
			return x.kind;
	}
	K_FAIL("nothing but preemptions");
}

static void expect_call(unsigned i, u64 nr)
{
	K_EQ(run(i), EXIT_HCALL);
	K_EQ(x.hcall.nr, nr);
	K_CHECK(x.hcall.status == &regs(i)->gpr[3]);
	K_CHECK(x.hcall.args == &regs(i)->gpr[4]);
}

static void finish_call(s64 status, u64 result)
{
	*x.hcall.status = (u64)status;
	x.hcall.args[0] = result;
}

/* Steps 1 to 4 of the guest, without faults; it counts afterwards. */
static void run_to_loop(unsigned i)
{
	expect_call(i, 0x1001);
	finish_call(0, 0);
	expect_call(i, 0x1005);
	finish_call(0, DATA + i * HV_PAGE_SIZE);
	expect_call(i, 0x1009);
	finish_call(0, DATA + i * HV_PAGE_SIZE);
	expect_call(i, 0x100d);
	finish_call(0, 0);
}

/*
 * Run for some milliseconds until the guest has counted beyond `from` on its data page. On a busy
 * host an emulator's alarm may come before the guest had any time.
 */
static void run_until_counted(unsigned i, pa_t page, u64 from)
{
	unsigned n;

	for (n = 0; n < 1000 && peek(page, 16) <= from; n++) {
		arch_alarm(arch_now() + arch_tick_hz() / 1000);
		arch_vcpu_run(av(i), &x);
		K_EQ(x.kind, EXIT_PREEMPT);
	}
	K_CHECK(peek(page, 16) > from);
}

/* ---- life ------------------------------------------------------------------------------- */

KTEST(reset_state)
{
	unsigned i;

	K_EQ(regs(1)->nip, CODE);
	K_EQ(regs(1)->gpr[3], DATA + HV_PAGE_SIZE);
	K_EQ(regs(1)->msr & MSR_SF, MSR_SF);
	K_EQ(regs(1)->msr & (MSR_EE | MSR_PR | MSR_IR | MSR_DR | MSR_HV), 0);
	for (i = 0; i < 32; i++)
		if (i != 3 && regs(1)->gpr[i])
			K_FAIL("gpr[%u] after reset", i);
	arch_papr_reset(av(1), GPA(0x3000), 9);
	K_EQ(regs(1)->msr & MSR_LE, 0);
	K_EQ(regs(1)->nip, 0x3000);
	K_EQ(regs(1)->gpr[3], 9);
	K_CHECK(arch_vcpu_wake(av(1)) > arch_now());
}

KTEST(every_lack_of_a_page)
{
	static struct arch_vcpu spare;
	struct pool small;
	err_t err = HV_ENOMEM;
	u64 limit;

	for (limit = 0; err && limit < 64; limit++) {
		pool_init(&small, ID, limit);
		err = arch_vcpu_init(&spare, gs, 7, &small);
		if (err) {
			K_EQ(err, HV_ENOMEM);
			K_EQ(small.used, 0);
		}
	}
	K_EQ(err, HV_OK);
	arch_vcpu_fini(&spare);
	K_EQ(small.used, 0);
}

KTEST(dump_fits_its_buffer)
{
	char text[2048];
	size_t n, len;

	memset(text, '#', sizeof(text));
	len = arch_vcpu_dump(av(0), text, sizeof(text));
	K_CHECK(len > 100 && len < sizeof(text));
	K_EQ(strlen(text), len);
	for (n = 1; n < 300; n++) {
		memset(text, '#', sizeof(text));
		arch_vcpu_dump(av(0), text, n);
		K_CHECK(strnlen(text, n) < n);
		K_EQ(text[n], '#');
	}
	text[0] = '#';
	arch_vcpu_dump(av(0), text, 0);
	K_EQ(text[0], '#');
}

/* ---- run -------------------------------------------------------------------------------- */

KTEST(call_carries_arguments_and_results)
{
	const u64 there = 0x1122334444332211; /* reads the same in both byte orders */
	unsigned i;
	u64 nip;

	poke(data[0], 8, there);
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	for (i = 0; i < 9; i++)
		K_EQ(x.hcall.args[i], 0x11 * (i + 1));
	nip = regs(0)->nip;
	K_CHECK(nip > CODE && nip < CODE + HV_PAGE_SIZE);
	finish_call(-4, 0x5566778888776655);
	expect_call(0, 0x1005);
	K_EQ(x.hcall.args[0], there);
	K_EQ(peek(data[0], 0), 0x5566778888776655);
	K_CHECK(regs(0)->nip > nip);
	arch_vcpu_put(av(0));
}

KTEST(put_and_load_between_calls)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		regs(i)->gpr[20] = 0x2020 + i;
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	finish_call(0, 0xa0a0);
	arch_vcpu_put(av(0));
	arch_vcpu_load(av(1));
	expect_call(1, 0x1001);
	finish_call(0, 0xb1b1);
	arch_vcpu_put(av(1));
	for (i = 0; i < 2; i++) {
		arch_vcpu_load(av(i));
		expect_call(i, 0x1005);
		arch_vcpu_put(av(i));
		K_EQ(regs(i)->gpr[20], 0x2020 + i);
	}
	K_EQ(peek(data[0], 0), 0xa0a0);
	K_EQ(peek(data[1], 0), 0xb1b1);
}

static void expect_fault(u64 addr, unsigned access, bool mapped)
{
	K_EQ(run(0), EXIT_MEMORY);
	if (x.mem.addr.v != ~0ull)
		K_EQ(x.mem.addr.v & ~HV_PAGE_MASK, addr & ~HV_PAGE_MASK);
	K_EQ(x.mem.va, addr);
	K_EQ(x.mem.access, access);
	K_EQ(x.mem.mapped, mapped);
}

KTEST(access_outside_memory_leaves_and_retries)
{
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	finish_call(0, 0);
	expect_call(0, 0x1005);
	finish_call(0, FAR + 8);
	expect_fault(FAR + 8, ACCESS_READ, false);
	expect_fault(FAR + 8, ACCESS_READ, false);
	poke(far, 8, 0x77);
	map_page(FAR, far, PROT_R);
	expect_call(0, 0x1009);
	K_EQ(x.hcall.args[0], 0x77);
	finish_call(0, FAR + 16);
	expect_fault(FAR + 16, ACCESS_WRITE, true);
	K_EQ(peek(far, 16), 0);
	unmap_page(FAR);
	map_page(FAR, far, PROT_R | PROT_W);
	expect_call(0, 0x100d);
	K_EQ(peek(far, 16), DATA);
	arch_vcpu_put(av(0));
}

KTEST(code_must_be_executable)
{
	unmap_page(CODE);
	arch_vcpu_load(av(0));
	expect_fault(CODE, ACCESS_EXEC, false);
	map_page(CODE, code, PROT_R | PROT_W);
	expect_fault(CODE, ACCESS_EXEC, true);
	unmap_page(CODE);
	map_page(CODE, code, PROT_R | PROT_X);
	expect_call(0, 0x1001);
	arch_vcpu_put(av(0));
}

KTEST(alarm_preempts)
{
	u64 ms = arch_tick_hz() / 1000, when;
	unsigned i;

	arch_vcpu_load(av(0));
	run_to_loop(0);
	for (i = 0; i < 3; i++) {
		when = arch_now() + ms;
		do {
			arch_alarm(when);
			arch_vcpu_run(av(0), &x);
			K_EQ(x.kind, EXIT_PREEMPT);
		} while (arch_now() < when);
		K_CHECK(arch_now() < when + 5000 * ms);
		run_until_counted(0, data[0], peek(data[0], 16));
	}
	arch_vcpu_put(av(0));
}

KTEST(kick_before_entry_leaves_at_once)
{
	u64 start;

	arch_vcpu_load(av(0));
	run_to_loop(0);
	start = arch_now();
	arch_alarm(start + 20 * arch_tick_hz());
	arch_cpu_kick(arch_cpu_self());
	arch_vcpu_run(av(0), &x);
	K_EQ(x.kind, EXIT_PREEMPT);
	K_CHECK(arch_now() < start + 10 * arch_tick_hz());
	arch_vcpu_put(av(0));
}

KTEST(sync_takes_translations_away)
{
	arch_vcpu_load(av(0));
	run_to_loop(0);
	run_until_counted(0, data[0], 0);
	unmap_page(DATA);
	/* it stopped before its load or before its store */
	K_EQ(run(0), EXIT_MEMORY);
	K_EQ(x.mem.va, DATA + 16);
	K_CHECK(!x.mem.mapped);
	/* another page in its place: the guest counts there from now on */
	map_page(DATA, far, PROT_R | PROT_W);
	run_until_counted(0, far, 0);
	arch_vcpu_put(av(0));
}

/* ---- arch_papr.h ------------------------------------------------------------------------ */

KTEST(processor_description)
{
	const struct papr_cpu_desc *d = arch_papr_cpu();

	K_CHECK(d->name && strlen(d->name) > 0 && strlen(d->name) < 32);
	K_CHECK(d->pvr != 0);
	K_CHECK(d->timebase_hz >= 1000000);
	K_CHECK(d->dcache_line >= 16 && d->icache_line >= 16);
	K_CHECK(d->pa_features_len >= 2 && d->pa_features_len <= sizeof(d->pa_features));
	K_CHECK(d->nradix_ap >= 1 && d->nradix_ap <= 8);
	K_CHECK(d->dec_bits >= 32 && d->dec_bits <= 64);
}

KTEST(process_table)
{
	K_EQ(arch_papr_proc_table(gs, false, GPA(0x1000), 12, false), HV_ENOTSUP);
	K_EQ(arch_papr_proc_table(gs, true, GPA(0x1000), 11, true), HV_EINVAL);
	K_EQ(arch_papr_proc_table(gs, true, GPA(0x1000000), 25, true), HV_EINVAL);
	K_EQ(arch_papr_proc_table(gs, true, GPA(0x1000), 12, true), HV_OK);
	K_EQ(arch_papr_proc_table(gs, true, GPA(0x10000), 16, false), HV_OK);
	K_EQ(arch_papr_proc_table(gs, false, GPA(0), 0, false), HV_OK);
	/* the guest still runs */
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	arch_vcpu_put(av(0));
}

KTEST(mode_bits_are_taken)
{
	regs(0)->lpcr = LPCR_ILE;
	arch_papr_mode_changed(av(0));
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	regs(0)->lpcr = LPCR_ILE | LPCR_AIL;
	arch_papr_mode_changed(av(0));
	finish_call(0, 0);
	expect_call(0, 0x1005);
	K_EQ(regs(0)->lpcr, LPCR_ILE | LPCR_AIL);
	arch_vcpu_put(av(0));
}

/* With interrupts off the guest goes on; once they are on it leaves soon. */
KTEST(mediated_interrupt)
{
	u64 ms = arch_tick_hz() / 1000, start;
	unsigned i;

	arch_vcpu_load(av(0));
	run_to_loop(0);
	arch_papr_mediate(av(0), true);
	arch_alarm(arch_now() + ms);
	arch_vcpu_run(av(0), &x);
	K_EQ(x.kind, EXIT_PREEMPT);
	regs(0)->msr |= MSR_EE;
	start = arch_now();
	arch_alarm(start + 20000 * ms);
	for (i = 0; i < 3; i++) {
		arch_vcpu_run(av(0), &x);
		K_CHECK(x.kind == EXIT_WINDOW || x.kind == EXIT_PREEMPT);
	}
	K_CHECK(arch_now() < start + 10000 * ms);
	arch_papr_mediate(av(0), false);
	start = arch_now();
	do {
		arch_alarm(start + 2 * ms);
		arch_vcpu_run(av(0), &x);
		K_EQ(x.kind, EXIT_PREEMPT);
	} while (arch_now() < start + 2 * ms);
	arch_vcpu_put(av(0));
}

KTEST(fault_registers_can_be_set)
{
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	arch_papr_set_fault(av(0), 0x1234, DSISR_NO_PAGE);
	finish_call(0, 0);
	expect_call(0, 0x1005);
	arch_vcpu_put(av(0));
}
