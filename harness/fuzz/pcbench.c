// SPDX-License-Identifier: GPL-2.0-or-later
/* The bench of the PC's fuzz targets. Next to read: fuzz_pc.c, which makes exits of every kind. */
#include "pcbench.h"

#include "hv.h"
#include "manifest.h"

struct partition *bench_p;
struct vcpu *bench_v;

#define OTHER_MEM MIB(1)

static struct partition *other;

/* Memory of the bystander, as it was; it begins in the same way each time. */
static u8 was[OTHER_MEM];

static void *at(const struct partition *p, u64 g, u64 *run)
{
	pa_t pa;

	return gmem_translate(p, GPA(g), PROT_R, &pa, run) == HV_OK ? um_phys(pa) : NULL;
}

static void each_piece(void (*fn)(u8 *was, const u8 *mem, u64 n))
{
	u64 run;

	for (u64 g = 0; g < OTHER_MEM; g += run) {
		const u8 *mem = at(other, g, &run);

		promise(mem, "its memory is there");
		fn(was + g, mem, run);
	}
}

static void keep(u8 *to, const u8 *mem, u64 n)
{
	memcpy(to, mem, n);
}

static void compare(u8 *had, const u8 *mem, u64 n)
{
	promise(!memcmp(had, mem, n), "memory of another partition is untouched");
}

static struct partition *create(const char *name, u64 memory, unsigned vcpus)
{
	struct manifest_part mp = { .machine = "pc",
				    .vcpus = vcpus,
				    .memory = memory,
				    .entry = GPA(BENCH_CODE),
				    .hold = true };
	struct partition *p;

	memcpy(mp.name, name, strlen(name) + 1);
	promise(partition_create(&mp, NULL, &p) == HV_OK, "a partition");
	return p;
}

void bench_boot(void)
{
	static struct boot_info bi;
	static bool kept;

	um_setup(&(struct um_config){ .ncpus = 2, .ram = MIB(8), .rtc = BENCH_RTC });
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
	hv.log.level = LOG_ERROR;
	console_init(&hv.console, CONSOLE_LINES);
	promise(arch_cpu_init() == HV_OK, "CPU 0");
	hv.cpu[0]->online = hv.cpu[1]->online = true;
	bench_p = create("fuzz", BENCH_MEM, BENCH_VCPUS);
	other = create("other", OTHER_MEM, 1);
	if (!kept)
		each_piece(keep);
	kept = true;
	lock_take(&hv.lock);
	promise(partition_start(bench_p) == HV_OK, "it starts");
	lock_drop(&hv.lock);
	bench_v = bench_p->vcpu[0];
	promise(cpu_load(hv.cpu[bench_v->cpu], bench_v), "it is loaded");
}

void bench_end(void)
{
	each_piece(compare);
	cpu_unload(hv.cpu[bench_v->cpu]);
	um_teardown();
}

void bench_turn(unsigned n)
{
	struct vcpu *to = bench_p->vcpu[n % BENCH_VCPUS];

	if (to == bench_v || !to->online)
		return;
	cpu_unload(hv.cpu[bench_v->cpu]);
	um_set_cpu(to->cpu);
	promise(arch_cpu_init() == HV_OK, "the other CPU");
	bench_v = to;
	promise(cpu_load(hv.cpu[to->cpu], to), "another vcpu is loaded");
}

void bench_exit(struct vcpu_exit x, bool light)
{
	enum light done = LIGHT_NOT;

	if (light && (x.kind == EXIT_HCALL || x.kind == EXIT_REGISTER || x.kind == EXIT_IDLE))
		done = pc_light(&bench_v->arch, &x);
	if (done == LIGHT_LOOK) {
		pc_look(&bench_v->arch);
		bench_v->arch.pcx.injected = false; /* the guest goes on, and takes it */
	}
	if (done == LIGHT_NOT)
		exit_dispatch(bench_v, &x);
}

/* Nobody sleeps at a HLT while something is there that ends it. */
static void awake(struct vcpu *w)
{
	if (w->se.state != SE_BLOCKED || w == bench_v)
		return;
	promise(!(w->arch.pc.rflags & RFLAGS_IF) || pc_apic_pending(w) < 0 ||
			w->arch.pcx.blocked & PC_READY_INTR,
		"who sleeps has no interrupt to take");
}

void bench_check(void)
{
	const struct pc_uart *u = &pc_part(bench_p)->uart;
	bool retried = !u->ntx || !bench_v->online;

	promise(lock_count() == 0, "no lock is left");
	promise(this_cpu()->windows == 0, "no window is left");
	promise(u->nrx <= UART_FIFO && u->ntx <= UART_FIFO, "FIFOs keep their size");
	for (unsigned i = 0; i < BENCH_VCPUS; i++) {
		struct pc_vcpu *pv = pc_vcpu(bench_p->vcpu[i]);

		promise(pv->due == MIN(pv->apic.timer, pv->retry), "the alarm is the earlier one");
		promise(pv->due == bench_p->vcpu[i]->arch.pcx.alarm, "the port knows it");
		retried |= pv->retry != TIME_NEVER;
		awake(bench_p->vcpu[i]);
	}
	promise(retried, "somebody tries again what the console did not take");
}

int bench_enter(void)
{
	struct um_pc *pc = &bench_v->arch.pcx;

	bench_p->machine->before_run(bench_v);
	if (!pc->injected)
		return -1;
	pc->injected = false;
	return pc->event.vector;
}

int bench_exception(void)
{
	struct um_pc *pc = &bench_v->arch.pcx;

	if (!pc->injected || pc->event.type != PC_EVENT_EXCEPTION)
		return -1;
	pc->injected = false;
	return pc->event.vector;
}

bool bench_runs(void)
{
	return bench_p->state == PART_RUNNING && bench_v->online;
}

/* ---- single accesses -------------------------------------------------------------------- */

static bool msr(u32 nr, bool write)
{
	u64 rip = bench_v->arch.pc.rip;
	int e;

	bench_exit((struct vcpu_exit){ .kind = EXIT_REGISTER,
				       .len = 2,
				       .reg = { REG_MSR, nr, write } },
		   false);
	e = bench_exception();
	promise(e == -1 || e == PC_EXC_GP, "an MSR answers or faults");
	if (e != -1)
		promise(bench_v->arch.pc.rip == rip, "a fault stands at its instruction");
	return e == -1;
}

bool bench_wrmsr(u32 nr, u64 val)
{
	bench_v->arch.pc.gpr[PC_RAX] = (u32)val;
	bench_v->arch.pc.gpr[PC_RDX] = val >> 32;
	return msr(nr, true);
}

bool bench_rdmsr(u32 nr, u64 *val)
{
	bool ok = msr(nr, false);

	*val = bench_v->arch.pc.gpr[PC_RDX] << 32 | (u32)bench_v->arch.pc.gpr[PC_RAX];
	return ok;
}

u32 bench_in(u16 port, u8 size)
{
	bench_v->arch.pc.gpr[PC_RAX] = 0;
	bench_exit(
		(struct vcpu_exit){ .kind = EXIT_IO, .len = 1, .io = { port, size, false, false } },
		false);
	return (u32)bench_v->arch.pc.gpr[PC_RAX];
}

void bench_out(u16 port, u8 size, u32 val)
{
	bench_v->arch.pc.gpr[PC_RAX] = val;
	bench_exit(
		(struct vcpu_exit){ .kind = EXIT_IO, .len = 1, .io = { port, size, true, false } },
		false);
}

/* ---- memory ----------------------------------------------------------------------------- */

bool bench_peek(u64 g, unsigned n, u64 *val)
{
	u64 run;

	*val = 0;
	for (unsigned i = 0; i < n; i++) {
		const u8 *b = g + i < g ? NULL : at(bench_p, g + i, &run);

		if (!b)
			return false;
		*val |= (u64)*b << 8 * i;
	}
	return true;
}

void bench_poke(u64 g, unsigned n, u64 val)
{
	u64 run;

	for (unsigned i = 0; i < n; i++) {
		u8 *b = at(bench_p, g + i, &run);

		promise(b, "the bench writes to memory");
		*b = (u8)(val >> 8 * i);
	}
}
