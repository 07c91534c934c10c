// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Boot information of the two start protocols: struct hvm_start_info of PVH (version 1, as Xen's
 * public headers define it) and the information of Multiboot 0.6.96. Next: load.c.
 */
#include "start.h"

#include "endian.h"
#include "hvstring.h"

#define PVH_MAGIC 0x336ec578
#define AT_MAP	  256 /* offsets in the page: memory map, modules */
#define AT_MODULE 128

struct pvh_info {
	le32_t magic, version, flags, nr_modules;
	le64_t modules, cmdline, rsdp, map;
	le32_t map_entries, reserved;
};

struct pvh_module {
	le64_t at, size, cmdline, reserved;
};

struct pvh_mem {
	le64_t at, size;
	le32_t type, reserved;
};

#define MB_MEM	(1u << 0)
#define MB_CMD	(1u << 2)
#define MB_MODS (1u << 3)
#define MB_MAP	(1u << 6)

struct mb_info {
	le32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods, syms[4];
	le32_t map_length, map;
};

struct mb_module {
	le32_t start, end, string, reserved;
};

struct mb_mem {
	le32_t size; /* of what follows */
	le32_t at[2], len[2], type;
};

/* Up to PC_MEMS pieces, in order; what boot information and tables take is reserved. */
unsigned pc_memory_map(const struct partition *p, struct pc_mem *map)
{
	u64 low = MIN(p->mem.bytes, PC_HOLE);
	unsigned n = 0;

	map[n++] = (struct pc_mem){ 0, PC_BOOT, PC_MEM_RAM };
	map[n++] = (struct pc_mem){ PC_BOOT, PC_BOOT_END - PC_BOOT, PC_MEM_RESERVED };
	map[n++] = (struct pc_mem){ PC_ACPI, MIB(1) - PC_ACPI, PC_MEM_RESERVED };
	if (low > MIB(1))
		map[n++] = (struct pc_mem){ MIB(1), low - MIB(1), PC_MEM_RAM };
	if (p->mem.bytes > low)
		map[n++] = (struct pc_mem){ PC_HOLE_END, p->mem.bytes - low, PC_MEM_RAM };
	return n;
}

static void command_line(const struct manifest_part *mp, u8 *buf)
{
	memcpy(buf + (PC_CMDLINE - PC_BOOT), mp->bootargs, sizeof(mp->bootargs));
}

BUILD_ASSERT(MANIFEST_ARGS <= HV_PAGE_SIZE, "the command line has a page");
BUILD_ASSERT(AT_MAP + PC_MEMS * sizeof(struct pvh_mem) <= HV_PAGE_SIZE, "the map fits");

void pc_start_pvh(const struct partition *p, const struct manifest_part *mp, u8 *buf)
{
	struct pvh_info *info = (struct pvh_info *)buf;
	struct pvh_module *mod = (struct pvh_module *)(buf + AT_MODULE);
	struct pvh_mem *mem = (struct pvh_mem *)(buf + AT_MAP);
	struct pc_mem map[PC_MEMS];
	unsigned n = pc_memory_map(p, map);

	command_line(mp, buf);
	info->magic = cpu_to_le32(PVH_MAGIC);
	info->version = cpu_to_le32(1);
	info->cmdline = cpu_to_le64(PC_CMDLINE);
	info->rsdp = cpu_to_le64(PC_ACPI);
	info->map = cpu_to_le64(PC_BOOT + AT_MAP);
	info->map_entries = cpu_to_le32(n);
	if (mp->initrd_size) {
		info->nr_modules = cpu_to_le32(1);
		info->modules = cpu_to_le64(PC_BOOT + AT_MODULE);
		mod->at = cpu_to_le64(mp->initrd.v);
		mod->size = cpu_to_le64(mp->initrd_size);
	}
	for (unsigned i = 0; i < n; i++) {
		mem[i].at = cpu_to_le64(map[i].at);
		mem[i].size = cpu_to_le64(map[i].size);
		mem[i].type = cpu_to_le32(map[i].type);
	}
}

static void split(le32_t out[2], u64 val)
{
	out[0] = cpu_to_le32((u32)val);
	out[1] = cpu_to_le32((u32)(val >> 32));
}

void pc_start_multiboot(const struct partition *p, const struct manifest_part *mp, u8 *buf)
{
	struct mb_info *info = (struct mb_info *)buf;
	struct mb_module *mod = (struct mb_module *)(buf + AT_MODULE);
	struct mb_mem *mem = (struct mb_mem *)(buf + AT_MAP);
	struct pc_mem map[PC_MEMS];
	unsigned n = pc_memory_map(p, map);

	command_line(mp, buf);
	info->flags = cpu_to_le32(MB_MEM | MB_CMD | MB_MODS | MB_MAP);
	info->mem_lower = cpu_to_le32(PC_BOOT >> 10);
	info->mem_upper = cpu_to_le32((u32)((MIN(p->mem.bytes, PC_HOLE) - MIB(1)) >> 10));
	info->cmdline = cpu_to_le32(PC_CMDLINE);
	info->mods_count = cpu_to_le32(mp->initrd_size ? 1 : 0);
	info->mods = cpu_to_le32(PC_BOOT + AT_MODULE);
	mod->start = cpu_to_le32((u32)mp->initrd.v);
	mod->end = cpu_to_le32((u32)(mp->initrd.v + mp->initrd_size));
	info->map_length = cpu_to_le32((u32)(n * sizeof(*mem)));
	info->map = cpu_to_le32(PC_BOOT + AT_MAP);
	for (unsigned i = 0; i < n; i++) {
		mem[i].size = cpu_to_le32(sizeof(*mem) - sizeof(mem->size));
		split(mem[i].at, map[i].at);
		split(mem[i].len, map[i].size);
		mem[i].type = cpu_to_le32(map[i].type);
	}
}
