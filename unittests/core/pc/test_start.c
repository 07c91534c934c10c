// SPDX-License-Identifier: GPL-2.0-or-later
/* Boot information in both forms, read as a guest reads it. */
#include "../../../core/pc/start.h"
#include "lab.h"

static u8 buf[PC_BOOT_END - PC_BOOT];

static u64 at(u64 g, unsigned n)
{
	le64_t val = { 0 };

	ck_assert(g >= PC_BOOT && g + n <= PC_BOOT_END);
	memcpy(&val, buf + (g - PC_BOOT), n);
	return le64_to_cpu(val);
}

/* A partition object with so much memory, for the memory map. */
static struct partition fake(u64 bytes)
{
	struct partition p = *lab_p;

	p.mem.bytes = bytes;
	return p;
}

START_TEST(memory_map)
{
	struct partition p = fake(MIB(512));
	struct pc_mem map[PC_MEMS];

	ck_assert_uint_eq(pc_memory_map(&p, map), 4);
	ck_assert(map[0].at == 0 && map[0].size == PC_BOOT && map[0].type == 1);
	ck_assert(map[1].at == PC_BOOT && map[1].size == 0x2000 && map[1].type == 2);
	ck_assert(map[2].at == PC_ACPI && map[2].size == 0x20000 && map[2].type == 2);
	ck_assert(map[3].at == MIB(1) && map[3].size == MIB(511) && map[3].type == 1);
	p = fake(GIB(8));
	ck_assert_uint_eq(pc_memory_map(&p, map), 5);
	ck_assert(map[3].size == GIB(3) - MIB(1));
	ck_assert(map[4].at == GIB(4) && map[4].size == GIB(5) && map[4].type == 1);
	p = fake(MIB(1));
	ck_assert_uint_eq(pc_memory_map(&p, map), 3);
}
END_TEST

START_TEST(pvh)
{
	struct manifest_part mp = lab_manifest();
	u64 map, mod;

	mp.initrd = GPA(0x180000);
	mp.initrd_size = 12345;
	memset(buf, 0, sizeof(buf));
	pc_start_pvh(lab_p, &mp, buf);
	ck_assert_uint_eq(at(PC_BOOT, 4), 0x336ec578);
	ck_assert_uint_eq(at(PC_BOOT + 4, 4), 1);
	ck_assert_uint_eq(at(PC_BOOT + 8, 4), 0);
	ck_assert_uint_eq(at(PC_BOOT + 12, 4), 1);
	mod = at(PC_BOOT + 16, 8);
	ck_assert_uint_eq(at(mod, 8), 0x180000);
	ck_assert_uint_eq(at(mod + 8, 8), 12345);
	ck_assert_str_eq((char *)buf + at(PC_BOOT + 24, 8) - PC_BOOT, "console=ttyS0");
	ck_assert_uint_eq(at(PC_BOOT + 32, 8), PC_ACPI);
	map = at(PC_BOOT + 40, 8);
	ck_assert_uint_eq(at(PC_BOOT + 48, 4), 4);
	ck_assert_uint_eq(at(map + 3 * 24, 8), MIB(1));
	ck_assert_uint_eq(at(map + 3 * 24 + 8, 8), MIB(1));
	ck_assert_uint_eq(at(map + 3 * 24 + 16, 4), 1);
	mp.initrd_size = 0;
	memset(buf, 0, sizeof(buf));
	pc_start_pvh(lab_p, &mp, buf);
	ck_assert_uint_eq(at(PC_BOOT + 12, 4), 0);
	ck_assert_uint_eq(at(PC_BOOT + 16, 8), 0);
}
END_TEST

START_TEST(multiboot)
{
	struct manifest_part mp = lab_manifest();
	u64 map, mod, n = 0;

	mp.initrd = GPA(0x180000);
	mp.initrd_size = 0x1000;
	memset(buf, 0, sizeof(buf));
	pc_start_multiboot(lab_p, &mp, buf);
	ck_assert_uint_eq(at(PC_BOOT, 4), 0x4d);
	ck_assert_uint_eq(at(PC_BOOT + 4, 4), PC_BOOT >> 10);
	ck_assert_uint_eq(at(PC_BOOT + 8, 4), 1024);
	ck_assert_str_eq((char *)buf + at(PC_BOOT + 16, 4) - PC_BOOT, "console=ttyS0");
	ck_assert_uint_eq(at(PC_BOOT + 20, 4), 1);
	mod = at(PC_BOOT + 24, 4);
	ck_assert_uint_eq(at(mod, 4), 0x180000);
	ck_assert_uint_eq(at(mod + 4, 4), 0x181000);
	map = at(PC_BOOT + 48, 4);
	for (u64 end = map + at(PC_BOOT + 44, 4); map < end; map += at(map, 4) + 4)
		n++;
	ck_assert_uint_eq(n, 4);
	ck_assert_uint_eq(at(map - 24 + 4, 8), MIB(1));
	ck_assert_uint_eq(at(map - 24 + 20, 4), 1);
	mp.initrd_size = 0;
	pc_start_multiboot(lab_p, &mp, buf);
	ck_assert_uint_eq(at(PC_BOOT + 20, 4), 0);
}
END_TEST

Suite *suite_pc_start(void);
Suite *suite_pc_start(void)
{
	return LAB_SUITE("pc_start", memory_map, pvh, multiboot);
}
