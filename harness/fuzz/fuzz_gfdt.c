// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the builder of the guest's device tree, and the creation of a partition around it: any
 * manifest entry that the reader would accept, any processor a port may describe. The tree is whole
 * (fdt_check_full), says what the manifest says, and lies where nothing else lies.
 * Linked with --wrap=arch_papr_cpu. Next to read: core/papr/gfdt.c.
 */
#include <libfdt.h>

#include "../../core/papr/papr.h"
#include "endian.h"
#include "hv.h"
#include "manifest.h"
#include "parser.h"
#include "um.h"

#define RAM MIB(4)

static struct papr_cpu_desc desc;
static struct manifest m;
static u8 images[HV_PAGE_SIZE];

const struct papr_cpu_desc *__wrap_arch_papr_cpu(void);
const struct papr_cpu_desc *__wrap_arch_papr_cpu(void)
{
	return &desc;
}

static void processor(struct bytes *b)
{
	memset(&desc, 0, sizeof(desc));
	desc.name = byte(b) & 1 ? "PowerPC,POWER9" : "PowerPC,UM";
	desc.pvr = (u32)word(b, 4);
	desc.timebase_hz = 1 + word(b, 5);
	desc.clock_hz = 1 + word(b, 5);
	desc.dcache_line = desc.icache_line = 32u << byte(b) % 4;
	desc.dcache_size = desc.icache_size = 1024u * (1 + byte(b));
	desc.pa_features_len = byte(b) % (sizeof(desc.pa_features) + 1);
	for (unsigned i = 0; i < desc.pa_features_len; i++)
		desc.pa_features[i] = byte(b);
	desc.nradix_ap = byte(b) % (ARRAY_SIZE(desc.radix_ap) + 1);
	for (unsigned i = 0; i < desc.nradix_ap; i++)
		desc.radix_ap[i] = (u32)word(b, 4);
	desc.dec_bits = 32 + byte(b) % 33;
	desc.ail = true;
}

/* Segments that lie in memory, apart from each other, as the reader of manifests demands. */
static void segments(struct manifest_part *p, struct bytes *b)
{
	u64 at = 0;

	p->nseg = 1 + byte(b) % 4;
	for (unsigned i = 0; i < p->nseg; i++) {
		struct manifest_seg *s = &p->seg[i];

		s->filesz = 1 + word(b, 2) % sizeof(images);
		s->memsz = s->filesz + (byte(b) & 1 ? word(b, 3) % KIB(256) : 0);
		s->dest = GPA(at + word(b, 3) % KIB(512) / 16 * 16);
		s->offset = word(b, 2) % (sizeof(images) - s->filesz + 1);
		at = s->dest.v + s->memsz;
		if (at > p->memory) {
			p->nseg = i;
			break;
		}
	}
}

static bool entry(struct manifest_part *p, struct bytes *b)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.ABCDEFGHIJ";
	unsigned n;

	memset(p, 0, sizeof(*p));
	n = 1 + byte(b) % (PART_NAME_LEN - 1);
	for (unsigned i = 0; i < n; i++)
		p->name[i] = letters[byte(b) % (sizeof(letters) - 1)];
	memcpy(p->machine, "papr", 5);
	p->vcpus = 1 + byte(b) % MAX_VCPUS;
	p->memory = (1 + word(b, 2) % 800) * HV_PAGE_SIZE;
	p->share = byte(b) % 8;
	p->restart = byte(b) & 1;
	p->console = byte(b) & 1;
	segments(p, b);
	if (!p->nseg)
		return false;
	p->entry = GPA(p->seg[0].dest.v + word(b, 2) % p->seg[0].filesz);
	if (byte(b) & 1) {
		p->initrd = p->seg[p->nseg - 1].dest;
		p->initrd_size = p->seg[p->nseg - 1].filesz;
	}
	n = word(b, 2) % MANIFEST_ARGS;
	for (unsigned i = 0; i < n && b->at < b->end; i++)
		p->bootargs[i] = (char)(byte(b) | 1); /* no zero within */
	return true;
}

/* ---- the tree, read with libfdt ------------------------------------------------------------- */

static const void *prop(const void *fdt, const char *path, const char *name, int *len)
{
	int node = fdt_path_offset(fdt, path);
	const void *val;

	promise(node >= 0, "the nodes are there");
	val = fdt_getprop(fdt, node, name, len);
	promise(val || *len == -FDT_ERR_NOTFOUND, "properties can be read");
	return val;
}

static u64 number(const void *fdt, const char *path, const char *name, int size)
{
	int len;
	const u8 *val = prop(fdt, path, name, &len);
	u64 v = 0;

	promise(val && len == size, "a number has its size");
	for (int i = 0; i < size; i++)
		v = v << 8 | val[i];
	return v;
}

static void text(const void *fdt, const char *path, const char *name, const char *want)
{
	int len;
	const char *val = prop(fdt, path, name, &len);

	promise(val && len == (int)strlen(want) + 1 && !strcmp(val, want), "a text is as it was");
}

static void check_cpus(const void *fdt, unsigned n)
{
	int cpus = fdt_path_offset(fdt, "/cpus"), node;
	unsigned i = 0;

	fdt_for_each_subnode(node, fdt, cpus)
	{
		const fdt32_t *reg = fdt_getprop(fdt, node, "reg", NULL);
		int len;
		const u8 *pa = fdt_getprop(fdt, node, "ibm,pa-features", &len);

		promise(reg && fdt32_ld(reg) == i, "vcpus are numbered in order");
		promise(!pa || (len >= 2 && pa[1] == 0 && len == pa[0] + 2),
			"features are as many as their header says");
		promise(!pa || (pa[0] > 40 && pa[42] & 0x80), "there is radix");
		i++;
	}
	promise(i == n, "each vcpu has a node");
}

static void check_tree(const void *fdt, const struct manifest_part *p)
{
	char path[40];
	int len;

	text(fdt, "/chosen", "bootargs", p->bootargs);
	text(fdt, "/", "ibm,partition-name", p->name);
	check_cpus(fdt, p->vcpus);
	promise(number(fdt, "/memory@0", "reg", 16) == p->memory, "memory has its size");
	if (p->initrd_size) {
		u64 start = number(fdt, "/chosen", "linux,initrd-start", 8);

		promise(start == p->initrd.v, "the initrd is where it is");
		promise(number(fdt, "/chosen", "linux,initrd-end", 8) == start + p->initrd_size,
			"the initrd has its size");
	} else {
		promise(!prop(fdt, "/chosen", "linux,initrd-start", &len), "there is no initrd");
	}
	for (unsigned i = 0; i < papr_rtas_n; i++)
		promise(number(fdt, "/rtas", papr_rtas[i].name, 4) == PAPR_TOKEN + i,
			"services have their tokens");
	snprintf(path, sizeof(path), "/cpus/%s@0", desc.name);
	promise(number(fdt, path, "d-cache-line-size", 4) == desc.dcache_line, "lines");
	promise(number(fdt, path, "ibm,extended-timebase-frequency", 8) == desc.timebase_hz,
		"the time base has its frequency");
}

/* Tree and RTAS stand in memory, reserved, and clear of all that was loaded. */
static void check_place(const void *fdt, const struct manifest_part *p, u64 at)
{
	u64 start = 0, size = 0, rtas = number(fdt, "/rtas", "linux,rtas-base", 4);

	promise(fdt_num_mem_rsv(fdt) == 1 && !fdt_get_mem_rsv(fdt, 0, &start, &size),
		"one piece is reserved");
	promise(start == at && at + size <= p->memory, "it is the tree's, in memory");
	promise(at + fdt_totalsize(fdt) <= rtas &&
			rtas + number(fdt, "/rtas", "rtas-size", 4) <= start + size,
		"RTAS is behind the tree");
	for (unsigned i = 0; i < p->nseg; i++) {
		const struct manifest_seg *s = &p->seg[i];

		promise(s->dest.v + s->memsz <= start || s->dest.v >= start + size,
			"it is clear of the images");
	}
}

static void check_partition(const struct partition *p, const struct manifest_part *mp)
{
	u64 at = p->vcpu[0]->arch.papr.gpr[3];
	u8 *fdt = malloc(KIB(32));

	promise(fdt != NULL, "there is memory");
	for (u64 off = 0; off < KIB(32); off += HV_PAGE_SIZE) {
		unsigned prot;
		pa_t pa;

		promise(!arch_gspace_query(&p->gspace, GPA(at + off), &pa, &prot),
			"the tree is in memory");
		memcpy(fdt + off, um_phys(pa), HV_PAGE_SIZE);
	}
	promise(!fdt_check_full(fdt, KIB(32)), "the tree is whole");
	check_tree(fdt, mp);
	check_place(fdt, mp, at);
	promise(p->vcpu[0]->arch.papr.nip == mp->entry.v, "it starts where it should");
	free(fdt);
}

/* The builder alone, with any room: it fits and is whole, or it says so. */
static void check_room(const struct partition *p, const struct manifest_part *mp, size_t room)
{
	void *buf = malloc(room ? room : 1);

	promise(buf != NULL, "there is memory");
	if (!papr_fdt(p, mp, &papr_part(p)->layout, buf, room))
		promise(!fdt_check_full(buf, room), "a tree that fits is whole");
	free(buf);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct boot_info bi;
	struct bytes b = { data, data + size };
	struct partition *p;
	u64 free_pages;
	size_t room;

	room = word(&b, 2) % KIB(32);
	processor(&b);
	if (!entry(&m.part[0], &b))
		return 0;
	m.nparts = 1;
	m.data = images;
	m.data_len = sizeof(images);
	um_setup(&(struct um_config){ .ram = RAM });
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	hv.cpu[0]->online = true;
	hv.manifest = &m;
	free_pages = hv.palloc.nfree;
	um_output_clear();
	if (partition_create(&m.part[0], &m, &p)) {
		promise(strstr(um_output(NULL), m.part[0].name) != NULL, "a refusal has a reason");
	} else {
		check_partition(p, &m.part[0]);
		check_room(p, &m.part[0], room);
		lock_take(&hv.lock);
		partition_destroy_now(p);
		lock_drop(&hv.lock);
	}
	promise(hv.palloc.nfree == free_pages && !hv.nalive, "nothing is left behind");
	hv_reset();
	um_teardown();
	return 0;
}
