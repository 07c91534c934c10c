// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual CPUs: creation, and the few ways they start, wait and wake. Next: sched.c (who runs),
 * loop.c (the loop that runs them).
 */
#include "vcpu.h"

#include "hv.h"
#include "nospec.h"
#include "panic.h"
#include "partition.h"

#define VCPU_ORDER palloc_order(sizeof(struct vcpu))

err_t vcpu_create(struct partition *p, unsigned index, unsigned cpu, unsigned nslots)
{
	struct vcpu *v = pool_get(&p->pool, VCPU_ORDER, false);
	err_t err;

	if (!v)
		return HV_ENOMEM;
	v->part = p;
	v->index = index;
	v->cpu = cpu;
	lock_init(&v->lock, LOCK_VCPU, "vcpu");
	err = arch_vcpu_init(&v->arch, &p->gspace, index, &p->pool);
	if (err)
		goto free;
	err = sched_admit(&hv.cpu[cpu]->sched, v, nslots);
	if (err)
		goto arch;
	err = p->machine->vcpu_init(v);
	if (err)
		goto sched;
	p->vcpu[index] = v;
	return HV_OK;
sched:
	p->machine->vcpu_fini(v);
	sched_remove(&hv.cpu[cpu]->sched, v);
arch:
	arch_vcpu_fini(&v->arch);
free:
	pool_put(&p->pool, v, VCPU_ORDER, false);
	return err;
}

void vcpu_destroy(struct vcpu *v)
{
	struct partition *p = v->part;

	CHECK(!v->loaded);
	p->vcpu[v->index] = NULL;
	p->machine->vcpu_fini(v);
	sched_remove(&hv.cpu[v->cpu]->sched, v);
	arch_vcpu_fini(&v->arch);
	pool_put(&p->pool, v, VCPU_ORDER, false);
}

struct vcpu *vcpu_find(struct partition *p, u64 index)
{
	return index < p->nvcpus ? p->vcpu[nospec(index, p->nvcpus)] : NULL;
}

/* Make a CPU ask its scheduler again soon. */
static void resched(unsigned cpu)
{
	if (cpu == arch_cpu_self())
		hv.cpu[cpu]->resched = true;
	else
		arch_cpu_kick(cpu);
}

void vcpu_wake(struct vcpu *v)
{
	if (sched_wake(&hv.cpu[v->cpu]->sched, v, arch_now()))
		resched(v->cpu);
}

void vcpu_unblock(struct vcpu *v)
{
	if (sched_unblock(&hv.cpu[v->cpu]->sched, v, arch_now()))
		resched(v->cpu);
}

void vcpu_block(struct vcpu *v, u64 wake)
{
	if (sched_block(&hv.cpu[v->cpu]->sched, v, wake, arch_now()))
		hv.cpu[v->cpu]->resched = true;
}

void vcpu_kick(struct vcpu *v)
{
	if (v->cpu != arch_cpu_self() && v->loaded)
		arch_cpu_kick(v->cpu);
}

void vcpu_online(struct vcpu *v)
{
	CHECK(!v->online);
	v->online = true;
	sched_on(&hv.cpu[v->cpu]->sched, v, arch_now());
	resched(v->cpu);
}

void vcpu_offline(struct vcpu *v)
{
	v->online = false;
	sched_off(&hv.cpu[v->cpu]->sched, v, arch_now());
	resched(v->cpu);
}
