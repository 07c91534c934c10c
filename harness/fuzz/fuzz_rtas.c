// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the arguments of RTAS: linked with fuzz_model.c, in the place of the oracle's choice of
 * calls (args.c). Every call is HV_RTAS with a block made from the input, anywhere in memory.
 */
#include "../../unittests/model/oracle.h"
#include "endian.h"

u64 __wrap_make_call(unsigned lp, unsigned vc, u64 *args);

/* A word of the block: small, an address, the end of memory, or anything. */
static u32 word(unsigned lp)
{
	switch (drive_random(8)) {
	case 0:
	case 1:
		return (u32)drive_random(64);
	case 2:
	case 3:
		return 0x8000 + (u32)drive_random(0x2000);
	case 4:
		return (u32)drive.m.more[lp].bytes - (u32)drive_random(512);
	case 5:
		return 0x1000 + (u32)drive_random(4);
	case 6:
		return (u32)drive_random(0x10000);
	default:
		return (u32)drive_random(1ull << 32);
	}
}

static u64 address(unsigned lp)
{
	switch (drive_random(8)) {
	case 0:
		return drive.m.more[lp].bytes - drive_random(256);
	case 1:
		return drive_random(1ull << 33);
	default:
		return 0x8000 + drive_random(0x3000);
	}
}

/* Services that end the caller come seldom, or there is soon nobody left. */
static u32 token(void)
{
	u32 n = (u32)drive_random(m_nservices + 2);

	if ((n == 2 || n == 3 || n == 4 || n == 6) && drive_random(16))
		n = 12 + (u32)drive_random(3);
	return n < m_nservices ? 0x2000 + n : word(1);
}

u64 __wrap_make_call(unsigned lp, unsigned vc, u64 *a)
{
	be32_t block[3 + 32];
	u32 t = token(), nargs, nrets;

	(void)vc;
	for (unsigned i = 0; i < 9; i++)
		a[i] = 0;
	a[0] = address(lp);
	nargs = t - 0x2000 < m_nservices ? m_services[t - 0x2000].nargs : 3;
	nrets = t - 0x2000 < m_nservices ? m_services[t - 0x2000].nrets : 2;
	if (!drive_random(16))
		nargs = word(lp);
	if (!drive_random(16))
		nrets = word(lp);
	block[0] = cpu_to_be32(t);
	block[1] = cpu_to_be32(nargs);
	block[2] = cpu_to_be32(nrets);
	for (unsigned i = 0; i < MIN(nargs, 32u); i++)
		block[3 + i] = cpu_to_be32(word(lp));
	guest_write(lp, (u32)a[0], block, 4 * (3 + (u64)MIN(nargs, 32u)));
	return HV_RTAS;
}
