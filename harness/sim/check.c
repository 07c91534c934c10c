// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must hold when the machine has ended: nobody holds anything, every page is where the books
 * say, every guest that had to pass has passed, and the line carried what they said.
 */
#include <stdio.h>
#include <string.h>

#include "console.h"
#include "hv.h"
#include "manifest.h"
#include "partition.h"
#include "sim.h"
#include "um.h"
#include "vcpu.h"

/* No CPU is in the middle of something that outlives it. */
bool sim_quiet(void)
{
	for (unsigned i = 0; i < hv.ncpus; i++)
		if (hv.cpu[i]->nlocks || hv.cpu[i]->windows)
			return false;
	return !sim.creating;
}

void sim_check_said(struct sim_out *o)
{
	const char *bad = strstr(o->buf, "FAIL ");
	char pass[32];

	if (!o->part)
		return;
	if (bad)
		sim_fail("%s: %.*s", o->part->name, (int)strcspn(bad, "\r\n"), bad);
	snprintf(pass, sizeof(pass), "PASS %s\n", o->part->guest);
	if (o->part->must_pass && !strstr(o->buf, pass))
		sim_fail("%s (%s) ended without PASS", o->part->name, o->part->guest);
}

void sim_check_term(const struct vterm *t)
{
	if (t->nread != t->tail || t->head - t->tail > VTERM_IN)
		sim_fail("terminal of partition %u: %llu bytes read, from %u to %u", t->owner.v,
			 (unsigned long long)t->nread, t->tail, t->head);
}

/* ---- locks and pages ---------------------------------------------------------------------- */

static void check_lock(const struct lock *l)
{
	if (l->word)
		sim_fail("lock %s: CPU %u holds it at the end", l->name, l->word - 1);
}

static void check_locks(void)
{
	if (!sim_quiet())
		sim_fail("a CPU holds a lock or a window at the end, or does not finish");
	check_lock(&hv.lock);
	check_lock(&hv.palloc.lock);
	check_lock(&hv.console.lock);
	check_lock(&hv.log.lock);
	for (unsigned i = 0; i < hv.ncpus; i++) {
		check_lock(&hv.cpu[i]->sched.lock);
		if (hv.cpu[i]->loaded && hv.cpu[i]->loaded->part->state != PART_STOPPED &&
		    !sim.s.creates) /* one may come when all others have gone */
			sim_fail("CPU %u has a vcpu loaded at the end", i);
	}
}

/* The port's marks and the ownership map say the same of each page. */
static void check_marks(void)
{
	for (u64 i = 0; i < hv.palloc.nframes; i++) {
		pa_t page = PA((hv.palloc.base + i) << HV_PAGE_SHIFT);
		bool guest = hv.palloc.frames[i].use == FRAME_GUEST;

		if (um_page_guest(page) != guest)
			sim_fail("page %llx is%s a guest's, the map says other",
				 (unsigned long long)page.v, guest ? " not" : "");
		if (um_page_open(page) != hv.palloc.frames[i].pins)
			sim_fail("page %llx: %u windows and pins, %u counted",
				 (unsigned long long)page.v, um_page_open(page),
				 hv.palloc.frames[i].pins);
	}
}

static u64 check_left(void)
{
	u64 pages = 0;
	unsigned n = 0;

	for (unsigned i = 1; i <= MAX_PARTITIONS; i++) {
		const struct partition *p = hv.part[i];
		u64 own;

		if (!p)
			continue;
		n++;
		sim_check_term(&p->term);
		own = palloc_count(&hv.palloc, p->id);
		if (own != p->pool.used + (p->mem.bytes >> HV_PAGE_SHIFT))
			sim_fail("%s has %llu pages, its books say other", p->name,
				 (unsigned long long)own);
		/* one that was created after the last one had gone does not count */
		if (p->state != PART_STOPPED && !sim.out[i].part)
			sim_fail("%s is left and %s", p->name, part_state_name(p->state));
		pages += own;
	}
	if (hv.nreap && !sim.s.creates)
		sim_fail("%u partitions are left to be taken apart", hv.nreap);
	if (n != hv.nalive)
		sim_fail("%u partitions are left, %u are counted", n, hv.nalive);
	return pages;
}

static void check_pages(void)
{
	u64 own = palloc_count(&hv.palloc, (lpid_t){ 0 }), parts = check_left();
	u64 want = sim.hv_pages + hv.nalive;
	const char *bad = palloc_verify(&hv.palloc);

	if (hv.manifest)
		want += 1ull << palloc_order(sizeof(struct manifest));
	if (bad)
		sim_fail("memory: %s", bad);
	if (own != want)
		sim_fail("the hypervisor has %llu pages at the end, not %llu",
			 (unsigned long long)own, (unsigned long long)want);
	if (own + parts + hv.palloc.nfree < hv.palloc.ntotal)
		sim_fail("pages are lost: %llu, %llu, %llu of %llu", (unsigned long long)own,
			 (unsigned long long)parts, (unsigned long long)hv.palloc.nfree,
			 (unsigned long long)hv.palloc.ntotal);
	check_marks();
}

/* ---- the line ----------------------------------------------------------------------------- */

/* In frames, everything that a partition's calls handed over came out, and nothing else. */
static void check_frames(void)
{
	static struct sim_out line[MAX_PARTITIONS + 1];
	size_t n, at = 0;
	const u8 *s = (const u8 *)um_output(&n);

	memset(line, 0, sizeof(line));
	while (at < n && s[at] != CONSOLE_SOF) /* the first lines came before the mode */
		at++;
	while (at + 3 <= n && s[at] == CONSOLE_SOF && at + 3 + s[at + 2] <= n) {
		struct sim_out *o = &line[s[at + 1]];

		for (unsigned i = 0; i < s[at + 2]; i++)
			o->sum += (s[at + 3 + i] + 1ull) * 0x9e3779b97f4a7c15ull;
		o->total += s[at + 2];
		at += 3 + s[at + 2];
	}
	if (at != n)
		sim_fail("byte %zu of the line is no frame", at);
	for (unsigned i = 1; i <= MAX_PARTITIONS && !sim.s.creates; i++)
		if (line[i].total != sim.out[i].total || line[i].sum != sim.out[i].sum)
			sim_fail("partition %u said %zu bytes, %zu came out, or others", i,
				 sim.out[i].total, line[i].total);
}

/* These end a PC, by a fault that nobody handles. */
static bool wants_it(const char *name)
{
	for (unsigned i = 0; i < sim.s.nparts; i++) {
		const struct sim_part *p = &sim.s.part[i];
		size_t n = strlen(p->name);

		if (strncmp(name, p->name, n) == 0 && name[n] == ' ')
			return p->pc && (!strcmp(p->guest, "wreck") || !strcmp(p->guest, "crash"));
	}
	return false;
}

/* "partition NAME vcpu N killed: ..." */
static void check_killed(void)
{
	static const char before[] = "partition ", behind[] = " killed: ";
	const char *end = um_output(NULL), *name;

	while ((end = strstr(end, behind))) {
		for (name = end; strncmp(name, before, sizeof(before) - 1); name--)
			;
		if (!wants_it(name + sizeof(before) - 1))
			sim_fail("%.*s", (int)strcspn(name, "\r\n"), name);
		end += sizeof(behind) - 1;
	}
}

void sim_check_end(void)
{
	check_killed();
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++)
		sim_check_said(&sim.out[i]);
	check_locks();
	check_pages();
	if (sim.s.framed)
		check_frames();
}
