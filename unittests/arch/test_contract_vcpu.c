// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract, part 3: virtual CPUs that run the port's tiny guest (contract.h), as far as all
 * guest machines are alike. Next: test_contract_papr.c, ../x86_64/test_pc.c.
 */
#include "contract_vcpu.h"

#include "hvstring.h"
#include "pool.h"

static const struct ktest_suite ktest_this = { "contract_vcpu", vcpu_setup, vcpu_teardown };

/* ---- life ------------------------------------------------------------------------------- */

KTEST(every_lack_of_a_page)
{
	static struct arch_vcpu spare;
	struct pool small;
	err_t err = HV_ENOMEM;
	u64 limit;

	for (limit = 0; err && limit < 64; limit++) {
		pool_init(&small, VCPU_ID, limit);
		err = arch_vcpu_init(&spare, vcpu_gs, 7, &small);
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

	poke(vcpu_data[0], 8, there);
	arch_vcpu_load(av(0));
	expect_call(0, 0x1001);
	for (i = 0; i < 9; i++)
		K_EQ(x.hcall.args[i], 0x11 * (i + 1));
	nip = *contract_pc(av(0));
	K_CHECK(nip > CODE && nip < CODE + HV_PAGE_SIZE);
	finish_call(-4, 0x5566778888776655);
	expect_call(0, 0x1005);
	K_EQ(x.hcall.args[0], there);
	K_EQ(peek(vcpu_data[0], 0), 0x5566778888776655);
	K_CHECK(*contract_pc(av(0)) > nip);
	arch_vcpu_put(av(0));
}

KTEST(put_and_load_between_calls)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		*contract_kept(av(i)) = 0x2020 + i;
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
		K_EQ(*contract_kept(av(i)), 0x2020 + i);
	}
	K_EQ(peek(vcpu_data[0], 0), 0xa0a0);
	K_EQ(peek(vcpu_data[1], 0), 0xb1b1);
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
	poke(vcpu_far, 8, 0x77);
	map_page(FAR, vcpu_far, PROT_R);
	expect_call(0, 0x1009);
	K_EQ(x.hcall.args[0], 0x77);
	finish_call(0, FAR + 16);
	expect_fault(FAR + 16, ACCESS_WRITE, true);
	K_EQ(peek(vcpu_far, 16), 0);
	unmap_page(FAR);
	map_page(FAR, vcpu_far, PROT_R | PROT_W);
	expect_call(0, 0x100d);
	K_EQ(peek(vcpu_far, 16), DATA);
	arch_vcpu_put(av(0));
}

KTEST(code_must_be_executable)
{
	unmap_page(CODE);
	arch_vcpu_load(av(0));
	expect_fault(CODE, ACCESS_EXEC, false);
	map_page(CODE, vcpu_code, PROT_R | PROT_W);
	expect_fault(CODE, ACCESS_EXEC, true);
	unmap_page(CODE);
	map_page(CODE, vcpu_code, PROT_R | PROT_X);
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
		run_until_counted(0, vcpu_data[0], peek(vcpu_data[0], 16));
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
	run_until_counted(0, vcpu_data[0], 0);
	unmap_page(DATA);
	/* it stopped before its load or before its store */
	K_EQ(run(0), EXIT_MEMORY);
	K_EQ(x.mem.va, DATA + 16);
	K_CHECK(!x.mem.mapped);
	/* another page in its place: the guest counts there from now on */
	map_page(DATA, vcpu_far, PROT_R | PROT_W);
	run_until_counted(0, vcpu_far, 0);
	arch_vcpu_put(av(0));
}
