// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The world outside the machine: somebody types, the line is slow, partitions are created while
 * others run, and the switch is not turned off before every CPU has let go. It is called in the
 * place of functions of the core and the port (ld --wrap). Next: check.c.
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

struct papr_vcpu;
struct pc_vcpu;

static struct manifest manifest; /* of the partition that is being created */
static u8 image[SIM_IMAGE];

#define TYPED_MAX 4000

static bool chance(u64 percent)
{
	return sim_below(&sim.rng, 100) < percent;
}

/* ---- what partitions say ------------------------------------------------------------------ */

void sim_said(unsigned lpid, const u8 *s, unsigned n)
{
	struct sim_out *o = &sim.out[lpid];

	for (unsigned i = 0; i < n; i++) {
		o->sum += (s[i] + 1ull) * 0x9e3779b97f4a7c15ull;
		if (o->len < sizeof(o->buf) - 1)
			o->buf[o->len++] = (char)s[i];
	}
	o->total += n;
}

unsigned __real_vterm_write(struct vterm *t, const u8 *buf, unsigned n);
unsigned __wrap_vterm_write(struct vterm *t, const u8 *buf, unsigned n);
unsigned __wrap_vterm_write(struct vterm *t, const u8 *buf, unsigned n)
{
	unsigned lpid = t->owner.v;

	n = __real_vterm_write(t, buf, n);
	sim_said(lpid, buf, n);
	return n;
}

void __real_arch_gspace_fini(struct arch_gspace *gs);
void __wrap_arch_gspace_fini(struct arch_gspace *gs);
void __wrap_arch_gspace_fini(struct arch_gspace *gs)
{
	sim_check_term(&container_of(gs, struct partition, gspace)->term);
	__real_arch_gspace_fini(gs);
}

/* ---- what a CPU has chosen ----------------------------------------------------------------- */

struct vcpu *__real_sched_pick_locked(struct sched *s, u64 now, u64 *until);
struct vcpu *__wrap_sched_pick_locked(struct sched *s, u64 now, u64 *until);
struct vcpu *__wrap_sched_pick_locked(struct sched *s, u64 now, u64 *until)
{
	return sim.chosen[um_self] = __real_sched_pick_locked(s, now, until);
}

/* Its turn begins, or is over before it began: it is loaded, or nobody touches it any more. */
void __real_arch_alarm(u64 when);
void __wrap_arch_alarm(u64 when);
void __wrap_arch_alarm(u64 when)
{
	sim.chosen[um_self] = NULL;
	__real_arch_alarm(when);
}

void __real_um_relax(void);
void __wrap_um_relax(void);
void __wrap_um_relax(void)
{
	sim.chosen[um_self] = NULL; /* also when it waits for a lock: no harm */
	__real_um_relax();
}

static void not_chosen(const void *mach)
{
	for (unsigned i = 0; i < hv.ncpus; i++)
		if (sim.chosen[i] && sim.chosen[i]->mach == mach)
			sim_fail("a partition is taken apart while CPU %u is about to run it", i);
}

/* The first thing that is taken from a partition that ends or starts again. */
void __real_papr_vpa_unpin(struct papr_vcpu *pv);
void __wrap_papr_vpa_unpin(struct papr_vcpu *pv);
void __wrap_papr_vpa_unpin(struct papr_vcpu *pv)
{
	not_chosen(pv);
	__real_papr_vpa_unpin(pv);
}

/* Of a PC, when it starts again. */
void __real_pc_mtrr_reset(struct pc_vcpu *pv);
void __wrap_pc_mtrr_reset(struct pc_vcpu *pv);
void __wrap_pc_mtrr_reset(struct pc_vcpu *pv)
{
	not_chosen(pv);
	__real_pc_mtrr_reset(pv);
}

void __real_vcpu_destroy(struct vcpu *v);
void __wrap_vcpu_destroy(struct vcpu *v);
void __wrap_vcpu_destroy(struct vcpu *v)
{
	not_chosen(v->mach);
	__real_vcpu_destroy(v);
}

/* ---- creation ----------------------------------------------------------------------------- */

static void new_entry(struct sim_part *sp, struct manifest_part *mp)
{
	static const char *const guest[] = { "sum", "ping", "hello", "mix" };

	snprintf(sp->name, sizeof(sp->name), "new%u", sim.ncreated);
	sp->guest = guest[sim_below(&sim.rng, ARRAY_SIZE(guest))];
	snprintf(sp->args, sizeof(sp->args), "seed=%u kib=8 steps=1 rounds=2 ops=20",
		 (unsigned)sim_below(&sim.rng, 1000000));
	memset(&manifest, 0, sizeof(manifest));
	sim_image(image, sp->guest);
	manifest.nparts = 1;
	manifest.data = image;
	manifest.data_len = sizeof(image);
	snprintf(mp->name, sizeof(mp->name), "%s", sp->name);
	sp->pc = sim_below(&sim.rng, 2);
	snprintf(mp->machine, sizeof(mp->machine), "%s", sp->pc ? "pc" : "papr");
	snprintf(mp->bootargs, sizeof(mp->bootargs), "%s", sp->args);
	mp->vcpus = 2;
	mp->memory = SIM_LEAST(sp->pc) + KIB(64);
	mp->entry = GPA(SIM_ENTRY);
	mp->nseg = 1;
	mp->seg[0] = (struct manifest_seg){ mp->entry, 0, SIM_IMAGE, SIM_IMAGE };
}

/* CPU 0, no lock held. What was said under a number that is free again is judged first. */
static void create(void)
{
	struct sim_part *sp = &sim.created[sim.ncreated];
	struct manifest_part *mp = &manifest.part[0];
	struct partition *p;
	unsigned lpid = 1;
	err_t err;

	while (lpid <= MAX_PARTITIONS && hv.part[lpid])
		lpid++;
	if (lpid > 7 || lpid == 1) /* beyond what the ruler knows, or the ruler's own */
		return;
	new_entry(sp, mp);
	sim_check_said(&sim.out[lpid]);
	memset(&sim.out[lpid], 0, sizeof(sim.out[lpid]));
	sim.creating = true;
	palloc_fail_nth(chance(30) ? 1 + (unsigned)sim_below(&sim.rng, 60) : 0);
	err = partition_create(mp, &manifest, &p);
	palloc_fail_nth(0);
	if (!err) {
		sim.out[p->id.v].part = sp;
		sim.ncreated++;
		console_partition(p->id, true);
		lock_take(&hv.lock);
		if (partition_find(p->id.v) == p)
			partition_start(p); /* the controller may have been quicker */
		lock_drop(&hv.lock);
	}
	sim.creating = false;
}

/* ---- the line and the clock --------------------------------------------------------------- */

static void type(void)
{
	static const char keys[] = "abc\r\x1d";
	char s[40];
	unsigned n = 1 + (unsigned)sim_below(&sim.rng, sizeof(s) - 3);

	/* faster than a guest can read, it would never end */
	sim.typed += n;
	if (sim.typed > TYPED_MAX)
		return;
	for (unsigned i = 0; i < n; i++)
		s[3 + i] = keys[sim_below(&sim.rng, sizeof(keys) - 1)];
	if (!sim.s.framed) {
		um_input(s + 3, n);
		return;
	}
	s[0] = CONSOLE_SOF;
	s[1] = (char)sim_below(&sim.rng, sim.s.nparts + 1);
	s[2] = (char)n;
	um_input(s, 3 + n);
}

void __real_arch_poll(void);
void __wrap_arch_poll(void);
void __wrap_arch_poll(void)
{
	__real_arch_poll();
	if (!hv.started)
		return;
	hv.console.next_poll = arch_now() + 2000 + sim_below(&sim.rng, 200000);
	if (chance(sim.s.keys))
		type();
	um_line_takes(chance(sim.s.slow) ? sim_below(&sim.rng, 40) : ~0ull);
	if (sim.ncreated < sim.s.creates && chance(hv.nreap ? 60 : 10))
		create();
}

/* ---- beginning and end -------------------------------------------------------------------- */

err_t __real_hv_load_bundle(const void *bundle, u64 len);
err_t __wrap_hv_load_bundle(const void *bundle, u64 len);
err_t __wrap_hv_load_bundle(const void *bundle, u64 len)
{
	sim.hv_pages = palloc_count(&hv.palloc, (lpid_t){ 0 });
	return __real_hv_load_bundle(bundle, len);
}

__noreturn void __real_arch_poweroff(int code);
__noreturn void __wrap_arch_poweroff(int code);
void __wrap_arch_poweroff(int code)
{
	for (unsigned i = 0; !code && i < 100000 && !sim_quiet(); i++)
		arch_relax();
	__real_arch_poweroff(code);
}

void sim_operator_reset(void)
{
	for (unsigned i = 0; i < sim.s.nparts; i++)
		sim.out[i + 1].part = &sim.s.part[i];
}
