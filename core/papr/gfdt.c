// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device tree of a PAPR guest. What is promised here works, and nothing else stands here.
 * Next: load.c (where it goes), rtas.c (services), proctbl.c and icp.c (what the vector chooses).
 */
#include <libfdt.h>

#include "papr.h"

#include "endian.h"
#include "fmt.h"
#include "hvstring.h"

#define XICP_PHANDLE 1

/* Errors stick: only the first one matters, and is looked at once in the end. */
struct tree {
	void *fdt;
	int err;
};

static void begin(struct tree *t, const char *name)
{
	if (!t->err)
		t->err = fdt_begin_node(t->fdt, name);
}

static void end(struct tree *t)
{
	if (!t->err)
		t->err = fdt_end_node(t->fdt);
}

static void bytes(struct tree *t, const char *name, const void *val, size_t n)
{
	if (!t->err)
		t->err = fdt_property(t->fdt, name, val, (int)n);
}

static void flag(struct tree *t, const char *name)
{
	bytes(t, name, "", 0);
}

static void text(struct tree *t, const char *name, const char *val)
{
	bytes(t, name, val, strlen(val) + 1);
}

static void cell(struct tree *t, const char *name, u32 val)
{
	be32_t be = cpu_to_be32(val);

	bytes(t, name, &be, sizeof(be));
}

static void cells2(struct tree *t, const char *name, u32 a, u32 b)
{
	be32_t be[2] = { cpu_to_be32(a), cpu_to_be32(b) };

	bytes(t, name, be, sizeof(be));
}

static void wide(struct tree *t, const char *name, u64 val)
{
	be64_t be = cpu_to_be64(val);

	bytes(t, name, &be, sizeof(be));
}

/* Frequencies: a 32-bit property, and one of 64 bits which every guest prefers. */
static void frequency(struct tree *t, const char *name, const char *ext, u64 hz)
{
	cell(t, name, hz > UINT32_MAX ? UINT32_MAX : (u32)hz);
	wide(t, ext, hz);
}

/*
 * Option vector 5: what firmware and guest have agreed on, as if they had negotiated it. Entry 0 is
 * the number of the bytes that follow, less one; entry n is byte n of LoPAR.
 */
static void option_vector5(struct tree *t)
{
	u8 vec[27] = {
		[0] = sizeof(vec) - 2,
		[2] = 0x80 | 0x40, /* logical partition, shared processors */
		[23] = 0,	   /* interrupts: XICS */
		[24] = 0x40,	   /* translation: radix only */
		[26] = 0x40,	   /* the guest invalidates its translations itself */
	};

	bytes(t, "ibm,architecture-vec-5", vec, sizeof(vec));
}

static void chosen(struct tree *t, const struct manifest_part *mp)
{
	begin(t, "chosen");
	text(t, "bootargs", mp->bootargs);
	text(t, "stdout-path", "/vdevice/vty@30000000");
	if (mp->initrd_size) {
		wide(t, "linux,initrd-start", mp->initrd.v);
		wide(t, "linux,initrd-end", mp->initrd.v + mp->initrd_size);
	}
	option_vector5(t);
	end(t);
}

static void cache(struct tree *t, const struct papr_cpu_desc *d)
{
	cell(t, "d-cache-size", d->dcache_size);
	cell(t, "d-cache-block-size", d->dcache_line);
	cell(t, "d-cache-line-size", d->dcache_line);
	cell(t, "i-cache-size", d->icache_size);
	cell(t, "i-cache-block-size", d->icache_line);
	cell(t, "i-cache-line-size", d->icache_line);
}

#define PA_RADIX 40 /* byte, and its highest bit */

/*
 * What the processor can do, in bytes behind a header of two (their number; 0). Firmware may know
 * too few of them to say that there is radix translation, which we do know. The first description
 * is the one of that kind; others may follow it.
 */
static void features(struct tree *t, const struct papr_cpu_desc *d)
{
	u8 attr[sizeof(d->pa_features)] = { 0 };
	unsigned n = d->pa_features[0] + 2u;

	if (d->pa_features_len < n || n > sizeof(attr) || n == 2 || d->pa_features[1] != 0)
		return;
	memcpy(attr, d->pa_features, n);
	attr[0] = MAX(attr[0], PA_RADIX + 1);
	attr[2 + PA_RADIX] |= 0x80;
	bytes(t, "ibm,pa-features", attr, attr[0] + 2u);
}

/* One thread per core, and the vcpu's number is its interrupt server's. */
static void cpu(struct tree *t, const struct papr_cpu_desc *d, unsigned i)
{
	be32_t ap[ARRAY_SIZE(d->radix_ap)];
	char name[40];

	fmt_print(name, sizeof(name), "%s@%x", d->name, i);
	begin(t, name);
	text(t, "device_type", "cpu");
	cell(t, "reg", i);
	cell(t, "ibm,ppc-interrupt-server#s", i);
	text(t, "status", "okay");
	cell(t, "cpu-version", d->pvr);
	frequency(t, "timebase-frequency", "ibm,extended-timebase-frequency", d->timebase_hz);
	frequency(t, "clock-frequency", "ibm,extended-clock-frequency", d->clock_hz);
	cache(t, d);
	flag(t, "64-bit");
	cell(t, "ibm,vmx", 2); /* with VSX */
	cell(t, "ibm,dfp", 1);
	if (d->dec_bits > 32)
		cell(t, "ibm,dec-bits", d->dec_bits);
	features(t, d);
	for (unsigned k = 0; k < d->nradix_ap; k++)
		ap[k] = cpu_to_be32(d->radix_ap[k]);
	if (d->nradix_ap)
		bytes(t, "ibm,processor-radix-AP-encodings", ap, d->nradix_ap * sizeof(ap[0]));
	end(t);
}

static void cpus(struct tree *t, const struct partition *p)
{
	begin(t, "cpus");
	cell(t, "#address-cells", 1);
	cell(t, "#size-cells", 0);
	for (unsigned i = 0; i < p->nvcpus; i++)
		cpu(t, arch_papr_cpu(), i);
	end(t);
}

static void memory(struct tree *t, u64 size)
{
	be64_t reg[2] = { cpu_to_be64(0), cpu_to_be64(size) };

	begin(t, "memory@0");
	text(t, "device_type", "memory");
	bytes(t, "reg", reg, sizeof(reg));
	end(t);
}

/* Sets of calls, by the names of LoPAR, "Hypervisor Call Function Table". */
static const char functions[] = "hcall-term\0"
				"hcall-interrupt\0"
				"hcall-splpar\0"
				"hcall-set-mode";

static void rtas(struct tree *t, const struct papr_layout *l)
{
	begin(t, "rtas");
	for (unsigned i = 0; i < papr_rtas_n; i++)
		cell(t, papr_rtas[i].name, PAPR_TOKEN + i);
	flag(t, "ibm,extended-os-term");
	bytes(t, "ibm,hypertas-functions", functions, sizeof(functions));
	cell(t, "rtas-version", 1);
	cell(t, "rtas-size", (u32)(l->end.v - l->rtas.v));
	cell(t, "linux,rtas-base", (u32)l->rtas.v);
	cell(t, "linux,rtas-entry", (u32)l->rtas.v);
	end(t);
}

static void interrupts(struct tree *t, unsigned nvcpus)
{
	begin(t, "interrupt-controller");
	text(t, "device_type", "PowerPC-External-Interrupt-Presentation");
	text(t, "compatible", "IBM,ppc-xicp");
	flag(t, "interrupt-controller");
	cell(t, "#address-cells", 0);
	cell(t, "#interrupt-cells", 2);
	cells2(t, "ibm,interrupt-server-ranges", 0, nvcpus);
	cell(t, "phandle", XICP_PHANDLE);
	end(t);
}

static void nvram(struct tree *t)
{
	begin(t, "nvram");
	text(t, "device_type", "nvram");
	cell(t, "#bytes", PAPR_NVRAM);
	end(t);
}

static void vdevice(struct tree *t)
{
	begin(t, "vdevice");
	text(t, "device_type", "vdevice");
	text(t, "compatible", "IBM,vdevice");
	cell(t, "#address-cells", 1);
	cell(t, "#size-cells", 0);
	cell(t, "interrupt-parent", XICP_PHANDLE);
	begin(t, "vty@30000000");
	text(t, "device_type", "serial");
	text(t, "compatible", "hvterm1");
	cell(t, "reg", PAPR_VTY);
	cells2(t, "interrupts", XICS_TERM, 0); /* edge */
	end(t);
	end(t);
}

static void root(struct tree *t, const struct partition *p, const struct manifest_part *mp,
		 const struct papr_layout *l)
{
	begin(t, "");
	text(t, "device_type", "chrp");
	text(t, "model", "rhype");
	text(t, "compatible", "rhype,papr");
	cell(t, "#address-cells", 2);
	cell(t, "#size-cells", 2);
	cell(t, "ibm,partition-no", p->id.v);
	text(t, "ibm,partition-name", p->name);
	chosen(t, mp);
	cpus(t, p);
	memory(t, mp->memory);
	rtas(t, l);
	interrupts(t, p->nvcpus);
	vdevice(t);
	nvram(t);
	begin(t, "hypervisor");
	text(t, "compatible", "rhype");
	end(t);
	end(t);
}

err_t papr_fdt(const struct partition *p, const struct manifest_part *mp,
	       const struct papr_layout *l, void *buf, size_t size)
{
	struct tree t = { .fdt = buf };

	t.err = fdt_create(buf, (int)size);
	if (!t.err)
		t.err = fdt_add_reservemap_entry(buf, l->fdt.v, l->end.v - l->fdt.v);
	if (!t.err)
		t.err = fdt_finish_reservemap(buf);
	root(&t, p, mp, l);
	if (!t.err)
		t.err = fdt_finish(buf);
	return t.err ? HV_ENOMEM : HV_OK;
}
