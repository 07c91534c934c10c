// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices in memory: the local APIC of the vcpu that asks, and the I/O APIC. Elsewhere outside
 * memory reads give ones and writes are lost. Next: apic_reg.c, ioapic.c.
 */
#include "pc.h"

#define APIC_SIZE   0x1000
#define IOAPIC_SIZE 0x1000

static bool in_apic(struct vcpu *v, u64 addr)
{
	const struct pc_apic *a = &pc_vcpu(v)->apic;

	return addr - PC_APIC_BASE < APIC_SIZE && pc_apic_on(a) && !pc_apic_x2(a);
}

static bool in_ioapic(u64 addr)
{
	return addr - PC_IOAPIC_BASE < IOAPIC_SIZE;
}

/* Registers have 32 bits, each at a multiple of 16 (I/O APIC: two of them). */
static u32 read32(struct vcpu *v, u64 addr)
{
	u64 val = 0;

	if (in_apic(v, addr)) {
		pc_apic_read(v, (u32)(addr - PC_APIC_BASE) >> 4, &val);
	} else {
		lock_take(&v->part->lock);
		val = pc_ioapic_read(&pc_part(v->part)->ioapic, (u32)(addr - PC_IOAPIC_BASE));
		lock_drop(&v->part->lock);
	}
	return (u32)val;
}

u64 pc_mmio_read(struct vcpu *v, u64 addr, u8 size)
{
	u64 reg = ALIGN_DOWN(addr, 16), val;
	unsigned off = addr & 15;

	if (!in_apic(v, addr) && !in_ioapic(addr))
		return ~0ull;
	val = read32(v, reg);
	/* parts of a register, and what stands beside it: nothing */
	return off < 4 && size <= 4 ? val >> 8 * off : 0;
}

bool pc_mmio_write(struct vcpu *v, u64 addr, u8 size, u64 val)
{
	if (addr & 15 || size != 4)
		return true;
	if (in_apic(v, addr))
		return pc_apic_write(v, (u32)(addr - PC_APIC_BASE) >> 4, (u32)val) != HV_EAGAIN;
	if (in_ioapic(addr)) {
		lock_take(&v->part->lock);
		pc_ioapic_write(v->part, (u32)(addr - PC_IOAPIC_BASE), (u32)val);
		lock_drop(&v->part->lock);
	}
	return true;
}
