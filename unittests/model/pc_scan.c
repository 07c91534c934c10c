// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every port, model-specific register, device register and CPUID leaf once, in order: so that one
 * that the machine has and the specification does not know (or the other way round) is found at
 * once, and not by luck.
 */
#include <stdio.h>

#include "pc_access.h"
#include "um.h"

#define APIC   0xfee00000u
#define IOAPIC 0xfec00000u

static struct mp_call who;

static void access_one(struct pc_access a)
{
	if (!oracle_differs)
		pc_judge(&who, &a);
}

static void msrs(u64 from, u64 n)
{
	for (u64 i = 0; i < n; i++) {
		access_one((struct pc_access){ .kind = PC_MSR, .at = from + i });
		access_one((struct pc_access){ .kind = PC_MSR, .at = from + i, .write = true });
	}
}

static void all_msrs(void)
{
	msrs(0, 0x2000);
	msrs(0x40000000, 0x200); /* other hypervisors' */
	msrs(0x4b564d00, 0x100); /* KVM's */
	msrs(0xc0000000, 0x400);
	msrs(0xc0010000, 0x2000);
}

static void leaves(u64 from)
{
	for (u64 i = 0; i < 0x200; i++)
		for (u64 sub = 0; sub < 4; sub++)
			access_one(
				(struct pc_access){ .kind = PC_CPUID, .at = from + i, .sub = sub });
}

static void registers(void)
{
	for (u64 i = 0; i < 0x1000; i += 16)
		access_one((struct pc_access){ .kind = PC_MEMORY, .at = APIC + i, .size = 4 });
	for (u64 i = 0; i < 256; i++) {
		access_one((struct pc_access){
			.kind = PC_MEMORY, .at = IOAPIC, .val = i, .size = 4, .write = true });
		access_one((struct pc_access){ .kind = PC_MEMORY, .at = IOAPIC + 16, .size = 4 });
	}
}

static void ports(void)
{
	for (u64 i = 0; i < 0x10000; i++)
		access_one((struct pc_access){ .kind = PC_PORT, .at = i, .size = 1 });
	for (u64 i = 0; i < 128; i++) {
		access_one((struct pc_access){
			.kind = PC_PORT, .at = 0x70, .val = i, .size = 1, .write = true });
		access_one((struct pc_access){ .kind = PC_PORT, .at = 0x71, .size = 1 });
	}
}

static void mode(u64 base)
{
	access_one((struct pc_access){ .kind = PC_MSR, .at = 0x1b, .val = base, .write = true });
}

/* On the first processor of a PC that runs. */
static void scan(void)
{
	unsigned lp, vc;

	env_boot();
	for (unsigned i = 0; i < 1000; i++) {
		if (!env_caller(&lp, &vc)) {
			env_step();
			continue;
		}
		if (!drive.m.more[lp].pc || vc || pc_must_halt(lp, vc))
			continue;
		who = mp_call(&drive.m, lp, vc);
		registers();
		ports();
		all_msrs();
		mode(0xfee00d00);
		all_msrs();
		leaves(0);
		leaves(0x40000000);
		leaves(0x80000000);
		return;
	}
	differs("no PC ran");
}

bool pc_scan(void)
{
	int end;

	drive_start(1);
	end = um_catch(scan());
	if (end != UM_NO_END)
		differs("the machine ended with %d", end);
	um_teardown();
	if (oracle_differs)
		printf("FAILED scan\n");
	return !oracle_differs;
}
