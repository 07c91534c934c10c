// SPDX-License-Identifier: GPL-2.0-or-later
/* What the contract tests of vcpus share (contract_vcpu.h). Next: test_contract_vcpu.c. */
#include "contract_vcpu.h"

#include "hv.h"
#include "hvstring.h"
#include "partition.h"
#include "pool.h"

#define TURNS 100000u

struct arch_gspace *vcpu_gs;
pa_t vcpu_code, vcpu_data[NVCPUS], vcpu_far;
struct vcpu_exit x;

static struct pool pool;
static struct partition part; /* only what a port's upcalls may look at */
static struct vcpu vcpu[NVCPUS];

static pa_t page_get(void)
{
	pa_t p;

	K_EQ(palloc_get(&hv.palloc, 0, FRAME_GUEST, VCPU_ID, true, &p), HV_OK);
	return p;
}

void map_page(u64 g, pa_t p, unsigned prot)
{
	u64 done;

	K_EQ(arch_gspace_map(vcpu_gs, GPA(g), p, HV_PAGE_SIZE, prot, MT_NORMAL, &done), HV_OK);
}

void unmap_page(u64 g)
{
	u64 done;

	K_EQ(arch_gspace_unmap(vcpu_gs, GPA(g), HV_PAGE_SIZE, &done), HV_OK);
	arch_gspace_sync(vcpu_gs);
}

u64 peek(pa_t page, u64 off)
{
	u8 *w = arch_window_open(page);
	u64 v;

	memcpy(&v, w + off, sizeof(v));
	arch_window_close(w);
	return v;
}

void poke(pa_t page, u64 off, u64 v)
{
	u8 *w = arch_window_open(page);

	memcpy(w + off, &v, sizeof(v));
	arch_window_close(w);
}

struct arch_vcpu *av(unsigned i)
{
	return &vcpu[i].arch;
}

void vcpu_setup(void)
{
	const struct contract_image *image = contract_guest();
	unsigned i;

	contract_setup();
	memset(&part, 0, sizeof(part));
	memset(vcpu, 0, sizeof(vcpu));
	part.id = VCPU_ID;
	part.state = PART_RUNNING;
	part.machine = machines[0];
	vcpu_gs = &part.gspace;
	pool_init(&pool, VCPU_ID, 100);
	K_EQ(arch_gspace_init(vcpu_gs, VCPU_ID, &pool), HV_OK);
	K_CHECK(image->size <= HV_PAGE_SIZE);
	vcpu_code = page_get();
	vcpu_far = page_get();
	arch_load_image(vcpu_code, image->bytes, image->size);
	map_page(CODE, vcpu_code, PROT_R | PROT_X);
	contract_space(vcpu_gs);
	for (i = 0; i < NVCPUS; i++) {
		vcpu_data[i] = page_get();
		map_page(DATA + i * HV_PAGE_SIZE, vcpu_data[i], PROT_R | PROT_W);
		vcpu[i].part = &part;
		vcpu[i].index = i;
		K_EQ(arch_vcpu_init(av(i), vcpu_gs, i, &pool), HV_OK);
		contract_start(av(i), CODE, DATA + i * HV_PAGE_SIZE);
	}
}

void vcpu_teardown(void)
{
	unsigned i;

	arch_alarm(TIME_NEVER);
	contract_unload();
	for (i = 0; i < NVCPUS; i++) {
		arch_vcpu_fini(av(i));
		palloc_put(&hv.palloc, vcpu_data[i], 1, FRAME_GUEST, VCPU_ID);
	}
	arch_gspace_fini(vcpu_gs);
	contract_space_end();
	palloc_put(&hv.palloc, vcpu_code, 1, FRAME_GUEST, VCPU_ID);
	palloc_put(&hv.palloc, vcpu_far, 1, FRAME_GUEST, VCPU_ID);
	contract_teardown();
}

enum exit_kind run(unsigned i)
{
	unsigned n;

	for (n = 0; n < TURNS; n++) {
		arch_vcpu_run(av(i), &x);
		if (x.kind == EXIT_DEAD)
			K_FAIL("dead: %s, code 0x%llx", x.dead.why, (long long)x.dead.code);
		if (x.kind != EXIT_PREEMPT)
			return x.kind;
	}
	K_FAIL("nothing but preemptions");
}

void expect_call(unsigned i, u64 nr)
{
	K_EQ(run(i), EXIT_HCALL);
	K_EQ(x.hcall.nr, nr);
	K_CHECK(contract_call_registers(av(i), &x));
}

void finish_call(s64 status, u64 result)
{
	*x.hcall.status = (u64)status;
	x.hcall.args[0] = result;
}

void run_to_loop(unsigned i)
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

void run_until_counted(unsigned i, pa_t page, u64 from)
{
	unsigned n;

	for (n = 0; n < 1000 && peek(page, 16) <= from; n++) {
		arch_alarm(arch_now() + arch_tick_hz() / 1000);
		arch_vcpu_run(av(i), &x);
		K_EQ(x.kind, EXIT_PREEMPT);
	}
	K_CHECK(peek(page, 16) > from);
}
