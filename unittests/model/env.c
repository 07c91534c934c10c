// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything but calls that happens to the machine, done to the real one and to the model: boot,
 * vcpus that come and go, time, input, creation, destruction. Next: args.c (the calls).
 */
#include <string.h>

#include "../../core/papr/papr.h"
#include "arch_pc.h"
#include "console.h"
#include "hv.h"
#include "manifest.h"
#include "model_pc.h"
#include "oracle.h"
#include "state.h"

static struct manifest manifest;
static struct model *const m = &drive.m;
static u64 free_at_boot;
static u8 memory[M_PARTS + 1][2][M_MEM];
static struct m_pc pcs[M_PARTS + 1];

/* Time stands still within a call, and no other CPU interferes. */
void __wrap_um_point(void);
void __wrap_um_point(void)
{
}

static void set_cpu(unsigned n)
{
	um_set_cpu(n);
	m->here = n;
}

static bool chance(unsigned percent)
{
	return drive_random(100) < percent;
}

/* ---- creation ------------------------------------------------------------------------------ */

static void create(void)
{
	static const u8 image[256] = { 0x48, 1, 2, 3 };
	struct manifest_part *mp;
	struct partition *p;
	unsigned lp = 1;
	bool fail = chance(20), pc = chance(M_PC);

	while (lp <= M_PARTS && m->s.part[lp].state != M_GONE)
		lp++;
	if (lp > M_PARTS)
		return;
	mp = &manifest.part[lp];
	memset(mp, 0, sizeof(*mp));
	memcpy(mp->name, "part-0", 7);
	mp->name[5] = (char)('0' + lp);
	memcpy(mp->machine, pc ? "pc" : "papr", pc ? 3 : 5);
	mp->vcpus = 1 + (u32)drive_random(M_VCPUS);
	mp->memory = M_MEM - KIB(64) * drive_random(2);
	if (!pc)
		mp->memory -= M_LITTLE;
	mp->share = (u32)drive_random(M_SHARE);
	mp->console = true;
	mp->controller = lp == 1 || chance(20);
	mp->hold = chance(40);
	mp->restart = chance(50);
	mp->entry = GPA(0x4000);
	mp->nseg = 1;
	mp->seg[0] = (struct manifest_seg){ GPA(0x4000), 0, sizeof(image), 8192 };
	manifest.data = image;
	manifest.data_len = sizeof(image);
	hv.manifest = &manifest;
	set_cpu(0);
	palloc_fail_nth(fail ? 1 + (unsigned)drive_random(40) : 0);
	if (partition_create(mp, &manifest, &p)) {
		palloc_fail_nth(0);
		if (!fail)
			differs("partition %u cannot be created", lp);
		return; /* and nothing has changed */
	}
	if (!chance(5)) /* else the calls go on with an allocator that will fail */
		palloc_fail_nth(0);
	if (p->id.v != lp || p->state != PART_READY)
		differs("the new partition is not number %u, or not ready", lp);
	adopt_partition(m, lp, mp->restart);
	if (chance(70)) {
		lock_take(&hv.lock);
		if (partition_start(p))
			differs("partition %u cannot be started", lp);
		lock_drop(&hv.lock);
		m_start(m, lp);
	}
}

/* ---- processors ---------------------------------------------------------------------------- */

static void unload(unsigned cpu)
{
	set_cpu(cpu);
	cpu_unload(hv.cpu[cpu]);
	m_switch(m, cpu, 0, 0);
}

/* A PC's guest takes what it is given, and may not want more of it for a while. */
static void pc_given(struct vcpu *v, struct m_vcpu *a, int vector)
{
	struct um_pc *pc = &v->arch.pcx;

	if (pc->injected != (vector >= 0) || (pc->injected && pc->event.vector != vector))
		differs("vcpu %u is given %d in the place of %d", v->index,
			pc->injected ? pc->event.vector : -1, vector);
	if (!pc->injected)
		return;
	if (pc->event.type != (vector == PC_EXC_NMI ? PC_EVENT_NMI : PC_EVENT_INTR) ||
	    pc->event.has_error)
		differs("vcpu %u is given %d as something else", v->index, vector);
	pc->injected = false;
	if (pc->event.type == PC_EVENT_NMI)
		a->srr1 = pc->blocked |= chance(50) ? PC_READY_NMI : 0;
	else if (chance(60))
		a->msr = v->arch.pc.rflags &= ~RFLAGS_IF;
}

void env_enter(unsigned lp, unsigned vc)
{
	struct vcpu *v = hv.part[lp]->vcpu[vc];

	v->part->machine->before_run(v);
	if (m->more[lp].pc)
		pc_given(v, &m->s.part[lp].vcpu[vc], mp_enter(m, lp, vc));
	else
		m_enter(m, lp, vc);
}

static void load(unsigned lp, unsigned vc)
{
	struct vcpu *v = hv.part[lp]->vcpu[vc];
	struct cpu *c = hv.cpu[v->cpu];

	set_cpu(c->id);
	if (!cpu_load(c, v))
		differs("partition %u vcpu %u cannot be loaded", lp, vc);
	m_switch(m, c->id, lp, vc);
	env_enter(lp, vc);
	c->resched = false;
}

/* CPUs look at what they were told, sooner or later. */
void env_settle(void)
{
	for (unsigned i = 0; i < M_CPUS; i++) {
		const struct m_part *p = &m->s.part[m->s.cpu[i].loaded_part];

		if (!m->s.cpu[i].loaded_part)
			continue;
		if (p->state == M_RUNNING && p->vcpu[m->s.cpu[i].loaded_vcpu].online)
			continue;
		if (chance(70))
			unload(i);
	}
}

static bool can_run(unsigned cpu, u64 ent)
{
	unsigned lp, vc;

	return m_ent(m, cpu, ent, &lp, &vc) && m->s.part[lp].vcpu[vc].sched == M_RUN;
}

/* The owner of the slot, who was given it, or for slack whoever can run. */
static bool choice_is_right(unsigned cpu, const struct vcpu *v)
{
	u64 owner = m_slot_owner(m, cpu), gift = m->s.cpu[cpu].gift;
	u64 chosen = v ? v->index_on_cpu : M_DEAD;

	if (m->gift_owned[cpu] && can_run(cpu, gift))
		return chosen == gift;
	if (can_run(cpu, owner))
		return chosen == owner;
	if (can_run(cpu, gift))
		return chosen == gift;
	return v ? can_run(cpu, chosen) : m_next_ready(m, cpu, 0) == M_DEAD;
}

/* The CPU asks its scheduler, and runs who is chosen. */
static void turn(void)
{
	unsigned cpu = (unsigned)drive_random(M_CPUS);
	struct vcpu *v;
	u64 until;

	set_cpu(cpu);
	v = sched_pick(&hv.cpu[cpu]->sched, arch_now(), &until);
	m_tick(m, cpu);
	if (!choice_is_right(cpu, v))
		differs("CPU %u: the scheduler chose number %d", cpu, v ? v->index_on_cpu : -1);
	if (!v)
		unload(cpu);
	else if (m->s.part[v->part->id.v].vcpu[v->index].sched != M_RUN)
		differs("CPU %u: the scheduler chose who cannot run", cpu);
	else
		load(v->part->id.v, v->index);
}

/* Somebody who can make a call, loaded and ready for it. */
bool env_caller(unsigned *lp, unsigned *vc)
{
	unsigned found[M_PARTS * M_VCPUS + M_CPUS], n = 0, who;

	for (unsigned i = 1; i <= M_PARTS; i++)
		for (unsigned k = 0; k < m->s.part[i].nvcpus; k++)
			if (m->s.part[i].state == M_RUNNING && m->s.part[i].vcpu[k].sched == M_RUN)
				found[n++] = i << 8 | k;
	/* a vcpu of a partition that was just stopped elsewhere is still on its way */
	for (unsigned i = 0; i < M_CPUS && chance(30); i++) {
		*lp = (unsigned)m->s.cpu[i].loaded_part;
		*vc = (unsigned)m->s.cpu[i].loaded_vcpu;
		if (!*lp)
			continue;
		if (m->more[*lp].pc ? m->s.part[*lp].vcpu[*vc].sched == M_OFF
				    : m->s.part[*lp].state != M_RUNNING &&
					      m->s.part[*lp].vcpu[*vc].online) {
			set_cpu(i);
			hv.cpu[i]->resched = false;
			return true;
		}
	}
	if (!n)
		return false;
	who = found[drive_random(n)];
	*lp = who >> 8;
	*vc = who & 0xff;
	load(*lp, *vc);
	return true;
}

/* ---- destruction and restart --------------------------------------------------------------- */

/* What a step may do to a dying partition: less and less, and nothing is lost on the way. */
static void dying(unsigned lp, const struct m_state *real)
{
	struct m_part *p = &m->s.part[lp];
	const struct m_part *r = &real->part[lp];
	u64 back = p->pages + p->pool - r->pages - r->pool;

	if (r->state != M_DYING && r->state != M_GONE)
		differs("partition %u came back from the dead", lp);
	if (r->pages > p->pages || r->pool > p->pool || r->nvcpus > p->nvcpus || r->pins > p->pins)
		differs("partition %u grows while it dies", lp);
	for (unsigned i = (unsigned)r->nvcpus; i < p->nvcpus; i++)
		if (m->s.cpu[m->more[lp].vcpu[i].cpu].gift == m->more[lp].vcpu[i].ent)
			m->s.cpu[m->more[lp].vcpu[i].cpu].gift = M_DEAD;
	if (r->state == M_GONE) {
		back++; /* its own page */
		m->s.hv_frames--;
	}
	m->s.free_pages += back;
	m->s.free_frames += back;
	*p = *r;
}

static void reap(void)
{
	struct m_state real;
	u32 mortal = 0;

	set_cpu((unsigned)drive_random(M_CPUS));
	for (unsigned i = 1; i <= M_PARTS; i++)
		mortal |= (u32)(m->s.part[i].state == M_DYING) << i;
	for (u64 n = 1 + drive_random(4); n && partition_reap(); n--)
		;
	abstract_state(&real);
	for (unsigned i = 1; i <= M_PARTS; i++) {
		struct m_part *p = &m->s.part[i];

		if (p->state == M_DYING) {
			dying(i, &real);
		} else if (p->state == M_RESTARTING && real.part[i].state == M_RUNNING) {
			m_again(m, i);
			drive.all = true;
		} else if (p->state == M_RESTARTING && !real.part[i].pins) {
			m_unpin(m, i);
		}
	}
	pages_released(m, mortal);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void clock_step(void)
{
	u64 step = 1ull << drive_random(chance(2) ? 44 : 28);

	um_advance(step + drive_random(1000));
	m->now = arch_now();
	m_expire(m);
}

static void input(void)
{
	unsigned lp = 1 + (unsigned)drive_random(M_PARTS), n = 1 + (unsigned)drive_random(40);
	u8 frame[3 + 40] = { CONSOLE_SOF, (u8)lp, (u8)n };

	for (unsigned i = 0; i < n; i++)
		frame[3 + i] = (u8)drive_random(256);
	set_cpu(0);
	um_input((const char *)frame, 3 + n);
	console_poll(arch_now());
	m_input(m, lp, frame + 3, n);
}

/* The guest changes its own registers, and arms its decrementer. */
static void papr_step(unsigned lp, unsigned vc)
{
	static const u64 bits[] = { MSR_EE, MSR_EE, MSR_IR | MSR_DR, MSR_IR, MSR_LE, MSR_ME };
	struct vcpu *v = hv.part[lp]->vcpu[vc];
	struct m_vcpu *a = &m->s.part[lp].vcpu[vc];

	a->msr = v->arch.papr.msr ^= bits[drive_random(ARRAY_SIZE(bits))];
	a->nip = v->arch.papr.nip = drive_random(KIB(64)) * 4;
	if (chance(50))
		a->dec = v->arch.dec = chance(30) ? TIME_NEVER : m->now + drive_random(4000000);
}

/* The same on a PC; a guest at a HLT goes nowhere. */
static void pc_step(unsigned lp, unsigned vc)
{
	struct vcpu *v = hv.part[lp]->vcpu[vc];
	struct m_vcpu *a = &m->s.part[lp].vcpu[vc];

	if (chance(60))
		a->msr = v->arch.pc.rflags ^= RFLAGS_IF;
	if (chance(40))
		a->srr1 = v->arch.pcx.blocked = chance(70) ? 0 : (unsigned)drive_random(4);
	if (!pc_must_halt(lp, vc))
		a->nip = v->arch.pc.rip = drive_random(KIB(64));
	env_enter(lp, vc); /* what became possible comes at once */
}

static void guest_step(unsigned lp, unsigned vc)
{
	if (m->more[lp].pc)
		pc_step(lp, vc);
	else
		papr_step(lp, vc);
}

static void outside(unsigned lp)
{
	lock_take(&hv.lock);
	if (m->s.part[lp].state == M_STOPPED) {
		partition_destroy(hv.part[lp]);
		m_destroy(m, lp);
	} else {
		partition_stop(hv.part[lp], STOP_ORDER);
		m_stop(m, lp, M_ORDER);
	}
	lock_drop(&hv.lock);
}

void env_step(void)
{
	unsigned lp, vc;

	m->here = arch_cpu_self();
	switch (drive_random(12)) {
	case 0:
		create();
		break;
	case 1:
	case 2:
		reap();
		break;
	case 3:
	case 4:
		clock_step();
		break;
	case 5:
		input();
		break;
	case 6:
	case 7:
	case 8:
		turn();
		break;
	case 9:
	case 10:
		if (env_caller(&lp, &vc) && m->s.part[lp].state == M_RUNNING)
			guest_step(lp, vc);
		break;
	default:
		lp = 1 + (unsigned)drive_random(M_PARTS);
		vc = (unsigned)drive_random(M_VCPUS);
		if (m->s.part[lp].state == M_STOPPED || m->s.part[lp].state == M_READY) {
			if (chance(20))
				outside(lp);
		} else if (m->s.part[lp].state == M_RUNNING && vc < m->s.part[lp].nvcpus) {
			vcpu_wake(hv.part[lp]->vcpu[vc]);
			m_wake(m, lp, vc);
			if (chance(5))
				outside(lp);
		}
	}
}

void env_boot(void)
{
	static struct boot_info bi;
	struct m_state real;

	um_setup(&(struct um_config){ .ncpus = M_CPUS, .ram = M_RAM, .rtc = M_RTC });
	um_lock_count = lock_count;
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	console_init(&hv.console, CONSOLE_FRAMED);
	for (unsigned i = 0; i < M_CPUS; i++)
		hv.cpu[i]->online = true;
	um_advance(1000);
	memset(m, 0, sizeof(*m));
	m->pc = pcs;
	for (unsigned i = 1; i <= M_PARTS; i++) {
		m->more[i].mem = memory[i][0];
		m->more[i].boot = memory[i][1];
	}
	pages_boot(m);
	abstract_state(&real);
	m->s = real;
	free_at_boot = real.free_pages;
	m->now = arch_now();
	m->epoch = hv.cpu[0]->sched.epoch;
	for (unsigned i = 0; i < M_CPUS; i++)
		m->slots[i] = hv.cpu[i]->sched.slot;
	m->slot_ticks = hv.cpu[0]->sched.slot_ticks;
	for (unsigned i = 0; i < M_PARTS - 1; i++)
		create();
}

/* All partitions end; every page comes back. */
void env_end(void)
{
	palloc_fail_nth(0);
	for (unsigned i = 0; i < M_CPUS; i++)
		unload(i);
	lock_take(&hv.lock);
	for (unsigned i = 1; i <= M_PARTS; i++) {
		struct partition *p = partition_find(i);

		if (!p)
			continue;
		p->hold = true; /* so that it is destroyed here, once */
		partition_stop(p, STOP_ORDER);
		partition_destroy(p);
	}
	lock_drop(&hv.lock);
	for (unsigned n = 0; hv.nreap && n < 100000; n++)
		partition_reap();
	if (hv.nalive || hv.nreap || hv.palloc.nfree != free_at_boot || palloc_verify(&hv.palloc))
		differs("at the end %u partitions are left, %lld pages are missing", hv.nalive,
			(long long)(free_at_boot - hv.palloc.nfree));
}
