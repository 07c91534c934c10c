// SPDX-License-Identifier: GPL-2.0-or-later
/* What weaknesses of a processor are found, and what is done. Next: arch/x86_64/mitigate.c. */
#include "mitigate.h"

#include "../arch/contract_vcpu.h"
#include "hv.h"
#include "ktest.h"
#include "pool.h"
#include "virt.h"

#define ID ((lpid_t){ 203 })

static struct mitigations was;

static void setup(void)
{
	contract_setup();
	was = mitigations;
}

static void teardown(void)
{
	mitigations = was;
	contract_teardown();
}

static const struct ktest_suite ktest_this = { "mitigate", setup, teardown };

/* ---- what is chosen ------------------------------------------------------------------------ */

#define RDCL_NO	    0x1
#define IBRS_ALL    0x2
#define SKIP_L1D    0x8
#define MDS_NO	    0x20
#define PSCHANGE_NO 0x40
#define TAA_NO	    0x100
#define PBRSB_NO    0x1000000

static struct mitigations intel(u64 caps)
{
	return mitigate_choose(&(struct processor){ .vmx = true,
						    .ibpb = true,
						    .l1d_flush = true,
						    .md_clear = true,
						    .rtm = true,
						    .ibrs = true,
						    .caps = caps },
			       false);
}

KTEST(a_processor_that_says_nothing_gets_all)
{
	struct mitigations m = intel(0);

	K_CHECK(m.ibpb && m.l1d_flush && m.verw);
	K_CHECK(m.entry && m.entry_l1d && m.entry_verw && m.small_pages);
	K_EQ(m.spec_ctrl, 0);
}

KTEST(each_statement_saves_its_own)
{
	struct mitigations m = intel(RDCL_NO);

	K_CHECK(!m.entry_l1d && m.entry_verw && m.entry && m.small_pages);
	m = intel(SKIP_L1D);
	K_CHECK(!m.entry_l1d && m.entry_verw);
	m = intel(MDS_NO | TAA_NO);
	K_CHECK(m.entry_l1d && !m.entry_verw && m.entry);
	m = intel(MDS_NO); /* with transactions */
	K_CHECK(m.entry_verw);
	m = intel(PSCHANGE_NO);
	K_CHECK(!m.small_pages && m.entry_l1d && m.entry_verw);
	m = intel(IBRS_ALL);
	K_EQ(m.spec_ctrl, 1);
	K_CHECK(m.rsb);
	m = intel(IBRS_ALL | PBRSB_NO);
	K_CHECK(!m.rsb);
	m = intel(PBRSB_NO);
	K_CHECK(m.rsb);
	m = intel(RDCL_NO | MDS_NO | TAA_NO | PSCHANGE_NO);
	K_CHECK(!m.entry && !m.small_pages && m.ibpb && m.l1d_flush && m.verw);
}

KTEST(what_is_not_there_is_not_used)
{
	struct processor p = { .vmx = true };
	struct mitigations m = mitigate_choose(&p, false);

	K_CHECK(!m.ibpb && !m.l1d_flush && !m.verw && !m.entry && m.small_pages);
	p.caps = 1u << 28; /* VERW against another leak, without MD_CLEAR */
	m = mitigate_choose(&p, false);
	K_CHECK(m.verw && m.entry_verw);
}

KTEST(amd_and_off)
{
	struct processor p = { .ibpb = true, .md_clear = true, .l1d_flush = true };
	struct mitigations m = mitigate_choose(&p, false);

	K_CHECK(m.ibpb && m.verw && !m.entry && !m.small_pages && m.rsb);
	p.auto_ibrs = true;
	m = mitigate_choose(&p, false);
	K_CHECK(!m.rsb);
	p.auto_ibrs = false;
	p.emulated = true;
	m = mitigate_choose(&p, false);
	K_CHECK(!m.rsb);
	p.vmx = true;
	m = mitigate_choose(&p, true);
	K_CHECK(m.ibpb && m.l1d_flush && m.verw && !m.entry && !m.small_pages);
}

/* ---- pages --------------------------------------------------------------------------------- */

/* Table pages that a mapping of 4 MiB takes, whose translations are the same. */
static u64 tables(bool small)
{
	struct arch_gspace gs;
	struct pool pool;
	u64 at, done, used;
	unsigned got;
	pa_t p;

	gspace_small(small);
	pool_init(&pool, ID, 16);
	K_EQ(arch_gspace_init(&gs, ID, &pool), HV_OK);
	for (at = 0; at < MIB(4); at += done) {
		err_t err = arch_gspace_map(&gs, GPA(MIB(8) + at), PA(MIB(64) + at), MIB(4) - at,
					    PROT_RWX, MT_NORMAL, &done);

		K_CHECK((err == HV_OK || err == HV_EAGAIN) && done);
	}
	for (at = 0; at < MIB(4); at += HV_PAGE_SIZE) {
		K_EQ(arch_gspace_query(&gs, GPA(MIB(8) + at), &p, &got), HV_OK);
		K_EQ(p.v, MIB(64) + at);
		K_EQ(got, PROT_RWX);
	}
	used = pool.tables;
	arch_gspace_fini(&gs);
	K_EQ(pool.used, 0);
	return used;
}

KTEST(pages_are_small_where_they_must)
{
	K_EQ(tables(false), 3);
	K_EQ(tables(true), 5);
}

/* A guest runs and leaves with it as without. */
KTEST(the_return_stack_is_filled)
{
	bool wanted = rsb_wanted;

	rsb_wanted = true;
	vcpu_setup();
	arch_vcpu_load(av(0));
	run_to_loop(0);
	arch_vcpu_put(av(0));
	vcpu_teardown();
	rsb_wanted = wanted;
}

/* The barriers themselves, as far as the processor has them, do no harm. */
KTEST(barriers_return)
{
	mitigate_switch();
	mitigate_entry();
	K_EQ(mitigations.ibpb, was.ibpb);
}
