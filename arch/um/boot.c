// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Beginning and end of the simulated machine. Next to read: mem.c (its RAM), cpu.c (its CPUs).
 */
#include "state.h"

#include <stdarg.h>

#include "fmt.h"
#include "hvstring.h"

struct um_machine um;

/* Outlives the machine: a test may ask after um_teardown. */
static struct {
	bool armed;
	void *jmp[5];
	int code;
	char bug[256];
} catch;

/* ---- set up and tear down --------------------------------------------------------------- */

static void cpus_init(void)
{
	unsigned i;

	for (i = 0; i < um.cfg.ncpus; i++)
		um.cpu[i].alarm = TIME_NEVER;
	um.next = UM_NOBODY;
	um.caller = 0;
	um_self = 0;
	um.cpu[0].state = UM_CPU_READY;
	um.cpu[0].active = host_fiber_main();
}

void um_setup(const struct um_config *c)
{
	um_teardown();
	memset(&um, 0, sizeof(um));
	if (c)
		um.cfg = *c;
	if (!um.cfg.ncpus)
		um.cfg.ncpus = 1;
	if (!um.cfg.ram)
		um.cfg.ram = MIB(64);
	if (um.cfg.ncpus > MAX_CPUS)
		um_bug("um_setup: at most %u CPUs", MAX_CPUS);
	if (!um.cfg.turn)
		um.cfg.turn = 8;
	um.rng = um.cfg.seed;
	um.now = UM_TICK_HZ; /* a machine that has been on for a second */
	um.up = true;
	um.line_takes = ~0ull;
	cpus_init();
	um_mem_init();
}

void um_teardown(void)
{
	if (!um.up)
		return;
	if (host_fiber_self() != host_fiber_main())
		um_bug("um_teardown from inside the machine");
	um_cpus_fini();
	um_mem_fini();
	um_console_fini();
	um.up = false;
	um_lock_count = NULL;
}

void arch_boot(struct boot_info *bi)
{
	const char *cmdline = um.cfg.cmdline ? um.cfg.cmdline : "";

	memset(bi, 0, sizeof(*bi));
	um_mem_ranges(bi);
	fmt_print(bi->cmdline, sizeof(bi->cmdline), "%s", cmdline);
}

err_t arch_rtc_read(u64 *seconds)
{
	if (um.cfg.no_rtc)
		return HV_EIO;
	*seconds = um.cfg.rtc + um.now / UM_TICK_HZ;
	return HV_OK;
}

/* ---- the end ---------------------------------------------------------------------------- */

void **um_catch_arm(void)
{
	if (catch.armed)
		um_bug("um_catch inside um_catch");
	catch.armed = true;
	catch.code = UM_NO_END;
	return catch.jmp;
}

void um_catch_done(void)
{
	catch.armed = false;
}

int um_catch_code(void)
{
	return catch.code;
}

const char *um_bug_text(void)
{
	return catch.bug;
}

void um_end_here(void)
{
	if (catch.armed) {
		catch.armed = false;
		catch.code = um.end_code;
		um.ended = false;
		um.driving = false;
		if (um.up && um.caller != UM_NOBODY) {
			um_self = (unsigned)um.caller;
			um.cpu[um_self].state = UM_CPU_READY;
		}
		__builtin_longjmp(catch.jmp, 1);
	}
	if (um.end_code == UM_BUG)
		host_abort();
	host_report("the machine ended with code %d; its last words: %s", um.end_code,
		    um_output(NULL));
	host_abort();
}

void um_end(int code)
{
	um_note(UM_EV_END, (u64)code, um.now);
	um.ended = true;
	um.end_code = code;
	um.why = UM_POWEROFF;
	if (code != UM_BUG && code != UM_HALT)
		um_cpus_drop();
	else if (host_fiber_self() != host_fiber_main())
		um.cpu[um_self].state = UM_CPU_HALTED;
	if (host_fiber_self() != host_fiber_main())
		host_fiber_switch(host_fiber_main());
	um_end_here();
}

void um_bug(const char *f, ...)
{
	va_list ap;

	va_start(ap, f);
	fmt_vprint(catch.bug, sizeof(catch.bug), f, ap);
	va_end(ap);
	if (!catch.armed)
		host_report("CPU %u: %s", um_self, catch.bug);
	um_end(UM_BUG);
}

int um_poweroff_code(void)
{
	return um.end_code;
}

void arch_poweroff(int code)
{
	um_end(code);
}

void arch_halt(void)
{
	if (host_fiber_self() == host_fiber_main())
		um_end(UM_HALT);
	for (;;) {
		um_cpu()->state = UM_CPU_HALTED;
		um_leave_cpu();
	}
}
