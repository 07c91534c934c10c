// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of boot bundles: whatever the bytes are, it answers with a manifest that keeps
 * its own promises, or with a reason. Needs no machine. Next to read: core/manifest.c.
 */
#include "manifest.h"
#include "parser.h"

static void check_part(const struct manifest *m, const struct manifest_part *p)
{
	promise(p->name[0] && memchr(p->name, 0, sizeof(p->name)), "a name is text");
	promise(memchr(p->machine, 0, sizeof(p->machine)), "a machine is text");
	promise(memchr(p->bootargs, 0, sizeof(p->bootargs)), "boot arguments are text");
	promise(p->vcpus >= 1 && p->vcpus <= MAX_VCPUS, "the number of vcpus is in range");
	promise(p->memory && IS_ALIGNED(p->memory, HV_PAGE_SIZE), "memory is whole pages");
	promise(p->entry.v < p->memory, "the entry is in memory");
	promise(p->nseg <= MANIFEST_SEGS, "there are not too many segments");
	for (unsigned i = 0; i < p->nseg; i++) {
		const struct manifest_seg *s = &p->seg[i];

		promise(s->filesz <= s->memsz, "a segment has memory for its bytes");
		promise(s->offset <= m->data_len && s->filesz <= m->data_len - s->offset,
			"a segment is in the data");
		promise(s->dest.v <= p->memory && s->memsz <= p->memory - s->dest.v,
			"a segment is in memory");
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct manifest m;
	char why[120];
	u8 *copy;
	err_t err;

	if (posix_memalign((void **)&copy, 8, size ? size : 1))
		abort();
	memcpy(copy, data, size);
	memset(why, 'x', sizeof(why));
	err = manifest_read(&m, copy, size, why, sizeof(why));
	if (err) {
		promise(memchr(why, 0, sizeof(why)) && why[0], "what is refused has a reason");
	} else {
		promise(m.nparts >= 1 && m.nparts <= MANIFEST_PARTS, "there is a partition");
		for (unsigned i = 0; i < m.nparts; i++)
			check_part(&m, &m.part[i]);
	}
	free(copy);
	return 0;
}
