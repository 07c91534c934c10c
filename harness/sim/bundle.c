// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The boot bundle of a scenario, as tools/mkbundle would write it (docs/manifest.md): the tree, and
 * behind it one image for each partition. Next: run.c.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest_impl.h"
#include "sim.h"
#include "um_guest.h"

static void must(int err)
{
	if (!err)
		return;
	fprintf(stderr, "sim: the bundle does not fit: %s\n", fdt_strerror(err));
	abort();
}

void sim_image(u8 *image, const char *guest)
{
	memset(image, 0, SIM_IMAGE);
	memcpy(image, UM_MAGIC, UM_MAGIC_LEN);
	memcpy(image + UM_MAGIC_LEN, guest, strlen(guest));
}

static void flag(u8 *fdt, const char *name, bool on)
{
	if (on)
		must(fdt_property(fdt, name, NULL, 0));
}

static void put_part(u8 *fdt, const struct sim_part *p, unsigned i)
{
	fdt64_t seg[4] = { cpu_to_fdt64(SIM_ENTRY), cpu_to_fdt64(i * SIM_IMAGE),
			   cpu_to_fdt64(SIM_IMAGE), cpu_to_fdt64(SIM_IMAGE) };

	must(fdt_begin_node(fdt, p->name));
	must(fdt_property_string(fdt, "machine", p->pc ? "pc" : "papr"));
	must(fdt_property_u32(fdt, "vcpus", p->vcpus));
	must(fdt_property_u64(fdt, "memory", p->memory));
	must(fdt_property_u32(fdt, "share", p->share));
	must(fdt_property_string(fdt, "bootargs", p->args));
	must(fdt_property_u64(fdt, "entry", SIM_ENTRY));
	must(fdt_property(fdt, "segments", seg, sizeof(seg)));
	flag(fdt, "controller", p->controller);
	flag(fdt, "restart", p->restart);
	flag(fdt, "hold", p->hold);
	must(fdt_end_node(fdt));
}

static void put_tree(u8 *fdt, u64 size, const struct sim_scenario *s, const u8 *data, u64 len)
{
	fdt64_t sum[2];
	u64 sums[2];

	manifest_sum(data, len, sums);
	sum[0] = cpu_to_fdt64(sums[0]);
	sum[1] = cpu_to_fdt64(sums[1]);
	must(fdt_create(fdt, (int)size));
	must(fdt_finish_reservemap(fdt));
	must(fdt_begin_node(fdt, ""));
	must(fdt_property_string(fdt, "compatible", BUNDLE_COMPATIBLE));
	must(fdt_property_u64(fdt, "data-size", len));
	must(fdt_property(fdt, "data-sum", sum, sizeof(sum)));
	must(fdt_begin_node(fdt, "hypervisor"));
	must(fdt_property_string(fdt, "console", s->framed ? "framed" : "lines"));
	must(fdt_property_u32(fdt, "slot-us", s->slot_us));
	must(fdt_end_node(fdt));
	must(fdt_begin_node(fdt, "partitions"));
	for (unsigned i = 0; i < s->nparts; i++)
		put_part(fdt, &s->part[i], i);
	must(fdt_end_node(fdt));
	must(fdt_end_node(fdt));
	must(fdt_finish(fdt));
}

u64 sim_bundle(const struct sim_scenario *s, u8 *buf, u64 size)
{
	u8 data[SIM_PARTS * SIM_IMAGE];
	u64 len = (u64)s->nparts * SIM_IMAGE, at;

	for (unsigned i = 0; i < s->nparts; i++)
		sim_image(data + i * SIM_IMAGE, s->part[i].guest);
	put_tree(buf, size - sizeof(data), s, data, len);
	at = ALIGN_UP((u64)fdt_totalsize(buf), BUNDLE_ALIGN);
	if (at + len > size)
		must(-FDT_ERR_NOSPACE);
	memcpy(buf + at, data, len);
	return at + len;
}
