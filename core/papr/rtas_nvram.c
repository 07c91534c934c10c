// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The partition's non-volatile memory: hypervisor pages that outlive a restart of the guest, where
 * it keeps, for one, the log of its last crash. Next: rtas.c.
 */
#include "papr.h"

#include "endian.h"
#include "gcopy.h"
#include "hvstring.h"

#define NVRAM_ORDER 2
#define MOVE_MAX    256 /* bytes of one call: the caller goes on with the rest */

BUILD_ASSERT(PAPR_NVRAM == HV_PAGE_SIZE << NVRAM_ORDER, "whole pages");

/* Header of a piece of it (LoPAR, "NVRAM partition header"); lengths are in units of 16 bytes. */
struct header {
	u8 signature;
	u8 checksum;
	be16_t length;
	char name[12];
};

#define SIGNATURE_FREE 0x7f

/* Sum of all bytes but the checksum, with carries added in again. */
static u8 checksum(const struct header *h)
{
	const u8 *b = (const u8 *)h;
	u32 sum = h->signature;

	for (unsigned i = offsetof(struct header, length); i < sizeof(*h); i++)
		sum += b[i];
	while (sum > 0xff)
		sum = (sum & 0xff) + (sum >> 8);
	return (u8)sum;
}

/* One free piece. The fixed name of free space is twelve characters without a NUL. */
static void format(void *nvram)
{
	struct header *h = nvram;

	h->signature = SIGNATURE_FREE;
	h->length = cpu_to_be16(PAPR_NVRAM / 16);
	memset(h->name, 'w', sizeof(h->name));
	h->checksum = checksum(h);
}

err_t papr_nvram_init(struct partition *p)
{
	struct papr_part *pp = papr_part(p);

	pp->nvram = pool_get(&p->pool, NVRAM_ORDER, false);
	if (!pp->nvram)
		return HV_ENOMEM;
	format(pp->nvram);
	return HV_OK;
}

void papr_nvram_fini(struct partition *p)
{
	struct papr_part *pp = papr_part(p);

	if (pp->nvram)
		memset(pp->nvram, 0, PAPR_NVRAM);
	pool_put(&p->pool, pp->nvram, NVRAM_ORDER, false);
	pp->nvram = NULL;
}

/* offset, buffer, length -> bytes moved, which may be fewer. */
static s32 move(struct vcpu *v, const u32 *in, u32 *out, bool store)
{
	struct partition *p = v->part;
	u8 *at = papr_part(p)->nvram + in[0];
	u8 buf[MOVE_MAX];
	err_t err;
	u32 n;

	if (in[0] >= PAPR_NVRAM)
		return RTAS_PARAMETER;
	n = MIN(MIN(in[2], MOVE_MAX), PAPR_NVRAM - in[0]);
	err = store ? gcopy_from(p, buf, GPA(in[1]), n) : gcopy_to(p, GPA(in[1]), at, n);
	if (err)
		return RTAS_PARAMETER;
	if (store) {
		lock_take(&p->lock);
		memcpy(at, buf, n);
		lock_drop(&p->lock);
	}
	out[0] = n;
	return RTAS_OK;
}

s32 rtas_nvram_fetch(struct vcpu *v, const u32 *in, u32 *out)
{
	return move(v, in, out, false);
}

s32 rtas_nvram_store(struct vcpu *v, const u32 *in, u32 *out)
{
	return move(v, in, out, true);
}
