// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XIVE in exploitation mode, as far as the hypervisor needs it: one IPI for each CPU, by which
 * others make it leave its guest or its sleep. The event queue only has to exist: what a kick
 * means is in the core's state. All accesses are cache-inhibited. Next: cpu.c.
 */
#include "port.h"

#define XIVE_EXPLOITATION 1
#define ANY_CHIP	  0xffffffffu
#define IPI_PRIO	  6
#define QUEUE_ENABLED	  1
#define QUEUE_ALWAYS	  2
#define QUEUE_SHIFT	  12

/* Thread management area: the CPU's own context, hypervisor's view */
#define TIMA_CPPR 0x31
#define TIMA_ACK  0x830
#define CPPR_OPEN 0xff

/* Event state page of a source: a load at this offset sets P = Q = 0 */
#define ESB_RESET 0xc00

static void store8(u64 at, u8 v)
{
	asm volatile("sync; stbcix %0, 0, %1" : : "r"(v), "r"(at) : "memory");
}

static void store64(u64 at, u64 v)
{
	asm volatile("sync; stdcix %0, 0, %1" : : "r"(v), "r"(at) : "memory");
}

static u64 load64(u64 at)
{
	u64 v;

	asm volatile("ldcix %0, 0, %1; twi 0, %0, 0; isync" : "=r"(v) : "r"(at) : "memory");
	return v;
}

static u16 load16(u64 at)
{
	u64 v;

	asm volatile("lhzcix %0, 0, %1; twi 0, %0, 0; isync" : "=r"(v) : "r"(at) : "memory");
	return (u16)v;
}

err_t xive_reset(void)
{
	return opal_call(OPAL_XIVE_RESET, XIVE_EXPLOITATION) ? HV_ENOTSUP : HV_OK;
}

err_t xive_cpu_init(struct arch_cpu *c)
{
	s64 irq = opal_call(OPAL_XIVE_ALLOCATE_IRQ, ANY_CHIP);
	be64_t flags, eoi, trigger;
	be32_t shift, chip;

	if (irq < 0)
		return HV_EIO;
	if (opal_call(OPAL_XIVE_GET_IRQ_INFO, irq, &flags, &eoi, &trigger, &shift, &chip) ||
	    opal_call(OPAL_XIVE_SET_QUEUE_INFO, c->pir, IPI_PRIO, c->queue, QUEUE_SHIFT,
		      QUEUE_ENABLED | QUEUE_ALWAYS) ||
	    opal_call(OPAL_XIVE_SET_IRQ_CONFIG, irq, c->pir, IPI_PRIO, irq))
		return HV_EIO;
	c->ipi_eoi = be64_to_cpu(eoi);
	store8(platform.tima + TIMA_CPPR, CPPR_OPEN);
	load64(c->ipi_eoi + ESB_RESET);
	arch_barrier();
	c->ipi_trigger = be64_to_cpu(trigger);
	return HV_OK;
}

void xive_ack(struct arch_cpu *c)
{
	u16 ack = load16(platform.tima + TIMA_ACK);

	if (ack >> 8 == 0)
		return;
	load64(c->ipi_eoi + ESB_RESET);
	store8(platform.tima + TIMA_CPPR, CPPR_OPEN);
}

void arch_cpu_kick(unsigned cpu)
{
	if (cpus[cpu].ipi_trigger)
		store64(cpus[cpu].ipi_trigger, 0);
}
