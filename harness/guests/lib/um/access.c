/* SPDX-License-Identifier: BSD-2-Clause */
/* access.h, and what of guest.h is the same on both machines. Next: papr/cpu.c, pc/cpu.c. */
#include "cpu.h"

const struct guest *g_this(void)
{
	return self()->guest;
}

void guest_publish(const char *name, void (*enter)(u64 info))
{
	if (UM(program)(name, enter))
		__builtin_trap();
}

void g_handler(enum g_irq n, void (*fn)(void *arg), void *arg)
{
	bool on = g_irqs(false);

	self()->irq[n].fn = fn;
	self()->irq[n].arg = arg;
	g_irqs(on);
}

const struct g_fault *g_fault(void)
{
	return &self()->fault;
}

u64 g_faults(void)
{
	return self()->nfaults;
}

void access_begin(void)
{
	self()->trying = true;
	self()->faulted = false;
}

bool access_end(void)
{
	self()->trying = false;
	return !self()->faulted;
}

bool g_try_load(u64 addr, unsigned size, u64 *val)
{
	u64 v;

	access_begin();
	switch (size) {
	case 1:
		v = UM(ld8)(addr);
		break;
	case 2:
		v = UM(ld16)(addr);
		break;
	case 4:
		v = UM(ld32)(addr);
		break;
	default:
		v = UM(ld64)(addr);
	}
	if (!access_end())
		return false;
	*val = v;
	return true;
}

bool g_try_store(u64 addr, unsigned size, u64 val)
{
	access_begin();
	switch (size) {
	case 1:
		UM(st8)(addr, (u8)val);
		break;
	case 2:
		UM(st16)(addr, (u16)val);
		break;
	case 4:
		UM(st32)(addr, (u32)val);
		break;
	default:
		UM(st64)(addr, val);
	}
	return access_end();
}

/* Each address is itself, with translation or without. */
void g_translated(void (*fn)(void *arg), void *arg)
{
	bool on = g_irqs(false);

	fn(arg);
	g_irqs(on);
}

s64 g_hcall(u64 nr, const u64 *args, u64 *rets)
{
	return UM(hcall)(nr, args, G_MAX_ARGS, rets, rets ? G_MAX_ARGS : 0);
}

u64 g_add(u64 addr, u64 n)
{
	u64 old;

	do
		old = UM(ld64)(addr);
	while (UM(cas64)(addr, old, old + n) != old);
	return old + n;
}

void g_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void g_relax(void)
{
	UM(compute)(1000); /* long enough that another CPU gets its turn */
}

unsigned g_vcpu(void)
{
	return um_vcpu_index();
}
