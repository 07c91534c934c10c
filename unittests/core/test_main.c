// SPDX-License-Identifier: GPL-2.0-or-later
/* The boot order as a whole: hv_main on a simulated machine, from bundle to power off. */
#include <stdio.h>

#include "papr/lab.h"

#include "manifest_fixture.h"
#include "um_guest.h"

#define IMAGE_AT 0x8000u

UM_PROGRAM(mt_bye)
{
	u64 self[2];

	um_hcall(HV_VERSION, NULL, 0, self, 2);
	um_hcall(HV_PARTITION_STOP, &self[1], 1, NULL, 0);
	um_stop();
}

static void boot_cpu(unsigned cpu)
{
	(void)cpu;
	hv_main();
}

static bool ended(const char *text)
{
	return strstr(um_output(NULL), text) != NULL;
}

/* The fixture's two partitions, both with the program above as their whole image. */
static void good_bundle(void)
{
	const u64 segs[] = { IMAGE_AT, 0, 64, 64 };
	u64 sum[2];
	fdt64_t cells[4];

	memset(t.data, 0, sizeof(t.data));
	memcpy(t.data, UM_MAGIC, UM_MAGIC_LEN);
	snprintf((char *)t.data + UM_MAGIC_LEN, UM_NAME_MAX, "mt_bye");
	manifest_sum(t.data, DATA, sum);
	for (unsigned i = 0; i < 2; i++)
		cells[i] = cpu_to_fdt64(sum[i]);
	fdt_setprop(t.tree, 0, "data-sum", cells, 16);
	for (unsigned i = 0; i < 2; i++) {
		const char *path = i ? "/partitions/beta" : "/partitions/alpha";
		int node = fdt_path_offset(t.tree, path);

		for (unsigned k = 0; k < 4; k++)
			cells[k] = cpu_to_fdt64(segs[k]);
		ck_assert_int_eq(fdt_setprop(t.tree, node, "segments", cells, 32), 0);
		fdt_setprop_u64(t.tree, node, "entry", IMAGE_AT);
		fdt_setprop_string(t.tree, node, "machine", "papr");
		fdt_delprop(t.tree, node, "initrd");
		fdt_delprop(t.tree, node, "hold");
	}
	fdt_setprop_string(t.tree, fdt_path_offset(t.tree, "/hypervisor"), "console", "lines");
	assemble();
}

static enum um_stop run_machine(struct um_config c)
{
	if (!c.ram)
		c.ram = MIB(64);
	um_setup(&c);
	um_start_cpu(0, boot_cpu);
	return um_run(0, arch_now() + 10 * UM_TICK_HZ, NULL, NULL);
}

START_TEST(from_bundle_to_power_off)
{
	good_bundle();
	ck_assert_int_eq(run_machine((struct um_config){ .ncpus = (unsigned)_i,
							 .bundle = t.bundle,
							 .bundle_len = t.len,
							 .cmdline = "rhype.log=debug" }),
			 UM_POWEROFF);
	ck_assert_int_eq(um_poweroff_code(), 0);
	ck_assert(ended("partition alpha: lpid 1, 2 vcpus, 16 MiB"));
	ck_assert(ended("partition beta: lpid 2, 1 vcpu, 1 MiB, controller"));
	ck_assert(ended("partition alpha is gone"));
	ck_assert(ended("partition beta is gone"));
	ck_assert(ended("no partition is left: the machine ends"));
	ck_assert_uint_eq(hv.ncpus, (unsigned)_i);
	ck_assert_uint_eq(hv.log.level, LOG_DEBUG);
	for (unsigned i = 0; i < hv.ncpus; i++)
		ck_assert(hv.cpu[i]->online);
}
END_TEST

static void run_good(struct um_config c)
{
	good_bundle();
	c.bundle = t.bundle;
	c.bundle_len = t.len;
	ck_assert_int_eq(run_machine(c), UM_POWEROFF);
	ck_assert_int_eq(um_poweroff_code(), 0);
}

/* CPU 1 cannot be started, CPU 2 never arrives, CPU 3 cannot run guests: CPU 0 does it all. */
START_TEST(cpus_that_do_not_come_are_not_used)
{
	good_bundle();
	um_setup(&(struct um_config){ .ncpus = 4,
				      .no_start = 2,
				      .mute = 4,
				      .no_init = 8,
				      .bundle = t.bundle,
				      .bundle_len = t.len });
	um_start_cpu(0, boot_cpu);
	ck_assert_int_eq(um_run(0, arch_now() + UM_TICK_HZ / 100, NULL, NULL), UM_TIME);
	um_advance(5 * UM_TICK_HZ); /* while CPU 0 waits for CPU 2 */
	ck_assert_int_eq(um_run(0, arch_now() + UM_TICK_HZ, NULL, NULL), UM_POWEROFF);
	for (unsigned i = 1; i < 4; i++) {
		char text[60];

		snprintf(text, sizeof(text), "CPU %u does not start: not used", i);
		ck_assert(ended(text));
		ck_assert(!hv.cpu[i]->online);
	}
	ck_assert(hv.cpu[0]->online);
	ck_assert(ended("partition alpha is gone"));
}
END_TEST

/* Nobody waits for it any more: it must not touch anything. */
START_TEST(a_late_cpu_halts)
{
	lab_boot(&(struct um_config){ .ncpus = 2 });
	hv.cpu[1]->online = false;
	hv.cpu[1]->claimed = true;
	um_set_cpu(1);
	ck_assert_int_eq(um_catch(cpu_main(1)), UM_HALT);
	ck_assert(!hv.cpu[1]->online);
	ck_assert(!hv.cpu[1]->failed);
}
END_TEST

START_TEST(a_boot_cpu_without_guests_is_a_panic)
{
	ck_assert_int_eq(run_machine((struct um_config){ .no_init = 1 }), UM_POWEROFF);
	ck_assert_int_eq(um_poweroff_code(), 1);
	ck_assert(ended("PANIC: CPU 0 cannot run guests"));
}
END_TEST

/* Without a partition that restarts, nobody needs the bundle. */
START_TEST(a_bundle_for_once)
{
	good_bundle();
	fdt_delprop(t.tree, fdt_path_offset(t.tree, "/partitions/alpha"), "restart");
	assemble();
	ck_assert_int_eq(run_machine((struct um_config){ .bundle = t.bundle, .bundle_len = t.len }),
			 UM_POWEROFF);
	ck_assert_int_eq(um_poweroff_code(), 0);
	ck_assert_ptr_null(hv.manifest);
	ck_assert_str_eq(palloc_verify(&hv.palloc) ?: "", "");
}
END_TEST

START_TEST(two_ranges_of_memory)
{
	run_good((struct um_config){ .hole = 100 });
	ck_assert(ended("1 CPU, 63 MiB of memory in 2 ranges"));
	run_good((struct um_config){ .ncpus = 2 });
	ck_assert(ended("2 CPUs, 63 MiB of memory in 1 range,"));
}
END_TEST

START_TEST(no_bundle_is_a_panic)
{
	ck_assert_int_eq(run_machine((struct um_config){ .ncpus = 2 }), UM_POWEROFF);
	ck_assert_int_eq(um_poweroff_code(), 1);
	ck_assert(ended("PANIC: no boot bundle"));
}
END_TEST

START_TEST(bad_bundle_ends_with_its_own_code)
{
	good_bundle();
	t.bundle[0] ^= 0xff;
	ck_assert_int_eq(run_machine((struct um_config){ .bundle = t.bundle, .bundle_len = t.len }),
			 UM_POWEROFF);
	ck_assert_int_eq(um_poweroff_code(), 2);
	ck_assert(ended("bundle refused: bundle: no valid device tree"));
	ck_assert(ended("the bundle was refused: nothing to run"));
}
END_TEST

/* On this port the bundle lies behind all RAM; here it is where firmware would put it. */
START_TEST(adopted_memory_is_free_memory)
{
	struct boot_info bi;
	u64 total;
	pa_t hole;

	um_setup(&(struct um_config){ .ram = MIB(8), .hole = 100 });
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	total = hv.palloc.ntotal;
	hole = PA(bi.ram[0].base.v + bi.ram[0].size);
	ck_assert_ptr_null(palloc_frame(&hv.palloc, hole));
	ck_assert_uint_eq(palloc_adopt(&hv.palloc, hole, 100), 100);
	ck_assert_uint_eq(hv.palloc.ntotal, total + 100);
	ck_assert_ptr_nonnull(palloc_frame(&hv.palloc, hole));
	ck_assert_str_eq(palloc_verify(&hv.palloc) ?: "", "");
	ck_assert_uint_eq(palloc_adopt(&hv.palloc, PA(0), 4), 0); /* beyond the map */
	ck_assert_uint_eq(palloc_adopt(&hv.palloc, PA(GIB(4)), 4), 0);
	ck_assert_int_eq(um_catch(palloc_adopt(&hv.palloc, hole, 1)), 1); /* twice */
}
END_TEST

static void end(void)
{
	um_teardown();
	teardown();
}

Suite *suite_main(void);
Suite *suite_main(void)
{
	Suite *s = suite_create("main");
	TCase *tc = tcase_create("main");

	tcase_add_checked_fixture(tc, setup, end);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, from_bundle_to_power_off, 1, 5);
	tcase_add_test(tc, adopted_memory_is_free_memory);
	tcase_add_test(tc, cpus_that_do_not_come_are_not_used);
	tcase_add_test(tc, a_late_cpu_halts);
	tcase_add_test(tc, a_boot_cpu_without_guests_is_a_panic);
	tcase_add_test(tc, a_bundle_for_once);
	tcase_add_test(tc, two_ranges_of_memory);
	tcase_add_test(tc, no_bundle_is_a_panic);
	tcase_add_test(tc, bad_bundle_ends_with_its_own_code);
	suite_add_tcase(s, tc);
	return s;
}
