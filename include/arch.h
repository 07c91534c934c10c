/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract: everything the neutral core asks of a port, and nothing else. A machine's own
 * needs stand in arch_papr.h and arch_pc.h. arch/um is the reference implementation;
 * unittests/arch/test_contract.c checks every port against it. docs/porting.md explains.
 *
 * Rules that hold for all functions here, unless a comment says otherwise:
 *  - the caller runs in hypervisor mode with physical interrupts masked; nothing sleeps;
 *  - "may fail" means: returns an error of types.h and has changed nothing; all others cannot fail;
 *  - a port allocates only from the pool it is given;
 *  - a port calls back into the core only through the upcalls at the end.
 */
#ifndef RHYPE_ARCH_H
#define RHYPE_ARCH_H

#include "exit.h"
#include "types.h"

/*
 * arch_types.h (in arch/X) supplies: struct arch_cpu, struct arch_vcpu, struct arch_gspace (opaque
 * to the core; a PAPR port's arch_vcpu has a member `struct papr_regs papr`), and
 *   static inline void arch_relax(void)   one turn of a busy wait; a scheduling point on um
 *   static inline void arch_lock_point(void)   around each time a lock is held, and between
 *     steps that need none; empty on hardware
 *   static inline unsigned arch_cpu_self(void)  index of this CPU, 0 .. arch_ncpus() - 1
 *   static inline void arch_barrier(void)   orders all earlier against all later storage accesses
 *   static inline u64 arch_opaque(u64 v)   v, of which the compiler knows nothing (nospec.h)
 *   static inline u64 arch_pgtable_entry(u64 e)   e in the byte order of an entry of a second-stage
 *     table, or back (core/pgtable.c)
 */
#include "arch_types.h"

struct pool;

/* ---- machine ---------------------------------------------------------------------------- */

struct mem_range {
	pa_t base;
	u64 size; /* bytes */
};

/* What firmware told us. Filled once by arch_boot, read by core/main.c. */
struct boot_info {
	struct mem_range ram[MAX_RAM_RANGES]; /* usable RAM, page aligned, sorted, disjoint;
						 own image, firmware and bundle already cut out */
	unsigned nram;
	pa_t bundle; /* the boot bundle; bundle_len 0 when there is none */
	u64 bundle_len;
	char cmdline[256]; /* the hypervisor's own, NUL-terminated */
};

/* Boot CPU, first call, once: finds memory, CPUs, console and bundle. Panics when it cannot. */
void arch_boot(struct boot_info *bi);

/* Write one byte to the machine's console. Any CPU, any state, also during a panic; polls. */
void arch_putc(char c);

/*
 * Write n bytes; same context as arch_putc. Waits for a slow line, but not for one that is stuck:
 * for boot, panic and the end of the machine.
 */
void arch_puts(const char *s, size_t n);

/* Write as many of n bytes as the line takes at once; returns how many. One CPU at a time. */
size_t arch_puts_some(const char *s, size_t n);

/* Next byte of console input, or -1 when there is none. Never waits. One CPU at a time. */
int arch_getc(void);

/* Ask firmware to do its background work. Boot CPU, from the idle loop or between vcpus. */
void arch_poll(void);

/* End the machine. `code` 0 is a clean end; it reaches a test runner where there is one. */
__noreturn void arch_poweroff(int code);

/* Stop this CPU for ever. */
__noreturn void arch_halt(void);

/* Seconds since 1970-01-01 UTC from the machine's clock. May fail: HV_EIO, HV_ENOTSUP. */
err_t arch_rtc_read(u64 *seconds);

/* ---- CPUs ------------------------------------------------------------------------------- */

/* Usable physical CPUs, at least 1 and at most MAX_CPUS; constant after arch_boot. */
unsigned arch_ncpus(void);

/* On the CPU itself, before it runs a vcpu: enable virtualization and the kick. May fail. */
err_t arch_cpu_init(void);

/* Boot CPU: start CPU `cpu`, which then calls cpu_main(cpu) on its own stack. May fail: HV_EIO. */
err_t arch_cpu_start(unsigned cpu);

/*
 * Make `cpu` leave its guest or arch_cpu_idle soon. Any CPU, also with locks held. Spurious kicks
 * are legal; a kick sent while the target is in the hypervisor makes its next arch_vcpu_run or
 * arch_cpu_idle return at once.
 */
void arch_cpu_kick(unsigned cpu);

/*
 * Wait, without using the processor, for a kick, for the alarm or for a physical interrupt. No lock
 * held. May return early.
 */
void arch_cpu_idle(void);

/* ---- time ------------------------------------------------------------------------------- */

/* Ticks since some moment before boot: monotonic, the same on all CPUs. */
u64 arch_now(void);

/* Ticks in a second; constant. */
u64 arch_tick_hz(void);

/*
 * This CPU leaves its guest or arch_cpu_idle at or soon after `when` (ticks); TIME_NEVER cancels.
 * One alarm per CPU; a new one replaces the old. A time that has passed fires at once.
 */
void arch_alarm(u64 when);
#define TIME_NEVER (~0ull)

/* ---- hypervisor memory ------------------------------------------------------------------ */

/* Pointer to RAM that the hypervisor owns (not guest memory: see windows). */
void *arch_va(pa_t p);

/* Inverse of arch_va. */
pa_t arch_pa(const void *v);

/*
 * Short access to one guest-owned page. At most 4 open per CPU, none at a dispatcher exit.
 * um keeps guest pages poisoned outside windows and pins.
 */
void *arch_window_open(pa_t page);
void arch_window_close(void *v);

/* Long-lived access to one guest-owned page (core/gpin.c counts and revokes them). */
void *arch_pin(pa_t page);
void arch_unpin(void *v);

/* Zero n pages so that no observer, cache or device sees the old contents. */
void arch_scrub(pa_t page, u64 n);

/*
 * Copy n bytes of hypervisor memory to guest memory and make them visible to instruction fetch
 * (loading an image). `to` + n must not pass the end of a machine-contiguous run.
 */
void arch_load_image(pa_t to, const void *from, u64 n);

/* Debug information for um: these pages belong to a guest (true) or to us (false). */
void arch_guest_pages(pa_t page, u64 n, bool guest);

/* ---- guest address space: logical address -> machine address, of one partition ----------- */

enum prot { PROT_R = 1, PROT_W = 2, PROT_X = 4, PROT_RWX = 7 };
enum memtype { MT_NORMAL, MT_DEVICE, MT_WC };

/* Empty space. `id` tags its translations; a reused id is flushed everywhere. May fail. */
err_t arch_gspace_init(struct arch_gspace *gs, lpid_t id, struct pool *tables);

/* Give all table pages back to the pool. No vcpu of the space is loaded on any CPU. */
void arch_gspace_fini(struct arch_gspace *gs);

/*
 * Map [g, g + size) to [p, p + size), with the largest pages that fit. All page aligned. Refuses
 * an overlap (HV_EEXIST) and a g beyond the space (HV_ERANGE). At most `ARCH_MAP_STEP` table
 * updates per call: *done tells how many bytes from g on are mapped; HV_EAGAIN means call again
 * with the rest. After HV_ENOMEM the *done bytes stay mapped (the caller unmaps them). The
 * partition's lock is held.
 */
err_t arch_gspace_map(struct arch_gspace *gs, gpa_t g, pa_t p, u64 size, unsigned prot,
		      enum memtype type, u64 *done);

/*
 * Unmap [g, g + size); holes are fine. *done as above; only HV_OK, HV_EAGAIN and, when a large
 * page would have to be split without a page for it, HV_ENOMEM. Accesses may still succeed until
 * arch_gspace_sync returns. The partition's lock is held.
 */
err_t arch_gspace_unmap(struct arch_gspace *gs, gpa_t g, u64 size, u64 *done);

/* What a guest access to g would reach. HV_ENOENT when nothing. */
err_t arch_gspace_query(const struct arch_gspace *gs, gpa_t g, pa_t *p, unsigned *prot);

/*
 * On return no CPU and no device uses a translation that was removed before the call. No lock
 * held; waits for other CPUs with kicks served.
 */
void arch_gspace_sync(struct arch_gspace *gs);

/* ---- virtual CPUs ----------------------------------------------------------------------- */

/* Prepare a vcpu of the space; its number within the partition is `index`. May fail. */
err_t arch_vcpu_init(struct arch_vcpu *v, struct arch_gspace *gs, unsigned index,
		     struct pool *pages);

/* Give its pages back. Not loaded anywhere. */
void arch_vcpu_fini(struct arch_vcpu *v);

/*
 * Make v the vcpu of this CPU: switches the heavy state (FP and vector registers, SPRs or MSRs,
 * translation context) and flushes what another CPU may have left stale here. Exactly one vcpu is
 * loaded on a CPU between load and put; a vcpu is loaded on one CPU at most.
 */
void arch_vcpu_load(struct arch_vcpu *v);

/* Take it off this CPU; all its state is in *v afterwards and nothing of it stays readable. */
void arch_vcpu_put(struct arch_vcpu *v);

/*
 * Run the loaded vcpu until something needs the core, and describe it in *x. Light calls are
 * served inside (see hcall_light). No lock held, no window open.
 */
void arch_vcpu_run(struct arch_vcpu *v, struct vcpu_exit *x);

/*
 * When the guest's own timer must wake it: ticks; TIME_NEVER when it has none armed; now or
 * earlier when it is already due. The vcpu is loaded here, or loaded nowhere.
 */
u64 arch_vcpu_wake(const struct arch_vcpu *v);

/* Registers as text for a crash report: at most n bytes with the NUL. Not running. */
size_t arch_vcpu_dump(const struct arch_vcpu *v, char *buf, size_t n);

/* ---- upcalls: all that a port may call in the core --------------------------------------- *
 *  hv_main()            once, from the entry code, on the boot CPU, on its stack
 *  cpu_main(cpu)        once per started CPU
 *  hcall_light(regs..)  see arch_papr.h: serves a LIGHT row without a full exit
 *  machine_check(..)    a hardware error that belongs to no partition
 *  log_*(), panic()     log.h, panic.h
 *  ram_*                ram.h, in arch_boot
 *  fmt_print            fmt.h
 *  pool_get, pool_put   pool.h
 *  memcpy family        string.h
 */
__noreturn void hv_main(void);
__noreturn void cpu_main(unsigned cpu);

#endif
