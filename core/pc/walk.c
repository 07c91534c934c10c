// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A walk of the guest's page tables, for the few instructions that the hypervisor does itself (APM
 * 2, chapter 5). At most five entries are read. Accessed and dirty bits are not set: what is walked
 * here the guest's processor has just walked, too. Next: emulate.c.
 */
#include "pc.h"

#include "endian.h"
#include "gcopy.h"
#include "hvstring.h"

#define PTE_P	  (1ull << 0)
#define PTE_W	  (1ull << 1)
#define PTE_U	  (1ull << 2)
#define PTE_PS	  (1ull << 7)
#define PTE_NX	  (1ull << 63)
#define PTE_ADDR  0x000ffffffffff000ull
#define RFLAGS_AC (1ull << 18)

/* What the levels so far allow. */
struct rights {
	bool write, user, exec;
};

/* An entry that is not in memory reads as ones, as everything there does. */
static u64 entry(const struct vcpu *v, u64 at, bool wide)
{
	le64_t e64 = { ~0ull };
	le32_t e32 = { ~0u };

	if (wide) {
		(void)!gcopy_from(v->part, &e64, GPA(at), sizeof(e64));
		return le64_to_cpu(e64);
	}
	(void)!gcopy_from(v->part, &e32, GPA(at), sizeof(e32));
	return le32_to_cpu(e32);
}

/* Bits that must be 0 in an entry of 64 bits; `shift`: of the page if this is one. */
static u64 reserved(const struct vcpu *v, const struct pc_mode *m, u64 e, unsigned shift,
		    bool large)
{
	u64 bits = PTE_ADDR & ~((1ull << pc_part(v->part)->phys_bits) - 1);

	if (!(m->efer & EFER_NXE))
		bits |= PTE_NX;
	if (!(m->efer & EFER_LMA))
		bits |= 0x7ff0000000000000;
	if (large)
		bits |= ((1ull << shift) - 1) & ~0x1fffull;
	else if (shift > 30)
		bits |= PTE_PS;
	else if (shift == 30 && !(m->efer & EFER_LMA)) /* no rights, no page */
		bits |= PTE_NX | 0x1e6;
	return e & bits;
}

static bool permitted(const struct vcpu *v, const struct pc_mode *m, const struct rights *r,
		      u32 access)
{
	bool user = access & PC_PF_USER;

	if (user && !r->user)
		return false;
	if (access & PC_PF_FETCH)
		return r->exec && (user || !r->user || !(m->cr4 & CR4_SMEP));
	if (!user && r->user && m->cr4 & CR4_SMAP && !(v->arch.pc.rflags & RFLAGS_AC))
		return false;
	if (access & PC_PF_WRITE && !r->write)
		return !user && !(m->cr0 & CR0_WP);
	return true;
}

static bool done(const struct vcpu *v, const struct pc_mode *m, const struct rights *r, u64 addr,
		 u32 access, gpa_t *g, u32 *error)
{
	*g = GPA(addr);
	*error |= PC_PF_P;
	return permitted(v, m, r, access);
}

/* Two levels of 32-bit entries; a page of 4 MiB has address bits 32 .. 39 at 13 .. 20. */
static bool walk32(const struct vcpu *v, const struct pc_mode *m, u64 va, u32 access, gpa_t *g,
		   u32 *error)
{
	struct rights r = { .exec = true };
	u64 e = entry(v, (m->cr3 & 0xfffff000) + (va >> 22) * 4, false), f;

	if (!(e & PTE_P))
		return false;
	if (e & PTE_PS && m->cr4 & CR4_PSE) {
		u64 page = (e & 0xffc00000) | (e >> 13 & 0xff) << 32;

		if (e & 1u << 21 || page >> pc_part(v->part)->phys_bits) {
			*error |= PC_PF_P | PC_PF_RSV;
			return false;
		}
		r.write = e & PTE_W;
		r.user = e & PTE_U;
		return done(v, m, &r, page | (va & 0x3fffff), access, g, error);
	}
	f = entry(v, (e & 0xfffff000) + (va >> 12 & 0x3ff) * 4, false);
	if (!(f & PTE_P))
		return false;
	r.write = e & f & PTE_W;
	r.user = e & f & PTE_U;
	return done(v, m, &r, (f & 0xfffff000) | (va & 0xfff), access, g, error);
}

/* 64-bit entries, from the level whose entries map 1 << shift bytes. */
static bool walk64(const struct vcpu *v, const struct pc_mode *m, u64 va, unsigned shift, u64 table,
		   u32 access, gpa_t *g, u32 *error)
{
	struct rights r = { .write = true, .user = true, .exec = true };
	bool lma = m->efer & EFER_LMA;

	for (;; shift -= 9) {
		u64 index = va >> shift & (shift == 30 && !lma ? 3 : 0x1ff);
		u64 e = entry(v, table + index * 8, true);
		bool large = shift == 12 || ((shift == 21 || (shift == 30 && lma)) && e & PTE_PS);

		if (!(e & PTE_P))
			return false;
		if (reserved(v, m, e, shift, large)) {
			*error |= PC_PF_P | PC_PF_RSV;
			return false;
		}
		if (shift != 30 || lma) { /* the four entries of PAE have no rights */
			r.write = r.write && e & PTE_W;
			r.user = r.user && e & PTE_U;
			r.exec = r.exec && !(e & PTE_NX);
		}
		table = e & PTE_ADDR;
		if (large) {
			table &= ~((1ull << shift) - 1);
			return done(v, m, &r, table | (va & ((1ull << shift) - 1)), access, g,
				    error);
		}
	}
}

bool pc_walk(struct vcpu *v, const struct pc_mode *m, u64 va, u32 access, gpa_t *g, u32 *error)
{
	bool nx = m->efer & EFER_NXE && m->cr4 & CR4_PAE;

	*error = access;
	if (!nx && !(m->cr4 & CR4_SMEP)) /* then the code does not tell fetches */
		*error &= ~PC_PF_FETCH;
	if (!(m->cr0 & CR0_PG)) {
		*g = GPA(va & 0xffffffff);
		return true;
	}
	if (!(m->cr4 & CR4_PAE))
		return walk32(v, m, va & 0xffffffff, access, g, error);
	if (!(m->efer & EFER_LMA))
		return walk64(v, m, va & 0xffffffff, 30, m->cr3 & 0xffffffe0, access, g, error);
	return walk64(v, m, va, m->cr4 & CR4_LA57 ? 48 : 39, m->cr3 & PTE_ADDR, access, g, error);
}

unsigned pc_fetch(struct vcpu *v, const struct pc_mode *m, u64 va, u8 *buf, unsigned n, u32 *error)
{
	u32 access = PC_PF_FETCH | (m->cpl == 3 ? PC_PF_USER : 0);
	unsigned got = 0;

	while (got < n) {
		u64 at = va + got;
		unsigned part = MIN(n - got, (unsigned)(HV_PAGE_SIZE - (at & HV_PAGE_MASK)));
		gpa_t g;

		if (!m->code64)
			at &= 0xffffffff;
		if (!pc_walk(v, m, at, access, &g, error))
			break;
		if (gcopy_from(v->part, buf + got, g, part))
			memset(buf + got, 0xff, part); /* no memory: ones, as everywhere there */
		got += part;
	}
	return got;
}
