// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks of guest page tables in every format, rights and reserved bits. */
#include "lab.h"

#define T(n)  (0x10000ull + 0x1000 * (n)) /* tables */
#define P     1ull
#define W     2ull
#define U     4ull
#define PS    0x80ull
#define NX    (1ull << 63)
#define RW(a) ((a) | P | W | U)

static struct pc_mode m;

static bool walk(u64 va, u32 access, u64 *g, u32 *error)
{
	gpa_t gpa = GPA(~0ull);
	bool ok = pc_walk(lab_v0, &m, va, access, &gpa, error);

	*g = gpa.v;
	return ok;
}

static void maps(u64 va, u64 want)
{
	u64 g;
	u32 error;

	ck_assert(walk(va, 0, &g, &error));
	ck_assert_uint_eq(g, want);
}

static void faults(u64 va, u32 access, u32 want)
{
	u64 g;
	u32 error;

	ck_assert(!walk(va, access, &g, &error));
	ck_assert_msg(error == want, "error %x, not %x", error, want);
}

static void long_mode(void)
{
	m = (struct pc_mode){ .cr0 = CR0_PE | CR0_PG | CR0_WP,
			      .cr3 = T(0),
			      .cr4 = CR4_PAE,
			      .efer = EFER_LME | EFER_LMA | EFER_NXE,
			      .code64 = true };
	lab_st(T(0) + 8 * 1, 8, RW(T(1)));
	lab_st(T(1) + 8 * 2, 8, RW(T(2)));
	lab_st(T(2) + 8 * 3, 8, RW(T(3)));
	lab_st(T(3) + 8 * 4, 8, RW(0x123456000));
}
#define VA (1ull << 39 | 2ull << 30 | 3ull << 21 | 4ull << 12)

START_TEST(no_paging)
{
	m = (struct pc_mode){ .cr0 = CR0_PE };
	maps(0x12345678, 0x12345678);
	maps(0x112345678, 0x12345678);
}
END_TEST

START_TEST(four_levels)
{
	long_mode();
	maps(VA + 0x789, 0x123456789);
	faults(VA + 0x1000, 0, 0);
	faults(VA + 0x1000, PC_PF_WRITE | PC_PF_USER, PC_PF_WRITE | PC_PF_USER);
	faults(0, 0, 0);
	lab_st(T(2) + 8 * 5, 8, RW(0x200000) | PS);
	maps((VA & ~0x3fffffffull) | 5 << 21 | 0x1fffff, 0x3fffff);
	lab_st(T(1) + 8 * 7, 8, RW(0x80000000) | PS);
	maps(1ull << 39 | 7ull << 30 | 0x3fffffff, 0xbfffffff);
}
END_TEST

START_TEST(five_levels)
{
	long_mode();
	m.cr4 |= CR4_LA57;
	m.cr3 = T(9) | 5; /* low bits are not part of the address */
	lab_st(T(9) + 8 * 6, 8, RW(T(0)));
	maps(6ull << 48 | VA, 0x123456000);
	faults(VA, 0, 0);
	lab_st(T(9) + 8 * 6, 8, RW(T(0)) | PS);
	faults(6ull << 48 | VA, 0, PC_PF_P | PC_PF_RSV);
}
END_TEST

START_TEST(rights)
{
	u64 g;
	u32 error;

	long_mode();
	lab_st(T(3) + 8 * 4, 8, 0x5000 | P | U);
	faults(VA, PC_PF_WRITE, PC_PF_P | PC_PF_WRITE);
	m.cr0 &= ~CR0_WP;
	ck_assert(walk(VA, PC_PF_WRITE, &g, &error));
	faults(VA, PC_PF_WRITE | PC_PF_USER, PC_PF_P | PC_PF_WRITE | PC_PF_USER);
	lab_st(T(3) + 8 * 4, 8, 0x5000 | P | W);
	faults(VA, PC_PF_USER, PC_PF_P | PC_PF_USER);
	lab_st(T(3) + 8 * 4, 8, RW(0x5000) | NX);
	faults(VA, PC_PF_FETCH, PC_PF_P | PC_PF_FETCH);
	maps(VA, 0x5000);
	lab_st(T(3) + 8 * 4, 8, RW(0x5000));
	ck_assert(walk(VA, PC_PF_FETCH, &g, &error));
	m.cr4 |= CR4_SMEP | CR4_SMAP;
	faults(VA, PC_PF_FETCH, PC_PF_P | PC_PF_FETCH);
	ck_assert(walk(VA, PC_PF_FETCH | PC_PF_USER, &g, &error));
	faults(VA, 0, PC_PF_P);
	lab_v0->arch.pc.rflags |= 1 << 18; /* AC: the kernel means it */
	maps(VA, 0x5000);
	for (unsigned level = 0; level < 3; level++) { /* every level counts */
		static const u64 at[] = { T(0) + 8, T(1) + 16, T(2) + 24 };

		long_mode();
		lab_st(at[level], 8, T(level + 1) | P);
		faults(VA, PC_PF_WRITE, PC_PF_P | PC_PF_WRITE);
		faults(VA, PC_PF_USER, PC_PF_P | PC_PF_USER);
		lab_st(at[level], 8, RW(T(level + 1)) | NX);
		faults(VA, PC_PF_FETCH, PC_PF_P | PC_PF_FETCH);
	}
}
END_TEST

START_TEST(reserved_bits)
{
	long_mode();
	lab_st(T(3) + 8 * 4, 8, RW(0x5000) | 1ull << 40); /* the processor has 40 address bits */
	faults(VA, 0, PC_PF_P | PC_PF_RSV);
	lab_st(T(3) + 8 * 4, 8, RW(0x5000) | 1ull << 52); /* software's own */
	maps(VA, 0x5000);
	lab_st(T(3) + 8 * 4, 8, RW(0x5000) | NX);
	m.efer &= ~EFER_NXE;
	faults(VA, 0, PC_PF_P | PC_PF_RSV);
	long_mode();
	lab_st(T(2) + 8 * 3, 8, RW(0x200000) | PS | 0x1000); /* PAT */
	maps(VA, 0x204000);
	lab_st(T(2) + 8 * 3, 8, RW(0x200000) | PS | 0x2000);
	faults(VA, 0, PC_PF_P | PC_PF_RSV);
	lab_st(T(0) + 8, 8, RW(T(1)) | PS);
	faults(VA, 0, PC_PF_P | PC_PF_RSV);
}
END_TEST

START_TEST(tables_outside_memory)
{
	long_mode();
	lab_st(T(2) + 8 * 3, 8, RW(LAB_MEM)); /* reads as ones there */
	faults(VA, 0, PC_PF_P | PC_PF_RSV);
	m.cr3 = 1ull << 45;
	faults(VA, 0, PC_PF_P | PC_PF_RSV);
}
END_TEST

START_TEST(pae)
{
	m = (struct pc_mode){
		.cr0 = CR0_PE | CR0_PG, .cr3 = T(0) + 0x20, .cr4 = CR4_PAE, .code32 = true
	};
	lab_st(T(0) + 0x20 + 8 * 3, 8, T(1) | P);
	lab_st(T(1) + 8 * 2, 8, RW(T(2)));
	lab_st(T(2) + 8 * 1, 8, RW(0x300000000));
	maps(3ull << 30 | 2 << 21 | 1 << 12 | 5, 0x300000005);
	maps(1ull << 32 | 3ull << 30 | 2 << 21 | 1 << 12, 0x300000000);
	lab_st(T(1) + 8 * 2, 8, RW(0x400000) | PS);
	maps(3ull << 30 | 2 << 21 | 0x1234, 0x401234);
	lab_st(T(1) + 8 * 2, 8, RW(T(2)) | 1ull << 55);
	faults(3ull << 30 | 2 << 21, 0, PC_PF_P | PC_PF_RSV);
	lab_st(T(1) + 8 * 2, 8, RW(T(2)));
	lab_st(T(0) + 0x20 + 8 * 3, 8, T(1) | P | W); /* the four have no rights */
	faults(3ull << 30 | 2 << 21 | 1 << 12, 0, PC_PF_P | PC_PF_RSV);
	faults(0, PC_PF_FETCH, 0); /* without NX and SMEP nobody tells fetches */
}
END_TEST

START_TEST(two_levels)
{
	m = (struct pc_mode){ .cr0 = CR0_PE | CR0_PG | CR0_WP, .cr3 = T(0), .code32 = true };
	lab_st(T(0) + 4 * 3, 4, RW(T(1)));
	lab_st(T(1) + 4 * 5, 4, RW(0x7000));
	maps(3u << 22 | 5 << 12 | 9, 0x7009);
	faults(3u << 22 | 6 << 12, PC_PF_WRITE, PC_PF_WRITE);
	lab_st(T(0) + 4 * 4, 4, RW(0x01c00000) | PS | 3 << 13);
	maps(4u << 22 | 5, 0xfffff005); /* without PSE a table, outside memory: ones */
	m.cr4 = CR4_PSE;
	maps(4u << 22 | 0x12345, 0x301c12345);
	pc_part(lab_p)->phys_bits = 33; /* above that there is nothing */
	faults(4u << 22 | 0x12345, 0, PC_PF_P | PC_PF_RSV);
	pc_part(lab_p)->phys_bits = 40;
	lab_st(T(0) + 4 * 4, 4, RW(0x01c00000) | PS | 1 << 21);
	faults(4u << 22, 0, PC_PF_P | PC_PF_RSV);
	lab_st(T(1) + 4 * 5, 4, 0x7000 | P | U);
	faults(3u << 22 | 5 << 12, PC_PF_WRITE, PC_PF_P | PC_PF_WRITE);
}
END_TEST

START_TEST(fetch)
{
	u8 buf[15];
	u32 error;

	long_mode();
	lab_st(T(3) + 8 * 4, 8, RW(0x5000));
	lab_st(0x5ffc, 4, 0x44332211);
	ck_assert_uint_eq(pc_fetch(lab_v0, &m, VA + 0xffc, buf, 15, &error), 4);
	ck_assert_uint_eq(error, PC_PF_FETCH);
	ck_assert_mem_eq(buf, "\x11\x22\x33\x44", 4);
	lab_st(T(3) + 8 * 5, 8, RW(0x8000));
	lab_st(0x8000, 1, 0x55);
	ck_assert_uint_eq(pc_fetch(lab_v0, &m, VA + 0xffc, buf, 15, &error), 15);
	ck_assert_uint_eq(buf[4], 0x55);
	lab_st(T(3) + 8 * 5, 8, RW(PC_APIC_BASE)); /* no memory: ones */
	ck_assert_uint_eq(pc_fetch(lab_v0, &m, VA + 0xffc, buf, 15, &error), 15);
	ck_assert_uint_eq(buf[4], 0xff);
}
END_TEST

Suite *suite_pc_walk(void);
Suite *suite_pc_walk(void)
{
	return LAB_SUITE("pc_walk", no_paging, four_levels, five_levels, rights, reserved_bits,
			 tables_outside_memory, pae, two_levels, fetch);
}
