// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the firmware's device tree with libfdt, once, at boot. Next: boot.c. */
#include "devtree.h"

#include <libfdt.h>

#include "hvstring.h"
#include "panic.h"
#include "ram.h"

static u64 cells(const fdt32_t *p, int n)
{
	u64 v = 0;

	for (int i = 0; i < n; i++)
		v = v << 32 | fdt32_to_cpu(p[i]);
	return v;
}

/* An integer property of one or two cells; `otherwise` when there is none. */
static u64 number(const void *fdt, int node, const char *name, u64 otherwise)
{
	int len;
	const fdt32_t *p = fdt_getprop(fdt, node, name, &len);

	if (!p || (len != 4 && len != 8))
		return otherwise;
	return cells(p, len / 4);
}

err_t devtree_opal(const void *fdt)
{
	int node;

	if (fdt_check_header(fdt))
		return HV_EINVAL;
	node = fdt_path_offset(fdt, "/ibm,opal");
	opal_entry[0] = number(fdt, node, "opal-entry-address", 0);
	opal_entry[1] = number(fdt, node, "opal-base-address", 0);
	return node < 0 || !opal_entry[0] ? HV_ENOENT : HV_OK;
}

/* Is the property exactly this text? One without an end is none. */
static bool says(const void *fdt, int node, const char *name, const char *text)
{
	int len;
	const char *t = fdt_getprop(fdt, node, name, &len);

	return t && len == (int)strlen(text) + 1 && !memcmp(t, text, (size_t)len);
}

static bool is_type(const void *fdt, int node, const char *type)
{
	return says(fdt, node, "device_type", type);
}

/* Call f for each (address, size) of a node's reg property; both have two cells at the root. */
static void each_reg(const void *fdt, int node, struct boot_info *bi,
		     void (*f)(struct boot_info *bi, u64 base, u64 size))
{
	int len;
	const fdt32_t *p = fdt_getprop(fdt, node, "reg", &len);

	for (; p && len >= 16; p += 4, len -= 16)
		f(bi, cells(p, 2), cells(p + 2, 2));
}

static void add_ram(struct boot_info *bi, u64 base, u64 size)
{
	ram_add(bi, base, base + size);
}

static void cut_ram(struct boot_info *bi, u64 base, u64 size)
{
	ram_cut(bi, base, base + size);
}

static void read_memory(const void *fdt, struct boot_info *bi)
{
	int node;
	u64 base, size;

	bi->nram = 0;
	fdt_for_each_subnode(node, fdt, 0) if (is_type(fdt, node, "memory"))
		each_reg(fdt, node, bi, add_ram);
	for (int i = fdt_num_mem_rsv(fdt) - 1; i >= 0; i--)
		if (!fdt_get_mem_rsv(fdt, i, &base, &size))
			cut_ram(bi, base, size);
	fdt_for_each_subnode(node, fdt, fdt_path_offset(fdt, "/reserved-memory"))
		each_reg(fdt, node, bi, cut_ram);
	cut_ram(bi, (u64)fdt, fdt_totalsize(fdt));
}

static void read_chosen(const void *fdt, struct boot_info *bi)
{
	int len, node = fdt_path_offset(fdt, "/chosen");
	const char *args = fdt_getprop(fdt, node, "bootargs", &len);
	u64 start = number(fdt, node, "linux,initrd-start", 0);
	u64 end = number(fdt, node, "linux,initrd-end", 0);
	size_t n = args ? strnlen(args, MIN((size_t)len, sizeof(bi->cmdline) - 1)) : 0;

	if (n)
		memcpy(bi->cmdline, args, n);
	bi->cmdline[n] = 0;
	bi->bundle = PA(start);
	bi->bundle_len = end > start ? end - start : 0;
}

/* One thread of each core: the boot CPU where it is one of them, else the first. */
static void add_core(const void *fdt, int node, u32 boot)
{
	int len;
	const fdt32_t *p = fdt_getprop(fdt, node, "ibm,ppc-interrupt-server#s", &len);

	if (!p || len < 4)
		return;
	if (fdt_getprop(fdt, node, "status", NULL) && !says(fdt, node, "status", "okay"))
		return;
	for (int i = 0; i < len / 4; i++)
		if (fdt32_to_cpu(p[i]) == boot) /* is pir[0] already */
			return;
	if (platform.ncpus < MAX_CPUS)
		platform.pir[platform.ncpus++] = fdt32_to_cpu(p[0]);
}

/* Page shift and AP encoding of POWER9's radix page sizes, for firmware that does not list them. */
static const u32 radix_ap[] = { 0x0000000c, 0xa0000010, 0x20000015, 0x4000001e };

#define TM_BYTE 24 /* ibm,pa-features: attribute byte 22 behind a header of two */
#define TM_BIT	0x80

static void read_processor(const void *fdt, int node, u32 pvr, struct papr_cpu_desc *d)
{
	static char name[32];
	const char *s = fdt_get_name(fdt, node, NULL);
	const u8 *features;
	const fdt32_t *ap;
	int len;

	for (unsigned i = 0; s && s[i] && s[i] != '@' && i < sizeof(name) - 1; i++)
		name[i] = s[i];
	d->name = name;
	d->pvr = pvr;
	d->timebase_hz = number(fdt, node, "timebase-frequency", 512000000);
	d->clock_hz = number(fdt, node, "clock-frequency", d->timebase_hz);
	d->clock_hz = number(fdt, node, "ibm,extended-clock-frequency", d->clock_hz);
	d->dcache_line = (u32)number(fdt, node, "d-cache-block-size", 128);
	d->icache_line = (u32)number(fdt, node, "i-cache-block-size", 128);
	d->dcache_size = (u32)number(fdt, node, "d-cache-size", 0x8000);
	d->icache_size = (u32)number(fdt, node, "i-cache-size", 0x8000);
	d->ail = true; /* see virtual_vector in world.S */
	d->dec_bits = (u32)number(fdt, node, "ibm,dec-bits", 32);
	features = fdt_getprop(fdt, node, "ibm,pa-features", &len);
	if (features && len > 0) {
		d->pa_features_len = MIN((unsigned)len, sizeof(d->pa_features));
		memcpy(d->pa_features, features, d->pa_features_len);
		if (d->pa_features_len > TM_BYTE)
			d->pa_features[TM_BYTE] &= (u8)~TM_BIT;
	}
	ap = fdt_getprop(fdt, node, "ibm,processor-radix-AP-encodings", &len);
	for (; ap && len >= 4 && d->nradix_ap < ARRAY_SIZE(d->radix_ap); len -= 4)
		d->radix_ap[d->nradix_ap++] = fdt32_to_cpu(*ap++);
	if (d->nradix_ap == 0) {
		memcpy(d->radix_ap, radix_ap, sizeof(radix_ap));
		d->nradix_ap = ARRAY_SIZE(radix_ap);
	}
}

static void read_cpus(const void *fdt, u32 boot, u32 pvr)
{
	int node, first = -1;

	platform.pir[0] = boot;
	platform.ncpus = 1;
	fdt_for_each_subnode(node, fdt, fdt_path_offset(fdt, "/cpus"))
	{
		if (!is_type(fdt, node, "cpu"))
			continue;
		add_core(fdt, node, boot);
		first = first < 0 ? node : first;
	}
	if (first < 0)
		panic("the device tree has no processor");
	read_processor(fdt, first, pvr, &platform.cpu);
}

static void read_xive(const void *fdt)
{
	int len, node = fdt_node_offset_by_compatible(fdt, -1, "ibm,opal-xive-pe");
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &len);

	if (!reg || len < 32)
		panic("the device tree has no XIVE interrupt controller");
	platform.tima = cells(reg + 4, 2);
}

static bool firmware_says(const void *fdt, const char *feature, const char *what)
{
	int all = fdt_subnode_offset(fdt, fdt_path_offset(fdt, "/ibm,opal"), "fw-features");

	return fdt_getprop(fdt, fdt_subnode_offset(fdt, all, feature), what, NULL);
}

/* Needed unless firmware denies it; TRIG2 is the one way POWER9 has. */
static void read_mitigations(const void *fdt)
{
	platform.l1d_flush = firmware_says(fdt, "inst-l1d-flush-trig2", "enabled") &&
			     !firmware_says(fdt, "needs-l1d-flush-msr-hv-1-to-0", "disabled");
}

void devtree_read(const void *fdt, u32 pir, u32 pvr, struct boot_info *bi)
{
	read_memory(fdt, bi);
	read_chosen(fdt, bi);
	read_cpus(fdt, pir, pvr);
	read_xive(fdt);
	read_mitigations(fdt);
}
