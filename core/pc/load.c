// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a PC guest finds at its start: ACPI tables, boot information in the form its `start` names,
 * and registers that point at it. All of it stands below 1 MiB. Next: start.c (the two forms),
 * acpi.c.
 */
#include "start.h"

#include "gcopy.h"
#include "hvstring.h"
#include "log.h"
#include "panic.h"
#include "pool.h"

#define BUF_ORDER 2 /* the larger of both blocks */

static const struct protocol {
	const char *name;
	void (*build)(const struct partition *p, const struct manifest_part *mp, u8 *buf);
	u32 eax;
} protocols[] = {
	{ "pvh", pc_start_pvh, 0 },
	{ "multiboot", pc_start_multiboot, PC_MULTIBOOT_MAGIC },
};

static const struct protocol *find(const char *name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!*name || strcmp(name, protocols[i].name) == 0)
			return &protocols[i];
	return NULL;
}

static bool overlap(u64 a, u64 an, u64 b, u64 bn)
{
	return an && bn && a < b + bn && b < a + an;
}

/*
 * What stands at the processor's reset vector: MOV AL, 6; MOV DX, 0xcf9; OUT DX, AL; HLT; JMP back.
 * A kernel without a better way to reboot jumps there in real mode, as if there were a BIOS.
 */
static const u8 reset_code[] = { 0xb0, 0x06, 0xba, PC_RESET_PORT & 0xff, PC_RESET_PORT >> 8, 0xee,
				 0xf4, 0xeb, 0xfd };

/* Does a segment of the images stand where we write? */
static err_t check_segments(const struct manifest_part *mp)
{
	static const struct {
		u64 at, size;
	} ours[] = { { PC_BOOT, PC_BOOT_END - PC_BOOT },
		     { PC_ACPI, PC_ACPI_SIZE },
		     { PC_RESET_VECTOR, sizeof(reset_code) } };

	for (unsigned i = 0; i < mp->nseg; i++)
		for (unsigned k = 0; k < ARRAY_SIZE(ours); k++) {
			u64 at = mp->seg[i].dest.v, n = MAX(mp->seg[i].filesz, mp->seg[i].memsz);

			if (!overlap(at, n, ours[k].at, ours[k].size))
				continue;
			log_error("%s: segments: 0x%llx + 0x%llx overlaps 0x%llx .. 0x%llx, where "
				  "boot information and ACPI tables stand",
				  mp->name, (unsigned long long)at, (unsigned long long)n,
				  (unsigned long long)ours[k].at,
				  (unsigned long long)(ours[k].at + ours[k].size));
			return HV_EINVAL;
		}
	return HV_OK;
}

static err_t check(const struct partition *p, const struct manifest_part *mp)
{
	if (mp->memory < MIB(1)) {
		log_error("%s: memory: a pc partition needs at least 1 MiB", mp->name);
		return HV_EINVAL;
	}
	if (!find(mp->start)) {
		log_error("%s: start: a pc partition has no \"%s\"", mp->name, mp->start);
		return HV_EINVAL;
	}
	if (mp->entry.v >> 32 || !gmem_contains(p, mp->entry, 1)) {
		log_error("%s: entry: 0x%llx is not in its memory below 4 GiB", mp->name,
			  (unsigned long long)mp->entry.v);
		return HV_EINVAL;
	}
	if (mp->initrd_size && (mp->initrd.v + mp->initrd_size) >> 32) {
		log_error("%s: initrd: 0x%llx + 0x%llx is not below 4 GiB", mp->name,
			  (unsigned long long)mp->initrd.v, (unsigned long long)mp->initrd_size);
		return HV_EINVAL;
	}
	return check_segments(mp);
}

/* Checked: what is written here stands in p's memory. */
static void write_all(struct partition *p, const struct manifest_part *mp, u8 *buf)
{
	const struct protocol *pr = find(mp->start);
	const struct pc_start s = {
		.kind = PC_START_FLAT32, .entry = mp->entry, .eax = pr->eax, .ebx = PC_BOOT
	};

	CHECK(pc_acpi_build(p, buf, PC_ACPI_SIZE) <= PC_ACPI_SIZE);
	CHECK(gcopy_load(p, GPA(PC_ACPI), buf, PC_ACPI_SIZE) == HV_OK);
	CHECK(gcopy_load(p, GPA(PC_RESET_VECTOR), reset_code, sizeof(reset_code)) == HV_OK);
	memset(buf, 0, PC_BOOT_END - PC_BOOT);
	pr->build(p, mp, buf);
	CHECK(gcopy_load(p, GPA(PC_BOOT), buf, PC_BOOT_END - PC_BOOT) == HV_OK);
	arch_pc_reset(&p->vcpu[0]->arch, &s);
}

err_t pc_load(struct partition *p, const struct manifest_part *mp)
{
	err_t err = check(p, mp);
	u8 *buf;

	if (err)
		return err;
	buf = pool_get(&p->pool, BUF_ORDER, false);
	if (!buf) {
		log_error("%s: no memory for its tables", mp->name);
		return HV_ENOMEM;
	}
	write_all(p, mp, buf);
	if (mp->restart) {
		pc_part(p)->buf = buf; /* a restart cannot fail */
		return HV_OK;
	}
	pool_put(&p->pool, buf, BUF_ORDER, false);
	return HV_OK;
}

void pc_forget(struct partition *p)
{
	pool_put(&p->pool, pc_part(p)->buf, BUF_ORDER, false);
	pc_part(p)->buf = NULL;
}

void pc_reload(struct partition *p)
{
	write_all(p, p->boot, pc_part(p)->buf);
}
