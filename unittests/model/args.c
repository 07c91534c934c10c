// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which call comes next, and with what: for each argument values that are right, at the edge, and
 * hostile. Blocks and areas are prepared in the caller's memory, really and in the model.
 */
#include <string.h>

#include "hv.h"
#include "oracle.h"
#include "partition.h"

static struct model *const m = &drive.m;

static const u64 numbers[] = {
#define HCALL(name, ...) name,
#include "hcalls.def"
#include "../../core/papr/hcalls.def"
#undef HCALL
	/* more often, because more can happen */
	HV_RTAS, HV_RTAS, HV_RTAS, H_REGISTER_VPA, H_REGISTER_VPA, H_CEDE, H_IPI, H_XIRR, H_CPPR
};

static bool chance(unsigned percent)
{
	return drive_random(100) < percent;
}

#define PICK(t) ((t)[drive_random(ARRAY_SIZE(t))])

void guest_write(unsigned lp, u64 at, const void *from, u64 n)
{
	const u8 *b = from;

	for (u64 i = 0; i < n; i++, at++) {
		if (at >= m->more[lp].bytes)
			return;
		m->more[lp].mem[at] = b[i];
		m->more[lp].page[at >> HV_PAGE_SHIFT][at & HV_PAGE_MASK] = b[i];
	}
}

static void write_be(unsigned lp, u64 at, unsigned n, u64 val)
{
	u8 b[8];

	for (unsigned i = 0; i < n; i++)
		b[i] = (u8)(val >> 8 * (n - 1 - i));
	guest_write(lp, at, b, n);
}

static u64 hostile(void)
{
	static const u64 t[] = { 0,	     1,		 2,	     3,		 4,
				 255,	     256,	 0x7fffffff, 0x80000000, 0xffffffff,
				 1ull << 32, 1ull << 63, ~0ull,	     ~0ull - 7,	 0xfffffffffffff000,
				 0x30000000, 0xffffff80, 0xfffffff0, 1ull << 52, 0x100000000 };

	return PICK(t);
}

static u64 small(u64 n)
{
	return chance(4) ? hostile() : drive_random(n);
}

/* An address: in a few busy pages, at an edge of the memory, or anywhere. */
static u64 address(unsigned lp, u64 align)
{
	u64 bytes = m->more[lp].bytes;

	switch (drive_random(12)) {
	case 0:
		return bytes - drive_random(700);
	case 1:
		return bytes - HV_PAGE_SIZE + drive_random(HV_PAGE_SIZE) / align * align;
	case 2:
		return drive_random(bytes) / align * align;
	case 3:
		return hostile();
	case 4:
		return 0x9000 - drive_random(64);
	default:
		return 0x8000 + drive_random(0x4000) / align * align;
	}
}

static u64 priority(void)
{
	static const u64 t[] = { 0, 1, 4, 5, 5, 5, 6, 0xfe, 0xff, 0xff, 0xff, 0x105 };

	return PICK(t);
}

static u64 xirr(void)
{
	static const u64 source[] = { 0, 2, 2, 2, 0x1000, 0x1000, 3, 0x1001, 0xffffff };

	return PICK(source) | (priority() & 0xff) << 24 | (chance(10) ? 1ull << 40 : 0);
}

static void vpa_args(unsigned lp, u64 *a)
{
	static const u64 fn[] = { 1, 1, 1, 2, 2, 5, 6, 0, 3, 7, 4 };
	static const u64 size[] = { 640, 640, 1024, 4096, 639, 641, 0, 65535 };
	static const u64 log[] = { 48, 96, 100, 480, 4096, 47, 4097, 0x10000, 0xffffffff };

	a[0] = PICK(fn) << 45 | (chance(5) ? drive_random(1 << 20) : 0) |
	       (chance(3) ? hostile() : 0);
	a[1] = small(M_VCPUS);
	a[2] = address(lp, chance(90) ? 128 : 1);
	if (chance(90)) {
		if ((a[0] >> 45 & 7) == 2) {
			write_be(lp, a[2] + 4, 4, PICK(log));
		} else {
			write_be(lp, a[2] + 4, 2, PICK(size));
			write_be(lp, a[2] + 0xb8, 1, drive_random(4));
			if (chance(20))
				write_be(lp, a[2] + 0x218, 8, hostile());
		}
	}
}

static void date(u32 *in)
{
	in[0] = 1969 + (u32)drive_random(431);
	in[1] = (u32)small(14);
	in[2] = chance(50) ? 27 + (u32)drive_random(6) : (u32)small(33);
	in[3] = (u32)small(25);
	in[4] = (u32)small(61);
	in[5] = (u32)small(61);
	in[6] = chance(90) ? 0 : (u32)(999999999 + drive_random(2));
}

static void service_args(unsigned lp, unsigned token, u32 *in)
{
	static const u32 length[] = { 0, 1, 2, 3, 8, 16, 100, 256, 257, 4096, 0xffffffff };

	switch (token) {
	case 1:
		date(in);
		break;
	case 5:
		in[0] = (u32)small(M_VCPUS);
		in[1] = (u32)address(lp, 4);
		in[2] = (u32)hostile();
		break;
	case 8:
		in[0] = chance(90) ? 0x1000 : (u32)hostile();
		in[1] = (u32)small(M_VCPUS);
		in[2] = (u32)priority();
		break;
	case 9:
	case 10:
	case 11:
		in[0] = chance(90) ? 0x1000 : (u32)hostile();
		break;
	case 12:
	case 13:
		in[0] = chance(80) ? (u32)drive_random(M_NVRAM)
				   : M_NVRAM - 3 + (u32)drive_random(6);
		in[1] = (u32)address(lp, 1);
		in[2] = PICK(length);
		break;
	case 14:
		in[0] = chance(40) ? 20 : chance(80) ? 55 : (u32)small(60);
		in[1] = (u32)address(lp, 1);
		in[2] = PICK(length);
		break;
	default:
		in[0] = (u32)small(M_VCPUS);
		in[1] = (u32)hostile();
	}
}

/* An argument block, right or wrong, at the address of the call. */
static void rtas_args(unsigned lp, u64 *a)
{
	unsigned token = (unsigned)drive_random(m_nservices);
	u32 in[16] = { 0 };
	u64 nargs, nrets;

	a[0] = address(lp, 4);
	if (chance(2))
		return; /* whatever stands there */
	/* the ends of partitions and vcpus are rare, so that others have something to work with */
	if ((token == 2 || token == 3 || token == 4 || token == 6) && chance(85))
		token = 5;
	nargs = m_services[token].nargs;
	nrets = m_services[token].nrets;
	service_args(lp, token, in);
	if (chance(5))
		nargs = small(18);
	if (chance(5))
		nrets = small(18);
	if (chance(10))
		a[0] = m->more[lp].bytes - 4 * drive_random(3 + nargs % 64 + nrets % 64 + 1);
	write_be(lp, (u32)a[0], 4, chance(97) ? 0x2000 + token : 0x1ff0 + small(0x30));
	write_be(lp, (u32)a[0] + 4, 4, nargs);
	write_be(lp, (u32)a[0] + 8, 4, nrets);
	for (unsigned i = 0; i < MIN(nargs, 16ull); i++)
		write_be(lp, (u32)a[0] + 12 + 4 * i, 4, in[i]);
	if (chance(5))
		a[0] |= 1ull << 32;
}

static u64 other_vpa_count(unsigned lp, u64 proc)
{
	u64 at;

	if (proc >= m->s.part[lp].nvcpus)
		return drive_random(8);
	at = m->s.part[lp].vcpu[proc].vpa;
	return at == M_NONE || chance(20) ? drive_random(4) : m_get(m, lp, at + 0x100, 4);
}

static u64 number(bool pc)
{
	static const u64 own[] = {
#define HCALL(name, ...) name,
#include "hcalls.def"
#undef HCALL
	};
	u64 nr = pc && chance(80) ? PICK(own) : PICK(numbers);

	if ((nr == HV_PARTITION_DESTROY || nr == HV_PARTITION_STOP) && chance(80))
		nr = HV_PARTITION_INFO;
	if (chance(2))
		nr = chance(50) ? drive_random(0x400) : HV_CALL_BASE - 8 + drive_random(0x120);
	return chance(1) ? hostile() : nr;
}

static void table_args(unsigned lp, u64 *a)
{
	static const u64 flags[] = {
		0x1d, 0x1d, 0x1f, 0x15, 5, 7, 0x0d, 0x1c, 0x19, 0x3d, 0, 0x10
	};

	a[0] = PICK(flags) | (chance(3) ? hostile() : 0);
	a[1] = chance(80) ? drive_random(80) * HV_PAGE_SIZE : address(lp, 1);
	a[2] = chance(90) ? 0 : hostile();
	a[3] = small(chance(80) ? 4 : 15);
}

u64 make_call(unsigned lp, unsigned vc, u64 *a)
{
	u64 nr = number(m->more[lp].pc);

	(void)vc;
	for (unsigned i = 0; i < 9; i++)
		a[i] = nr < HV_CALL_BASE || nr == HV_RTAS || chance(1) ? hostile() : 0;
	switch (nr) {
	case HV_YIELD:
	case HV_PARTITION_INFO:
	case HV_PARTITION_START:
	case HV_PARTITION_STOP:
	case HV_PARTITION_DESTROY:
		a[0] = small(M_PARTS + 2);
		break;
	case H_GET_TERM_CHAR:
	case H_PUT_TERM_CHAR:
		a[0] = chance(90) ? 0x30000000 * drive_random(2) : hostile();
		a[1] = small(18);
		a[2] = drive_random(~0ull);
		a[3] = drive_random(~0ull);
		break;
	case H_EOI:
		a[0] = xirr();
		break;
	case H_CPPR:
		a[0] = priority();
		break;
	case H_IPI:
		a[1] = priority();
		/* fallthrough */
	case H_IPOLL:
	case H_PROD:
		a[0] = small(M_VCPUS);
		break;
	case H_CONFER:
		a[0] = chance(20) ? 0xffffffff : small(M_VCPUS);
		a[1] = other_vpa_count(lp, a[0]);
		break;
	case H_REGISTER_VPA:
		vpa_args(lp, a);
		break;
	case H_SET_MODE:
		a[0] = small(5);
		a[1] = chance(90) ? 3 + drive_random(2) : small(7);
		a[2] = chance(90) ? 0 : hostile();
		a[3] = chance(90) ? 0 : hostile();
		break;
	case H_REGISTER_PROC_TBL:
		table_args(lp, a);
		break;
	case HV_RTAS:
		rtas_args(lp, a);
		break;
	default:
		break;
	}
	return nr;
}
