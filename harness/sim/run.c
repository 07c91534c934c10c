// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One seed: boot its bundle, run until the machine ends, look at what is left. Everything that
 * happens goes into a digest, and on demand into a text. Next: operator.c, check.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hv.h"
#include "lock.h"
#include "sim.h"
#include "um.h"

#define MAX_STEPS   10000000
#define MAX_SECONDS 3 /* simulated; a waiting machine is quick */

struct sim sim;
static u8 bundle[KIB(64)];

void sim_fail(const char *f, ...)
{
	va_list ap;

	if (sim.why[0])
		return; /* the first reason is the interesting one */
	va_start(ap, f);
	vsnprintf(sim.why, sizeof(sim.why), f, ap);
	va_end(ap);
}

static void mix(u64 v)
{
	sim.digest = (sim.digest ^ v) * 0x100000001b3ull;
	sim.digest ^= sim.digest >> 29;
}

static void on_event(enum um_event e, unsigned cpu, u64 a, u64 b)
{
	static const char *const what[] = { "turn", "kick", "exit", "end" };

	sim.events++;
	mix(e);
	mix(cpu);
	mix(a);
	mix(b);
	if (sim.trace)
		fprintf(sim.trace, "%llu %u %s %llu %llx\n", (unsigned long long)um_steps(), cpu,
			what[e], (unsigned long long)a, (unsigned long long)b);
}

static void boot_cpu(unsigned cpu)
{
	(void)cpu;
	hv_main();
}

/* The last line of the console that says why the machine panicked. */
static void tell_panic(int code)
{
	const char *at = strstr(um_output(NULL), "PANIC");

	if (!at)
		at = "no reason on the console";
	sim_fail("the machine ended with code %d: %.*s", code, (int)strcspn(at, "\r\n"), at);
}

static void judge(enum um_stop stop, int code)
{
	if (code == UM_BUG)
		sim_fail("the port: %s", um_bug_text());
	else if (code != UM_NO_END)
		sim_fail("the machine ended with code %d", code);
	else if (stop == UM_POWEROFF && um_poweroff_code())
		tell_panic(um_poweroff_code());
	else if (stop == UM_POWEROFF)
		sim_check_end();
	else if (stop == UM_STEPS)
		sim_fail("no end after %u scheduling points", MAX_STEPS);
	else
		sim_fail("no end: %s", stop == UM_TIME ? "time passes and nothing happens"
						       : "everybody waits for ever");
}

static void power_on(void)
{
	const struct sim_scenario *s = &sim.s;

	um_setup(&(struct um_config){ .ncpus = s->ncpus,
				      .ram = s->ram,
				      .seed = s->seed + 1,
				      .turn = s->turn,
				      .stall = s->stall,
				      .guest = s->guest,
				      .light = s->light,
				      .bundle = bundle,
				      .bundle_len = sim_bundle(s, bundle, sizeof(bundle)) });
	um_lock_count = lock_count;
	um_trace = on_event;
	sim_points(s->access, s->seed);
	um_start_cpu(0, boot_cpu);
}

/* Everything that came out, as far as it is text. */
static void end_of_trace(void)
{
	size_t n;
	const char *out = um_output(&n);

	for (size_t i = 0; i < n; i++)
		mix((u8)out[i]);
	if (!sim.trace)
		return;
	fprintf(sim.trace, "console:\n");
	for (size_t i = 0; i < n; i++)
		if ((out[i] >= ' ' && out[i] <= '~') || out[i] == '\n')
			fputc(out[i], sim.trace);
	fprintf(sim.trace, "digest %016llx\n", (unsigned long long)sim.digest);
}

bool sim_run(u64 seed)
{
	void *trace = sim.trace;
	volatile enum um_stop stop = UM_NOTHING;
	int code;

	memset(&sim, 0, sizeof(sim));
	sim.trace = trace;
	sim.rng = ~seed;
	sim_scenario(&sim.s, seed);
	sim_operator_reset();
	power_on();
	code = um_catch(
		stop = um_run(MAX_STEPS, arch_now() + MAX_SECONDS * UM_TICK_HZ, NULL, NULL));
	sim_points(0, 0);
	um_trace = NULL;
	judge(stop, code);
	end_of_trace();
	um_teardown();
	return !sim.why[0];
}
