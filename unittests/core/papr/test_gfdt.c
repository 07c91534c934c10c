// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's device tree: read back property by property, and checked by dtc. */
#include "lab.h"

#include <libfdt.h>
#include <stdio.h>
#include <unistd.h>

static char tree[HV_PAGE_SIZE << 3];

/* The tree as it stands in the guest's memory, where r3 points. */
static void fetch(void)
{
	u64 g = papr_regs(lab_v0)->gpr[3];

	for (u64 i = 0; i < sizeof(tree); i += GCOPY_MAX)
		lab_get(tree + i, g + i, GCOPY_MAX);
	ck_assert_int_eq(fdt_check_header(tree), 0);
	ck_assert_int_eq(fdt_check_full(tree, sizeof(tree)), 0);
}

static const void *prop(const char *path, const char *name, int *len)
{
	int node = fdt_path_offset(tree, path);

	ck_assert_msg(node >= 0, "no node %s", path);
	return fdt_getprop(tree, node, name, len);
}

static void is_text(const char *path, const char *name, const char *want)
{
	int len;
	const char *val = prop(path, name, &len);

	ck_assert_msg(val != NULL, "%s: no %s", path, name);
	ck_assert_str_eq(val, want);
	ck_assert_int_eq(len, (int)strlen(want) + 1);
}

static void is_cells_n(const char *path, const char *name, const u32 *want, unsigned n)
{
	int len;
	const fdt32_t *val = prop(path, name, &len);

	ck_assert_msg(val != NULL, "%s: no %s", path, name);
	ck_assert_int_eq(len, (int)n * 4);
	for (unsigned i = 0; i < n; i++)
		ck_assert_msg(fdt32_ld(&val[i]) == want[i], "%s: %s[%u] is %x", path, name, i,
			      fdt32_ld(&val[i]));
}
#define is_cells(path, name, ...)                            \
	is_cells_n(path, name, (const u32[]){ __VA_ARGS__ }, \
		   sizeof((const u32[]){ __VA_ARGS__ }) / sizeof(u32))

static void is_flag(const char *path, const char *name)
{
	int len;

	ck_assert_msg(prop(path, name, &len) != NULL, "%s: no %s", path, name);
	ck_assert_int_eq(len, 0);
}

static void is_absent(const char *path, const char *name)
{
	int len;

	ck_assert_msg(prop(path, name, &len) == NULL, "%s has %s", path, name);
}

static void setup(void)
{
	lab_setup();
	fetch();
}

START_TEST(root)
{
	is_text("/", "device_type", "chrp"); /* by this Linux knows a PAPR machine */
	is_text("/", "model", "rhype");
	is_text("/", "compatible", "rhype,papr");
	is_cells("/", "#address-cells", 2);
	is_cells("/", "#size-cells", 2);
	is_cells("/", "ibm,partition-no", 1);
	is_text("/", "ibm,partition-name", "lab");
	is_text("/hypervisor", "compatible", "rhype");
	ck_assert_uint_eq(fdt_boot_cpuid_phys(tree), 0);
}
END_TEST

START_TEST(chosen)
{
	int len;
	const u8 *vec;

	is_text("/chosen", "bootargs", "console=hvc0");
	is_text("/chosen", "stdout-path", "/vdevice/vty@30000000");
	is_absent("/chosen", "linux,initrd-start");
	is_absent("/chosen", "linux,initrd-end");
	vec = prop("/chosen", "ibm,architecture-vec-5", &len);
	ck_assert_int_eq(len, 27);
	for (int i = 0; i < len; i++) {
		u8 want = i == 0 ? 25 : i == 2 ? 0xc0 : i == 24 ? 0x40 : i == 26 ? 0x40 : 0;

		ck_assert_msg(vec[i] == want, "byte %d is %x", i, vec[i]);
	}
}
END_TEST

START_TEST(processors)
{
	const struct papr_cpu_desc *d = arch_papr_cpu();
	char path[40];

	is_cells("/cpus", "#address-cells", 1);
	is_cells("/cpus", "#size-cells", 0);
	for (u32 i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/cpus/%s@%x", d->name, i);
		is_text(path, "device_type", "cpu");
		is_cells(path, "reg", i);
		is_cells(path, "ibm,ppc-interrupt-server#s", i); /* one thread */
		is_text(path, "status", "okay");
		is_cells(path, "cpu-version", d->pvr);
		is_cells(path, "timebase-frequency", (u32)d->timebase_hz);
		is_cells(path, "ibm,extended-timebase-frequency", 0, (u32)d->timebase_hz);
		is_cells(path, "clock-frequency", (u32)d->clock_hz);
		is_cells(path, "ibm,extended-clock-frequency", 0, (u32)d->clock_hz);
		is_cells(path, "d-cache-size", d->dcache_size);
		is_cells(path, "d-cache-block-size", d->dcache_line);
		is_cells(path, "d-cache-line-size", d->dcache_line);
		is_cells(path, "i-cache-size", d->icache_size);
		is_cells(path, "i-cache-block-size", d->icache_line);
		is_cells(path, "i-cache-line-size", d->icache_line);
		is_flag(path, "64-bit");
		is_cells(path, "ibm,vmx", 2);
		is_cells(path, "ibm,dfp", 1);
		is_cells(path, "ibm,dec-bits", d->dec_bits);
		is_cells_n(path, "ibm,processor-radix-AP-encodings", d->radix_ap, d->nradix_ap);
		/* hash translation is not offered */
		is_absent(path, "ibm,pft-size");
		is_absent(path, "ibm,slb-size");
		is_absent(path, "ibm,segment-page-sizes");
	}
	snprintf(path, sizeof(path), "/cpus/%s@2", d->name);
	ck_assert_int_lt(fdt_path_offset(tree, path), 0);
}
END_TEST

/* The feature list is the machine's, made long enough to say "radix". */
START_TEST(features)
{
	const struct papr_cpu_desc *d = arch_papr_cpu();
	char path[40];
	const u8 *pa;
	int len;

	snprintf(path, sizeof(path), "/cpus/%s@0", d->name);
	pa = prop(path, "ibm,pa-features", &len);
	ck_assert_int_eq(len, 43);
	ck_assert_uint_eq(pa[0], 41);
	ck_assert_uint_eq(pa[1], 0);
	ck_assert_mem_eq(pa + 2, d->pa_features + 2, d->pa_features_len - 2);
	ck_assert_uint_eq(pa[2 + 40], 0x80);
	ck_assert_uint_eq(pa[2 + 22], 0); /* no transactional memory */
}
END_TEST

/* The lab again, on another processor. */
static void processor(const struct papr_cpu_desc *d)
{
	struct manifest_part mp = lab_manifest();

	um_teardown();
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16), .papr_cpu = d });
	lab_start(&mp);
	fetch();
}

/* What a processor does not have is not said of it. */
START_TEST(a_plain_processor)
{
	struct papr_cpu_desc d = *arch_papr_cpu();
	char path[40];

	d.dec_bits = 32;
	d.nradix_ap = 0;
	d.pa_features_len = 0;
	d.clock_hz = 1ull << 32;
	processor(&d);
	snprintf(path, sizeof(path), "/cpus/%s@0", d.name);
	is_absent(path, "ibm,dec-bits");
	is_absent(path, "ibm,processor-radix-AP-encodings");
	is_absent(path, "ibm,pa-features");
	is_cells(path, "clock-frequency", 0xffffffff);
	is_cells(path, "ibm,extended-clock-frequency", 1, 0);
	d.clock_hz = (1ull << 32) - 1;
	processor(&d);
	is_cells(path, "clock-frequency", 0xffffffff);
	is_cells(path, "ibm,extended-clock-frequency", 0, 0xffffffff);
}
END_TEST

static const u8 *features_of(struct papr_cpu_desc *d, u8 n, u8 type, unsigned len, int *got)
{
	char path[40];

	memset(d->pa_features, 0x11, sizeof(d->pa_features));
	d->pa_features[0] = n;
	d->pa_features[1] = type;
	d->pa_features_len = len;
	processor(d);
	snprintf(path, sizeof(path), "/cpus/%s@0", d->name);
	return prop(path, "ibm,pa-features", got);
}

/* The first description, if it is whole and of type 0; what it lacks to say "radix" is added. */
START_TEST(features_of_every_length)
{
	struct papr_cpu_desc d = *arch_papr_cpu();
	const u8 *pa;
	int len;

	ck_assert_ptr_null(features_of(&d, 6, 1, 8, &len));   /* another type */
	ck_assert_ptr_null(features_of(&d, 0, 0, 2, &len));   /* nothing described */
	ck_assert_ptr_null(features_of(&d, 6, 0, 7, &len));   /* cut off */
	ck_assert_ptr_null(features_of(&d, 79, 0, 81, &len)); /* more than there is room for */
	pa = features_of(&d, 78, 0, 80, &len);
	ck_assert_int_eq(len, 80);
	ck_assert_uint_eq(pa[0], 78);
	ck_assert_uint_eq(pa[2 + 77], 0x11);
	pa = features_of(&d, 1, 0, 3, &len);
	ck_assert_int_eq(len, 43);
	ck_assert_uint_eq(pa[0], 41);
	ck_assert_uint_eq(pa[2], 0x11);
	ck_assert_uint_eq(pa[3], 0);
	ck_assert_uint_eq(pa[2 + 40], 0x80);
	pa = features_of(&d, 41, 0, 43, &len);
	ck_assert_int_eq(len, 43);
	ck_assert_uint_eq(pa[2 + 40], 0x91);
	pa = features_of(&d, 6, 0, 16, &len); /* a second description behind it */
	ck_assert_int_eq(len, 43);
	ck_assert_uint_eq(pa[2 + 5], 0x11);
	ck_assert_uint_eq(pa[2 + 6], 0);
}
END_TEST

START_TEST(memory)
{
	is_text("/memory@0", "device_type", "memory");
	is_cells("/memory@0", "reg", 0, 0, 0, LAB_MEM);
}
END_TEST

START_TEST(services)
{
	static const char sets[] = "hcall-term\0hcall-interrupt\0hcall-splpar\0hcall-set-mode";
	const fdt32_t *base;
	int len;

	for (u32 i = 0; i < papr_rtas_n; i++)
		is_cells("/rtas", papr_rtas[i].name, PAPR_TOKEN + i);
	ck_assert_mem_eq(prop("/rtas", "ibm,hypertas-functions", &len), sets, sizeof(sets));
	ck_assert_int_eq(len, sizeof(sets));
	is_flag("/rtas", "ibm,extended-os-term");
	is_cells("/rtas", "rtas-version", 1);
	is_cells("/rtas", "rtas-size", 0x10000);
	base = prop("/rtas", "linux,rtas-base", &len);
	is_cells("/rtas", "linux,rtas-entry", fdt32_ld(base));
	/* services that Linux would use if it saw them */
	is_absent("/rtas", "event-scan");
	is_absent("/rtas", "display-character");
	is_absent("/rtas", "ibm,nmi-register");
	is_cells("/nvram", "#bytes", PAPR_NVRAM);
}
END_TEST

START_TEST(interrupts)
{
	const char *xicp = "/interrupt-controller";

	is_text(xicp, "device_type", "PowerPC-External-Interrupt-Presentation");
	is_text(xicp, "compatible", "IBM,ppc-xicp");
	is_flag(xicp, "interrupt-controller");
	is_cells(xicp, "#interrupt-cells", 2);
	is_cells(xicp, "ibm,interrupt-server-ranges", 0, 2);
	ck_assert_int_eq(fdt_node_offset_by_phandle(tree, 1), fdt_path_offset(tree, xicp));
	is_text("/vdevice", "device_type", "vdevice");
	is_text("/vdevice", "compatible", "IBM,vdevice");
	is_cells("/vdevice", "interrupt-parent", 1);
	is_text("/vdevice/vty@30000000", "device_type", "serial");
	is_text("/vdevice/vty@30000000", "compatible", "hvterm1");
	is_cells("/vdevice/vty@30000000", "reg", PAPR_VTY);
	is_cells("/vdevice/vty@30000000", "interrupts", XICS_TERM, 0);
}
END_TEST

START_TEST(reserved)
{
	uint64_t start, size;
	int len;
	u64 rtas = fdt32_ld(prop("/rtas", "linux,rtas-base", &len));

	ck_assert_int_eq(fdt_num_mem_rsv(tree), 1);
	ck_assert_int_eq(fdt_get_mem_rsv(tree, 0, &start, &size), 0);
	ck_assert_uint_eq(start, papr_regs(lab_v0)->gpr[3]);
	ck_assert_uint_eq(start + size, rtas + 0x10000);
	ck_assert_uint_le(start + fdt_totalsize(tree), rtas);
}
END_TEST

START_TEST(initrd)
{
	struct manifest_part mp = lab_manifest();

	um_teardown();
	mp.initrd = GPA(0x100000);
	mp.initrd_size = 0x1234;
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16) });
	lab_start(&mp);
	fetch();
	is_cells("/chosen", "linux,initrd-start", 0, 0x100000);
	is_cells("/chosen", "linux,initrd-end", 0, 0x101234);
}
END_TEST

START_TEST(the_largest_one_fits)
{
	struct manifest_part mp = lab_manifest();

	um_teardown();
	mp.vcpus = MAX_VCPUS;
	mp.share = 0;
	mp.memory = GIB(1ull << 20); /* as a number: memory is not what is tested here */
	memset(mp.name, 'n', sizeof(mp.name) - 1);
	memset(mp.bootargs, 'b', sizeof(mp.bootargs) - 1);
	lab_boot(&(struct um_config){ .ncpus = 2, .ram = MIB(16) });
	mp.memory = LAB_MEM;
	lab_start(&mp);
	fetch();
	is_text("/chosen", "bootargs", mp.bootargs);
	is_text("/", "ibm,partition-name", mp.name);
	is_cells("/interrupt-controller", "ibm,interrupt-server-ranges", 0, MAX_VCPUS);
	ck_assert_uint_lt(fdt_totalsize(tree), sizeof(tree) / 2);
}
END_TEST

START_TEST(too_small_a_buffer)
{
	struct manifest_part mp = lab_manifest();
	struct papr_layout l = { GPA(0x100000), GPA(0x110000), GPA(0x120000), 0x10000 };
	u64 guard = 0x1122334455667788;
	char *buf = malloc(4096 + sizeof(guard));

	for (size_t n = 0; n <= 2048; n += 8) {
		memcpy(buf + n, &guard, sizeof(guard));
		ck_assert_int_eq(papr_fdt(lab_p, &mp, &l, buf, n), HV_ENOMEM);
		ck_assert_mem_eq(buf + n, &guard, sizeof(guard));
	}
	ck_assert_int_eq(papr_fdt(lab_p, &mp, &l, buf, 4096), HV_OK);
	free(buf);
}
END_TEST

/* The device tree compiler has nothing to complain about. */
START_TEST(dtc_is_content)
{
	char name[] = "/tmp/rhype-gfdt-XXXXXX", cmd[200], out[500] = "";
	int fd = mkstemp(name);
	FILE *pipe;
	size_t n;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, tree, sizeof(tree)), sizeof(tree));
	close(fd);
	snprintf(cmd, sizeof(cmd),
		 "{ command -v dtc >/dev/null || echo 'no dtc; run: apt-get install "
		 "device-tree-compiler'; dtc -I dtb -O dts -o /dev/null %s; } 2>&1",
		 name);
	pipe = popen(cmd, "r");
	ck_assert_ptr_ne(pipe, NULL);
	n = fread(out, 1, sizeof(out) - 1, pipe);
	ck_assert_int_eq(pclose(pipe), 0);
	unlink(name);
	ck_assert_msg(n == 0, "%s", out);
}
END_TEST

Suite *suite_papr_gfdt(void);
Suite *suite_papr_gfdt(void)
{
	return lab_suite("papr_gfdt", setup,
			 (const TTest *const[]){ root, chosen, processors, features,
						 a_plain_processor, features_of_every_length,
						 memory, services, interrupts, reserved, initrd,
						 the_largest_one_fits, too_small_a_buffer,
						 dtc_is_content, NULL });
}
