// SPDX-License-Identifier: GPL-2.0-or-later
/* What a partition finds at its start, and what is refused. */
#include "lab.h"

START_TEST(start_state)
{
	const struct pc_regs *r = pc_regs(lab_v0);

	ck_assert_uint_eq(r->rip, LAB_ENTRY);
	ck_assert_uint_eq(r->gpr[PC_RBX], PC_BOOT);
	ck_assert_uint_eq(r->gpr[PC_RAX], 0);
	ck_assert(lab_pc(lab_v0)->code32 && lab_pc(lab_v0)->cr0 & CR0_PE);
	ck_assert_uint_eq(lab_ld(PC_BOOT, 4), 0x336ec578);
	ck_assert_uint_eq(lab_ld(PC_ACPI, 8), 0x2052545020445352); /* "RSD PTR " */
}
END_TEST

/* A kernel may reboot by a jump to the reset vector: MOV AL, 6; MOV DX, 0xcf9; OUT DX, AL. */
START_TEST(reset_vector)
{
	ck_assert_uint_eq(lab_ld(PC_RESET_VECTOR, 2), 0x06b0);
	ck_assert_uint_eq(lab_ld(PC_RESET_VECTOR + 2, 4) & 0xffffff, PC_RESET_PORT << 8 | 0xba);
	ck_assert_uint_eq(lab_ld(PC_RESET_VECTOR + 5, 1), 0xee);
}
END_TEST

static void restart_lab(const struct manifest_part *mp)
{
	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .rtc = LAB_RTC });
	lab_start(mp);
}

START_TEST(by_name)
{
	struct manifest_part mp = lab_manifest();

	memcpy(mp.start, "multiboot", 10);
	restart_lab(&mp);
	ck_assert_uint_eq(pc_regs(lab_v0)->gpr[PC_RAX], 0x2badb002);
	ck_assert_uint_eq(lab_ld(PC_BOOT, 4), 0x4d);
	memcpy(mp.start, "pvh", 4);
	restart_lab(&mp);
	ck_assert_uint_eq(lab_ld(PC_BOOT, 4), 0x336ec578);
}
END_TEST

static void refused(const struct manifest_part *mp, const char *why)
{
	static u8 data[1];
	struct manifest m = { .data = data };
	u64 nfree = hv.palloc.nfree;
	struct partition *p;

	um_output_clear();
	ck_assert_int_eq(partition_create(mp, &m, &p), HV_EINVAL);
	ck_assert_msg(strstr(um_output(NULL), why) != NULL, "said: %s", um_output(NULL));
	ck_assert_uint_eq(hv.palloc.nfree, nfree);
	ck_assert_ptr_eq(palloc_verify(&hv.palloc), NULL);
}

START_TEST(refusals)
{
	struct manifest_part mp = lab_manifest();

	mp.memory = MIB(1) - 4096;
	refused(&mp, "lab: memory: a pc partition needs at least 1 MiB");
	mp = lab_manifest();
	memcpy(mp.start, "bios", 5);
	refused(&mp, "lab: start: a pc partition has no \"bios\"");
	mp = lab_manifest();
	mp.entry = GPA(LAB_MEM);
	refused(&mp, "lab: entry: 0x200000 is not in its memory below 4 GiB");
	mp.entry = GPA(1ull << 32 | LAB_ENTRY);
	refused(&mp, "lab: entry: ");
	mp = lab_manifest();
	mp.initrd = GPA(0xffffffff);
	mp.initrd_size = 1;
	refused(&mp, "lab: initrd: 0xffffffff + 0x1 is not below 4 GiB");
}
END_TEST

START_TEST(overlaps)
{
	static const struct {
		u64 at, size;
		bool ok;
	} seg[] = { { PC_BOOT - 0x1000, 0x1000, true },
		    { PC_BOOT - 0x1000, 0x1001, false },
		    { PC_BOOT_END - 1, 1, false },
		    { PC_BOOT_END, 0x1000, true },
		    { PC_ACPI - 1, 2, false },
		    { PC_ACPI + PC_ACPI_SIZE - 1, 1, false },
		    { PC_ACPI + PC_ACPI_SIZE, 1, true },
		    { PC_RESET_VECTOR - 16, 17, false },
		    { PC_RESET_VECTOR + 8, 1, false },
		    { PC_RESET_VECTOR + 9, 1, true },
		    { 0, MIB(2), false },
		    { PC_ACPI + 16, 0, true } };

	for (unsigned i = 0; i < ARRAY_SIZE(seg); i++) {
		struct manifest_part mp = lab_manifest();
		struct partition *p;

		mp.nseg = 1;
		mp.seg[0] = (struct manifest_seg){ .dest = GPA(seg[i].at), .memsz = seg[i].size };
		if (!seg[i].ok) {
			refused(&mp, "lab: segments: 0x");
			continue;
		}
		ck_assert_int_eq(partition_create(&mp, &(struct manifest){ 0 }, &p), HV_OK);
		lock_take(&hv.lock);
		partition_destroy_now(p);
		lock_drop(&hv.lock);
	}
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

		mp.restart = n & 1;
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

Suite *suite_pc_load(void);
Suite *suite_pc_load(void)
{
	return LAB_SUITE("pc_load", start_state, reset_vector, by_name, refusals, overlaps,
			 every_allocation_may_fail);
}
