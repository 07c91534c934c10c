// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process port by itself: memory, console, and what it finds when its caller breaks the
 * contract. No core is booted but the allocator. Next: test_um_cpu.c.
 */
#include <check.h>
#include <string.h>

#include "arch_papr.h"
#include "hv.h"
#include "pool.h"
#include "um.h"

#define MS(n) ((u64)(n) * (UM_TICK_HZ / 1000))

static struct pool pool;

static void boot_cfg(const struct um_config *c)
{
	struct boot_info bi;

	um_setup(c);
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	um_lock_count = lock_count;
	pool_init(&pool, (lpid_t){ 9 }, 50);
}

static void boot(void)
{
	boot_cfg(&(struct um_config){ .ncpus = 4, .ram = MIB(8) });
}

static void down(void)
{
	um_teardown();
}

/* The port reports a bug whose text contains `text`. */
#define ck_bug(text, stmt)                                                                  \
	do {                                                                                \
		ck_assert_int_eq(um_catch(stmt), UM_BUG);                                   \
		ck_assert_msg(strstr(um_bug_text(), text) != NULL, "no '%s' in '%s'", text, \
			      um_bug_text());                                               \
	} while (0)

static pa_t guest_page(void)
{
	pa_t p;

	ck_assert_int_eq(palloc_get(&hv.palloc, 0, FRAME_GUEST, pool.owner, true, &p), HV_OK);
	return p;
}

/* ---- setup ------------------------------------------------------------------------------- */

START_TEST(ranges_of_ram)
{
	static const char bundle[5000] = "bundle";
	struct um_config c = { .ram = MIB(2),
			       .hole = 64,
			       .bundle = bundle,
			       .bundle_len = sizeof(bundle),
			       .cmdline = "a b" };
	struct boot_info bi;

	um_setup(&c);
	arch_boot(&bi);
	ck_assert_uint_eq(bi.nram, 2);
	ck_assert_uint_eq(bi.ram[0].base.v, UM_RAM_BASE);
	ck_assert_uint_eq(bi.ram[0].size, MIB(1));
	ck_assert_uint_eq(bi.ram[1].base.v, UM_RAM_BASE + MIB(1) + 64 * HV_PAGE_SIZE);
	ck_assert_uint_eq(bi.ram[1].size, MIB(1) - 64 * HV_PAGE_SIZE - 2 * HV_PAGE_SIZE);
	ck_assert_uint_eq(bi.bundle.v, UM_RAM_BASE + MIB(2) - 2 * HV_PAGE_SIZE);
	ck_assert_mem_eq(arch_va(bi.bundle), bundle, sizeof(bundle));
	ck_assert_str_eq(bi.cmdline, "a b");
	/* what was not written is garbage, not zeros */
	ck_assert_uint_eq(*(u8 *)arch_va(bi.ram[0].base), 0xa5);
	um_setup(NULL);
	arch_boot(&bi);
	ck_assert_uint_eq(bi.nram, 1);
	ck_assert_uint_eq(bi.ram[0].size, MIB(64));
	ck_assert_uint_eq(bi.bundle_len, 0);
	ck_assert_uint_eq(arch_ncpus(), 1);
}
END_TEST

/* Memory is kept from machine to machine, but not what stood in it. */
START_TEST(garbage_after_every_machine)
{
	static const u64 size[] = { MIB(16), MIB(1), MIB(3), MIB(16), MIB(8) };

	for (unsigned k = 0; k < 5; k++) {
		u64 end = UM_RAM_BASE + size[k], wrong = 0;

		um_setup(&(struct um_config){ .ram = size[k] });
		for (u64 p = UM_RAM_BASE; p < end; p += HV_PAGE_SIZE) {
			u8 *b = k % 2 ? arch_va(PA(p)) : um_phys(PA(p));

			wrong += b[0] != 0xa5 || memcmp(b, b + 1, HV_PAGE_SIZE - 1);
		}
		ck_assert_uint_eq(wrong, 0);
		um_setup(&(struct um_config){ .ram = size[k] });
		memset(k == 1 ? um_phys(PA(end - HV_PAGE_SIZE)) : arch_va(PA(end - HV_PAGE_SIZE)),
		       k, HV_PAGE_SIZE);
		arch_scrub(PA(UM_RAM_BASE), 3);
	}
}
END_TEST

START_TEST(smallest_machine)
{
	boot_cfg(&(struct um_config){ .ram = 64 * HV_PAGE_SIZE });
	ck_assert_uint_gt(hv.palloc.nfree, 32);
	ck_assert_ptr_null(palloc_verify(&hv.palloc));
}
END_TEST

START_TEST(console_and_clock)
{
	u64 s;
	size_t n;

	um_setup(&(struct um_config){ .rtc = 1000 });
	arch_puts("one ", 4);
	arch_putc('2');
	ck_assert_str_eq(um_output(&n), "one 2");
	ck_assert_uint_eq(n, 5);
	um_output_clear();
	ck_assert_str_eq(um_output(NULL), "");
	ck_assert_int_eq(arch_getc(), -1);
	um_input("x\xff", 2);
	ck_assert_int_eq(arch_getc(), 'x');
	ck_assert_int_eq(arch_getc(), 0xff);
	ck_assert_int_eq(arch_getc(), -1);
	ck_assert_int_eq(arch_rtc_read(&s), HV_OK);
	um_advance(7 * UM_TICK_HZ);
	ck_assert_uint_eq(s + 7, (arch_rtc_read(&s), s));
	um_setup(&(struct um_config){ .no_rtc = true });
	ck_assert_int_eq(arch_rtc_read(&s), HV_EIO);
	um_set_time(arch_now() + 5);
	ck_bug("backwards", um_set_time(1));
}
END_TEST

START_TEST(ends_are_caught)
{
	boot();
	ck_assert_int_eq(um_catch(arch_poweroff(5)), 5);
	ck_assert_int_eq(um_catch(arch_halt()), UM_HALT);
	ck_assert_int_eq(um_catch((void)arch_now()), UM_NO_END);
	ck_assert_int_eq(um_catch(um_bug("number %u", 7)), UM_BUG);
	ck_assert_str_eq(um_bug_text(), "number 7");
	/* the caller is CPU 0 as before */
	arch_cpu_kick(0);
	arch_cpu_idle();
	ck_assert_uint_eq(arch_cpu_self(), 0);
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------ */

START_TEST(guest_pages_are_closed)
{
	int closed = -1;
	pa_t p;
	u8 *w, *pin;

	boot();
	p = guest_page();
	/* under ASan or valgrind the view itself is closed; plain runs only have the checks */
	if (um_page_poisoned(p) >= 0)
		closed = 1;
	ck_assert(um_page_guest(p));
	ck_assert_int_eq(um_page_poisoned(p), closed);
	ck_bug("arch_va of guest page", arch_va(p));
	w = arch_window_open(p);
	pin = arch_pin(p);
	ck_assert_ptr_eq(w, pin);
	ck_assert_uint_eq(um_page_open(p), 2);
	ck_assert_int_le(um_page_poisoned(p), 0);
	arch_window_close(w);
	ck_assert_int_le(um_page_poisoned(p), 0);
	*pin = 1;
	arch_unpin(pin);
	ck_assert_int_eq(um_page_poisoned(p), closed);
	ck_assert_uint_eq(*(u8 *)um_phys(p), 1);
	palloc_put(&hv.palloc, p, 1, FRAME_GUEST, pool.owner);
	ck_assert_int_le(um_page_poisoned(p), 0);
	ck_assert(!um_page_guest(p));
}
END_TEST

START_TEST(windows_are_counted)
{
	void *w[UM_WINDOWS];
	pa_t p;

	boot();
	p = guest_page();
	for (unsigned i = 0; i < UM_WINDOWS; i++)
		w[i] = arch_window_open(p);
	ck_assert_uint_eq(um_windows(0), UM_WINDOWS);
	ck_bug("more than 4 windows", arch_window_open(p));
	um_set_cpu(1);
	ck_bug("no window of CPU 1", arch_window_close(w[0]));
	um_set_cpu(0);
	for (unsigned i = 0; i < UM_WINDOWS; i++)
		arch_window_close(w[i]);
	ck_bug("no window of CPU 0", arch_window_close(w[0]));
	ck_bug("not open", arch_unpin(w[0]));
	ck_bug("is no window or pin", arch_unpin((u8 *)w[0] + 8));
}
END_TEST

START_TEST(misuse_of_pages_is_found)
{
	pa_t p, own;
	void *pin;
	u8 x = 0;

	boot();
	p = guest_page();
	ck_assert_int_eq(palloc_get(&hv.palloc, 0, FRAME_HV, (lpid_t){ 0 }, true, &own), HV_OK);
	ck_bug("not a guest page", arch_window_open(own));
	ck_bug("not a guest page", arch_pin(own));
	ck_bug("not a guest page", arch_pin(PA(p.v + 8)));
	ck_bug("is not RAM", arch_va(PA(0)));
	ck_bug("is not RAM", arch_va(PA(UM_RAM_BASE + MIB(8))));
	ck_bug("is not in RAM", arch_pa(&x));
	ck_bug("not a guest page", arch_load_image(own, &x, 1));
	ck_bug("beyond RAM", arch_load_image(PA(UM_RAM_BASE + MIB(8) - 1), &x, 2));
	pin = arch_pin(p);
	ck_bug("with a window or pin open", arch_scrub(p, 1));
	ck_bug("with a window or pin open", arch_guest_pages(p, 1, false));
	arch_unpin(pin);
	ck_bug("arch_scrub", arch_scrub(PA(p.v + 1), 1));
	ck_bug("arch_guest_pages", arch_guest_pages(PA(UM_RAM_BASE - HV_PAGE_SIZE), 1, true));
	ck_assert_ptr_null(um_phys(PA(UM_RAM_BASE - 1)));
}
END_TEST

/* ---- vcpus and spaces, by misuse --------------------------------------------------------- */

static struct arch_gspace gs;
static struct arch_vcpu va, vb;
static struct vcpu_exit x;

static void make_vcpus(void)
{
	boot();
	ck_assert_int_eq(arch_cpu_init(), HV_OK);
	ck_assert_int_eq(arch_gspace_init(&gs, pool.owner, &pool), HV_OK);
	ck_assert_int_eq(arch_vcpu_init(&va, &gs, 0, &pool), HV_OK);
	ck_assert_int_eq(arch_vcpu_init(&vb, &gs, 1, &pool), HV_OK);
}

START_TEST(one_vcpu_on_one_cpu)
{
	make_vcpus();
	arch_vcpu_load(&va);
	ck_assert_ptr_eq(um_loaded(0), &va);
	ck_bug("taken", arch_vcpu_load(&vb));
	ck_bug("not loaded on CPU 0", arch_vcpu_put(&vb));
	ck_bug("loaded on CPU 0", arch_vcpu_fini(&va));
	ck_bug("has a vcpu of it loaded", arch_gspace_fini(&gs));
	ck_bug("another vcpu", arch_vcpu_run(&vb, &x));
	ck_bug("arch_papr_reset of a loaded vcpu", arch_papr_reset(&va, GPA(0x4000), 0));
	um_set_cpu(1);
	ck_bug("taken", arch_vcpu_load(&va));
	ck_bug("not loaded here", arch_papr_mediate(&va, true));
	ck_bug("of another CPU", arch_vcpu_wake(&va));
	arch_vcpu_load(&vb);
	ck_bug("not initialised", arch_vcpu_run(&vb, &x));
	arch_vcpu_put(&vb);
	um_set_cpu(0);
	arch_vcpu_put(&va);
	ck_assert_ptr_null(um_loaded(0));
	arch_vcpu_fini(&va);
	arch_vcpu_fini(&va); /* nothing left to give back */
	arch_vcpu_fini(&vb);
	arch_gspace_fini(&gs);
	ck_assert_uint_eq(pool.used, 0);
}
END_TEST

START_TEST(locks_and_windows_stay_out_of_guests)
{
	struct lock l;
	void *w;
	pa_t p;

	make_vcpus();
	p = guest_page();
	lock_init(&l, LOCK_VCPU, "test");
	arch_vcpu_load(&va);
	w = arch_window_open(p);
	ck_bug("with a window open", arch_vcpu_run(&va, &x));
	arch_window_close(w);
	lock_take(&l);
	ck_bug("with a lock held", arch_vcpu_run(&va, &x));
	ck_bug("with a lock held", arch_cpu_idle());
	ck_bug("with a lock held", arch_gspace_sync(&gs));
	lock_drop(&l);
	arch_vcpu_run(&va, &x);
	ck_assert_int_eq(x.kind, EXIT_MEMORY); /* nothing is mapped */
}
END_TEST

Suite *suite_um(void);
Suite *suite_um(void)
{
	const TTest *const tests[] = {
		ranges_of_ram,	     garbage_after_every_machine,
		smallest_machine,    console_and_clock,
		ends_are_caught,     guest_pages_are_closed,
		windows_are_counted, misuse_of_pages_is_found,
		one_vcpu_on_one_cpu, locks_and_windows_stay_out_of_guests,
	};
	Suite *s = suite_create("um");
	TCase *tc = tcase_create("um");

	tcase_add_checked_fixture(tc, NULL, down);
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	return s;
}
