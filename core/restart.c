// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A reboot that the guest asked for: its memory is cleared and filled from the images again, a
 * bounded piece at a time (partition_reap calls). Next: partition.c, and the machine's restart.
 */
#include "gcopy.h"
#include "gmem.h"
#include "hv.h"
#include "log.h"
#include "manifest.h"
#include "panic.h"
#include "partition.h"
#include "vcpu.h"

#define STEP_PAGES 64	   /* cleared in one step */
#define STEP_BYTES KIB(16) /* copied in one step */

/* Clear a piece of p's memory, which begins at logical address 0 and has the machine's hole. */
static void clear_step(struct partition *p)
{
	const struct machine *m = p->machine;
	gpa_t at = GPA(p->restart_done);
	pa_t pa;
	u64 run;

	if (m->hole && at.v >= m->hole)
		at.v += m->hole_end - m->hole;
	CHECK(gmem_translate(p, at, PROT_W, &pa, &run) == HV_OK);
	run = MIN(run, STEP_PAGES * HV_PAGE_SIZE);
	arch_scrub(pa, run >> HV_PAGE_SHIFT);
	p->restart_done += run;
}

/* Copy the piece that stands `at` bytes into all segments together. False when there is none. */
static bool copy_step(struct partition *p, u64 at)
{
	const struct manifest_part *mp = p->boot;

	for (unsigned i = 0; i < mp->nseg; i++) {
		const struct manifest_seg *seg = &mp->seg[i];
		u64 n;

		if (at >= seg->filesz) {
			at -= seg->filesz;
			continue;
		}
		n = MIN(seg->filesz - at, STEP_BYTES);
		CHECK(gcopy_load(p, GPA(seg->dest.v + at), hv.manifest->data + seg->offset + at,
				 n) == HV_OK);
		p->restart_done += n;
		return true;
	}
	return false;
}

static void run_again(struct partition *p)
{
	for (unsigned i = 0; i < p->nvcpus; i++)
		p->vcpu[i]->online = false;
	vterm_init(&p->term, p->id);
	p->machine->restart(p);
	p->state = PART_READY;
	log_info("partition %s starts again", p->name);
}

bool partition_restart_step(struct partition *p)
{
	bool ready = false;

	lock_take(&p->lock);
	if (!p->unpinned) {
		p->machine->unpin(p);
		p->unpinned = true;
	} else if (p->restart_done < p->mem.bytes) {
		clear_step(p);
	} else if (!copy_step(p, p->restart_done - p->mem.bytes)) {
		run_again(p);
		ready = true;
	}
	lock_drop(&p->lock);
	if (ready)
		CHECK(partition_start(p) == HV_OK);
	return ready;
}
