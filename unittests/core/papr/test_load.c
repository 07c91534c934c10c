// SPDX-License-Identifier: GPL-2.0-or-later
/* Where tree and RTAS go, the RTAS code itself, the start state, and what is refused. */
#include "lab.h"

static struct papr_layout place(struct manifest_part *mp)
{
	struct papr_layout l;

	ck_assert_int_eq(papr_place(mp, KIB(32), &l), HV_OK);
	ck_assert(IS_ALIGNED(l.fdt.v, KIB(64)) && IS_ALIGNED(l.rtas.v, KIB(64)));
	ck_assert_uint_eq(l.fdt.v + l.fdt_size, l.rtas.v);
	ck_assert_uint_ge(l.fdt_size, KIB(32));
	ck_assert_uint_eq(l.rtas.v + KIB(64), l.end.v);
	ck_assert_uint_le(l.end.v, mp->memory);
	for (unsigned i = 0; i < mp->nseg; i++) {
		u64 s = mp->seg[i].dest.v, e = s + mp->seg[i].memsz;

		ck_assert(s >= l.end.v || e <= l.fdt.v || s == e);
	}
	ck_assert(!mp->initrd_size || mp->initrd.v >= l.end.v ||
		  mp->initrd.v + mp->initrd_size <= l.fdt.v);
	return l;
}

static void seg(struct manifest_part *mp, u64 dest, u64 memsz)
{
	mp->seg[mp->nseg++] = (struct manifest_seg){ .dest = GPA(dest), .memsz = memsz };
}

START_TEST(at_the_end_of_memory)
{
	struct manifest_part mp = lab_manifest();

	ck_assert_uint_eq(place(&mp).end.v, MIB(2));
	mp.memory = MIB(2) + 0x3000; /* rounded down to the guest's pages */
	ck_assert_uint_eq(place(&mp).end.v, MIB(2));
}
END_TEST

/* All of the memory, and not a byte more. */
START_TEST(exactly_enough)
{
	struct manifest_part mp = lab_manifest();
	struct papr_layout l;

	mp.memory = KIB(128);
	ck_assert_int_eq(papr_place(&mp, KIB(64), &l), HV_OK);
	ck_assert_uint_eq(l.fdt.v, 0);
	ck_assert_uint_eq(l.end.v, KIB(128));
	ck_assert_int_eq(papr_place(&mp, KIB(64) + 1, &l), HV_ENOMEM);
	mp.memory = KIB(64);
	ck_assert_int_eq(papr_place(&mp, KIB(64), &l), HV_ENOMEM);
}
END_TEST

START_TEST(not_above_256_mib)
{
	struct manifest_part mp = lab_manifest();

	mp.memory = GIB(64);
	ck_assert_uint_eq(place(&mp).end.v, MIB(256));
}
END_TEST

START_TEST(below_what_is_in_the_way)
{
	struct manifest_part mp = lab_manifest();

	mp.memory = MIB(64);
	mp.initrd = GPA(MIB(63));
	mp.initrd_size = KIB(896);
	ck_assert_uint_eq(place(&mp).end.v, MIB(64)); /* fits behind it */
	mp.initrd_size = MIB(1);
	ck_assert_uint_eq(place(&mp).end.v, MIB(63));
	seg(&mp, MIB(63) - KIB(64), 1); /* one after the other, in no order */
	ck_assert_uint_eq(place(&mp).end.v, MIB(63) - KIB(64));
	seg(&mp, MIB(10), MIB(53) - KIB(64));
	ck_assert_uint_eq(place(&mp).end.v, MIB(10));
	seg(&mp, 0, MIB(5) + 1);
	ck_assert_uint_eq(place(&mp).end.v, MIB(10));
	seg(&mp, MIB(9), 0x10); /* not aligned */
	seg(&mp, MIB(9) - 8, 8);
	ck_assert_uint_eq(place(&mp).end.v, MIB(10));
	seg(&mp, MIB(9) + KIB(900), 0x10);
	ck_assert_uint_eq(place(&mp).end.v, MIB(9) + KIB(896));
	seg(&mp, MIB(9) + KIB(800), 0); /* empty: in nobody's way */
	ck_assert_uint_eq(place(&mp).end.v, MIB(9) + KIB(896));
}
END_TEST

START_TEST(into_the_smallest_gap)
{
	struct manifest_part mp = lab_manifest();

	mp.memory = MIB(1);
	seg(&mp, 0, KIB(128));
	seg(&mp, KIB(256), KIB(768));
	ck_assert_uint_eq(place(&mp).end.v, KIB(256));
}
END_TEST

START_TEST(no_room)
{
	struct manifest_part mp = lab_manifest();
	struct papr_layout l;

	mp.memory = KIB(64);
	ck_assert_int_eq(papr_place(&mp, KIB(32), &l), HV_ENOMEM);
	mp.memory = MIB(1);
	seg(&mp, 0, KIB(128) + 1);
	seg(&mp, KIB(256), KIB(768));
	ck_assert_int_eq(papr_place(&mp, KIB(32), &l), HV_ENOMEM);
	mp.nseg = 0;
	seg(&mp, 0, MIB(1));
	ck_assert_int_eq(papr_place(&mp, KIB(32), &l), HV_ENOMEM);
}
END_TEST

START_TEST(rtas_code)
{
	static const u32 code[] = { 0x7c641b78, 0x38600000, 0x6063fa40, 0x44000022, 0x4e800020 };
	u64 g = LAB_MEM - KIB(64);

	for (unsigned i = 0; i < ARRAY_SIZE(code); i++)
		ck_assert_uint_eq(lab_be(g + 4 * i, 4), code[i]);
	ck_assert_uint_eq(lab_be(g + 20, 4), 0);
}
END_TEST

START_TEST(start_state)
{
	const struct papr_regs *r = papr_regs(lab_v0);

	ck_assert_uint_eq(r->nip, LAB_ENTRY);
	ck_assert_uint_eq(r->gpr[3], LAB_MEM - KIB(128));
	ck_assert_uint_eq(r->gpr[5], 0); /* says "flat tree" to Linux */
	ck_assert_uint_eq(r->lpcr, 0);
	ck_assert_uint_eq(r->msr & (MSR_SF | MSR_LE | MSR_IR | MSR_DR | MSR_EE | MSR_PR), MSR_SF);
	ck_assert(!lab_v1->online);
	ck_assert_uint_eq(papr_regs(lab_v1)->gpr[3], 0);
	ck_assert_uint_eq(papr_regs(lab_v1)->nip, 0);
}
END_TEST

/* Creation fails, says why, and gives everything back. */
static void refused(const struct manifest_part *mp, const char *why)
{
	u64 nfree = hv.palloc.nfree;
	struct partition *p;

	um_output_clear();
	ck_assert_int_ne(partition_create(mp, NULL, &p), HV_OK);
	ck_assert_msg(strstr(um_output(NULL), why) != NULL, "said: %s", um_output(NULL));
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
	ck_assert_ptr_eq(palloc_verify(&hv.palloc), NULL);
}

START_TEST(bad_entry)
{
	struct manifest_part mp = lab_manifest();
	struct partition *p;

	mp.entry = GPA(LAB_MEM);
	refused(&mp, "lab: entry: 0x200000 is not in its memory");
	mp.entry = GPA(LAB_MEM - 2);
	refused(&mp, "lab: entry: ");
	mp.entry = GPA(~0ull - 3);
	refused(&mp, "lab: entry: ");
	for (u64 i = 1; i < 4; i++) {
		mp.entry = GPA(LAB_ENTRY + i);
		refused(&mp, "lab: entry: ");
	}
	mp.entry = GPA(LAB_ENTRY + 4);
	ck_assert_int_eq(partition_create(&mp, NULL, &p), HV_OK);
}
END_TEST

START_TEST(no_other_way_to_start)
{
	struct manifest_part mp = lab_manifest();

	memcpy(mp.start, "pvh", 4);
	refused(&mp, "lab: start: a papr partition has no \"pvh\"");
}
END_TEST

START_TEST(no_place_in_memory)
{
	struct manifest_part mp = lab_manifest();

	mp.initrd = GPA(KIB(64));
	mp.initrd_size = LAB_MEM - KIB(128);
	refused(&mp, "lab: memory: no 128 KiB below 256 MiB are free of segments and initrd");
}
END_TEST

/* Whatever allocation fails: creation says no and leaves nothing behind. */
START_TEST(every_allocation_may_fail)
{
	struct manifest_part mp = lab_manifest();
	struct partition *p;
	unsigned failed = 0;
	u64 nfree;

	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16) });
	nfree = hv.palloc.nfree;
	for (unsigned n = 1; n < 40; n++) {
		err_t err;

		palloc_fail_nth(n);
		err = partition_create(&mp, NULL, &p);
		palloc_fail_nth(0);
		if (err) {
			ck_assert_int_eq(err, HV_ENOMEM);
			failed++;
		} else { /* memory in smaller pieces, or nothing failed */
			lock_take(&hv.lock);
			partition_destroy_now(p);
			lock_drop(&hv.lock);
		}
		ck_assert_uint_eq(hv.palloc.nfree, nfree);
		ck_assert_ptr_eq(palloc_verify(&hv.palloc), NULL);
	}
	ck_assert_uint_gt(failed, 6);
}
END_TEST

Suite *suite_papr_load(void);
Suite *suite_papr_load(void)
{
	return LAB_SUITE("papr_load", at_the_end_of_memory, exactly_enough, not_above_256_mib,
			 below_what_is_in_the_way, into_the_smallest_gap, no_room, rtas_code,
			 start_state, bad_entry, no_other_way_to_start, no_place_in_memory,
			 every_allocation_may_fail);
}
