/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot information in the forms of start.c, for load.c. */
#ifndef PC_START_H
#define PC_START_H

#include "pc.h"

#define PC_MULTIBOOT_MAGIC 0x2badb002

/* Fill buf, which will stand at PC_BOOT .. PC_BOOT_END. */
void pc_start_pvh(const struct partition *p, const struct manifest_part *mp, u8 *buf);
void pc_start_multiboot(const struct partition *p, const struct manifest_part *mp, u8 *buf);

/* Memory as a guest may use it. */
enum pc_mem_type { PC_MEM_RAM = 1, PC_MEM_RESERVED = 2 };
struct pc_mem {
	u64 at, size;
	u32 type;
};
#define PC_MEMS 5
unsigned pc_memory_map(const struct partition *p, struct pc_mem *map);

#endif
