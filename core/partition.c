// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Partitions: the life of one from start to the return of its last page, and the calls on it.
 * Next: create.c (how one is built), gmem.c (its memory), vcpu.c (its processors).
 */
#include "partition.h"

#include "console.h"
#include "dispatch.h"
#include "hv.h"
#include "hvstring.h"
#include "log.h"
#include "nospec.h"
#include "panic.h"
#include "vcpu.h"

#define REAP_PAGES 64 /* one step: about 5,000 instructions of scrubbing */

const char *part_state_name(enum part_state s)
{
	static const char *const name[] = { "gone",    "created", "ready",     "running",
					    "stopped", "dying",	  "restarting" };

	return s < ARRAY_SIZE(name) ? name[s] : "?";
}

const char *stop_reason_name(enum stop_reason r)
{
	static const char *const name[] = { "",	       "powered off", "asked for a reboot",
					    "crashed", "was killed",  "was stopped by a call" };

	return r < ARRAY_SIZE(name) ? name[r] : "?";
}

struct partition *partition_find(u64 lpid)
{
	struct partition *p;

	ASSERT(lock_held(&hv.lock));
	if (lpid == 0 || lpid > MAX_PARTITIONS)
		return NULL;
	p = hv.part[nospec(lpid, MAX_PARTITIONS + 1)];
	return p && p->state >= PART_READY ? p : NULL;
}

err_t partition_start(struct partition *p)
{
	if (p->state != PART_READY)
		return HV_ESTATE;
	p->state = PART_RUNNING;
	lock_take(&p->lock);
	vcpu_online(p->vcpu[0]);
	lock_drop(&p->lock);
	return HV_OK;
}

/* Take every vcpu off its scheduler and make CPUs that run one let go of it. */
static void halt_vcpus(struct partition *p) REQUIRES(&p->lock)
{
	for (unsigned i = 0; i < p->nvcpus; i++) {
		struct vcpu *v = p->vcpu[i];

		sched_off(&hv.cpu[v->cpu]->sched, v, arch_now());
		if (v->cpu == arch_cpu_self())
			this_cpu()->resched = true;
		else
			arch_cpu_kick(v->cpu);
	}
}

/* Is there nothing that runs, or may run again? LOCK_HV held. */
static bool machine_is_empty(void) REQUIRES(&hv.lock)
{
	if (!hv.started)
		return false;
	for (unsigned i = 1; i <= MAX_PARTITIONS; i++)
		if (hv.part[i] && hv.part[i]->state != PART_STOPPED)
			return false;
	return true;
}

void partition_machine_ends(void)
{
	if (!atomic_exchange(&hv.empty, false))
		return;
	log_info("no partition is left: the machine ends");
	console_finish();
	arch_poweroff(0);
}

err_t partition_stop(struct partition *p, enum stop_reason why)
{
	bool again = why == STOP_REBOOT && p->boot;

	if (p->state == PART_RESTART)
		atomic_fetch_sub(&hv.nreap, 1); /* its vcpus are off already */
	else if (p->state != PART_RUNNING && p->state != PART_READY)
		return HV_ESTATE;
	log_info("partition %s %s", p->name, stop_reason_name(why));
	p->reason = why;
	p->state = again ? PART_RESTART : PART_STOPPED;
	lock_take(&p->lock); /* no vcpu_online on the way */
	halt_vcpus(p);
	lock_drop(&p->lock);
	if (again) {
		p->unpinned = false;
		p->restart_done = 0;
		atomic_fetch_add(&hv.nreap, 1);
	} else if (!p->hold) {
		return partition_destroy(p);
	} else {
		console_stopped(p->id);
		if (machine_is_empty())
			atomic_store(&hv.empty, true);
	}
	return HV_OK;
}

void partition_stop_self(struct vcpu *v, enum stop_reason why)
{
	lock_take(&hv.lock);
	partition_stop(v->part, why);
	lock_drop(&hv.lock);
	/* When somebody else was quicker, too: what ended v could come again before a kick does. */
	this_cpu()->resched = true;
}

err_t partition_destroy(struct partition *p)
{
	if (p->state != PART_STOPPED)
		return HV_ESTATE;
	p->state = PART_DYING;
	p->unpinned = false;
	atomic_fetch_add(&hv.nreap, 1);
	return HV_OK;
}

void partition_kill(struct vcpu *v, const char *why, u64 code)
{
	char regs[1024], *line = regs;

	log_error("partition %s vcpu %u killed: %s (0x%llx)", v->part->name, v->index, why,
		  (unsigned long long)code);
	arch_vcpu_dump(&v->arch, regs, sizeof(regs));
	while (*line) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		log_error("  %s", line);
		line = end ? end + 1 : line + strlen(line);
	}
	partition_stop_self(v, STOP_KILLED);
}

void partition_abandon(struct partition *p)
{
	hv.part[p->id.v] = NULL;
	hv.nalive--;
	palloc_put(&hv.palloc, arch_pa(p), 1, FRAME_HV, (lpid_t){ 0 });
}

/* Last step: everything but the object itself has been given back. LOCK_HV held. */
static void release(struct partition *p) REQUIRES(&hv.lock)
{
	CHECK(p->mem.n == 0 && p->nvcpus == 0);
	arch_gspace_fini(&p->gspace);
	p->machine->part_fini(p);
	CHECK(p->pool.used == 0);
	log_info("partition %s is gone: %llu pages returned, %llu of %llu free", p->name,
		 (unsigned long long)p->pages_at_start, (unsigned long long)(hv.palloc.nfree + 1),
		 (unsigned long long)hv.palloc.ntotal);
	partition_abandon(p);
}

/* One bounded piece of p's destruction. True when p is gone. LOCK_HV held, nothing loaded. */
static bool reap_step(struct partition *p) REQUIRES(&hv.lock)
{
	err_t err;

	lock_take(&p->lock);
	if (!p->unpinned) {
		p->machine->unpin(p);
		p->unpinned = true;
		err = HV_EAGAIN;
	} else if (p->nvcpus) {
		vcpu_destroy(p->vcpu[--p->nvcpus]);
		err = HV_EAGAIN;
	} else {
		err = gmem_reap(p, REAP_PAGES);
	}
	lock_drop(&p->lock);
	if (err == HV_EAGAIN)
		return false;
	CHECK(err == HV_OK);
	release(p);
	return true;
}

/*
 * A partition that waits for partition_reap and that no CPU has loaded any more; the one served
 * last as long as it waits, then the next number, so that none comes before its turn.
 */
static struct partition *next_waiting(void) REQUIRES(&hv.lock)
{
	for (unsigned i = 0; i < MAX_PARTITIONS; i++) {
		unsigned id = (hv.reap_at + i) % MAX_PARTITIONS + 1;
		struct partition *p = hv.part[id];

		if (p && (p->state == PART_DYING || p->state == PART_RESTART) &&
		    atomic_load(&p->nloaded) == 0) {
			hv.reap_at = id - 1;
			return p;
		}
	}
	return NULL;
}

bool partition_reap(void)
{
	struct partition *p;
	lpid_t gone = { 0 };
	bool empty = false;

	if (!lock_try(&hv.lock))
		return false; /* another CPU is at it */
	p = next_waiting();
	if (p && p->state == PART_RESTART) {
		if (partition_restart_step(p)) {
			atomic_fetch_sub(&hv.nreap, 1);
			hv.reap_at++; /* or it could come again at once */
		}
	} else if (p) {
		lpid_t id = p->id;

		if (reap_step(p)) {
			gone = id;
			atomic_fetch_sub(&hv.nreap, 1);
			empty = machine_is_empty();
		}
	}
	lock_drop(&hv.lock);
	if (gone.v)
		console_partition(gone, false);
	if (empty) {
		atomic_store(&hv.empty, true);
		partition_machine_ends();
	}
	return p != NULL;
}

void partition_destroy_now(struct partition *p)
{
	if (p->state == PART_READY)
		p->state = PART_STOPPED;
	if (p->state == PART_STOPPED)
		partition_destroy(p);
	while (!reap_step(p))
		;
	atomic_fetch_sub(&hv.nreap, 1);
	if (machine_is_empty()) /* the others may have gone meanwhile */
		atomic_store(&hv.empty, true);
}

s64 h_partition_info(struct vcpu *v, u64 lpid, u64 *ret)
{
	struct partition *p;
	s64 s = H_PARAMETER;

	(void)v;
	lock_take(&hv.lock);
	p = partition_find(lpid);
	if (p) {
		ret[0] = p->state;
		ret[1] = p->mem.bytes >> HV_PAGE_SHIFT;
		ret[2] = p->nvcpus;
		s = H_SUCCESS;
	}
	lock_drop(&hv.lock);
	return s;
}

/* The three calls that move a partition through its life differ only in the verb. */
static s64 life_cycle(u64 lpid, err_t (*verb)(struct partition *))
{
	struct partition *p;
	s64 s = H_PARAMETER;

	lock_take(&hv.lock);
	p = partition_find(lpid);
	if (p)
		s = hcall_status(verb(p));
	lock_drop(&hv.lock);
	return s;
}

static err_t stop_by_order(struct partition *p) REQUIRES(&hv.lock)
{
	return partition_stop(p, STOP_ORDER);
}

/* From any live state; one that is being destroyed already is left to it. */
static err_t destroy_by_order(struct partition *p) REQUIRES(&hv.lock)
{
	bool hold = p->hold;
	err_t err;

	if (p->state == PART_STOPPED)
		return partition_destroy(p);
	p->hold = false;
	err = partition_stop(p, STOP_ORDER);
	if (err)
		p->hold = hold;
	return err;
}

s64 h_partition_start(struct vcpu *v, u64 lpid)
{
	(void)v;
	return life_cycle(lpid, partition_start);
}

s64 h_partition_stop(struct vcpu *v, u64 lpid)
{
	(void)v;
	return life_cycle(lpid, stop_by_order);
}

s64 h_partition_destroy(struct vcpu *v, u64 lpid)
{
	(void)v;
	return life_cycle(lpid, destroy_by_order);
}

/* A vcpu of p that lives on this CPU, or NULL. */
static struct vcpu *neighbour(const struct partition *p, const struct vcpu *v)
{
	for (unsigned i = 0; i < p->nvcpus; i++)
		if (p->vcpu[i]->cpu == v->cpu)
			return p->vcpu[i];
	return NULL;
}

/* Only a yield to another partition takes the lock that keeps it alive. */
UNCHECKED_LOCKS s64 h_yield(struct vcpu *v, u64 lpid)
{
	bool locked = lpid && lpid != v->part->id.v;
	struct partition *p = v->part;
	struct vcpu *to = NULL;
	s64 s = H_SUCCESS;

	if (locked) {
		lock_take(&hv.lock);
		p = partition_find(lpid);
	}
	if (lpid && p)
		to = neighbour(p, v);
	if (!p)
		s = H_PARAMETER;
	else if (lpid && !to)
		s = H_NOT_AVAILABLE;
	if (s == H_SUCCESS) {
		struct cpu *c = this_cpu();

		sched_pass(&c->sched, v, to, arch_now());
		c->resched = true;
	}
	if (locked)
		lock_drop(&hv.lock);
	return s;
}
