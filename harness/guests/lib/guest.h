/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library of the test guests: one API on every port. A guest is one file that says GUEST(name)
 * { ... }. Guests keep nothing in static variables, because on the process port all partitions
 * share the program: state lives on the stack or in the partition's memory (g_load, g_store).
 * guest.c is the portable part; papr/ and pc/ know the machine that a partition is (papr.h, pc.h),
 * ppc64/, x86_64/ and um/ the processor.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hcall.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define G_MAX_VCPUS 16
#define G_MAX_ARGS  9

/*
 * Logical memory every guest has: 0 .. 0x3fff vectors, then scratch. Images begin at G_IMAGE.
 */
#define G_SCRATCH     0x4000ul /* library: 0x400 bytes per vcpu */
#define G_SHARED      0x8000ul /* for the guest itself, up to G_IMAGE */
#define G_IMAGE	      0x10000ul
#define G_SCRATCH_PER 0x400ul

/* ---- what a guest is --------------------------------------------------------------------- */

struct guest {
	const char *name;
	void (*main)(void);
};

/*
 * Defines the guest. Its body runs on vcpu 0, in real mode with interrupts off; returning counts
 * as FAIL. On hardware the first guest of an image runs; the process port finds
 * them by name.
 */
#define GUEST(n)                                                      \
	static void guest_main_##n(void);                             \
	static const struct guest guest_##n = { #n, guest_main_##n }; \
	G_PUBLISH(n)                                                  \
	static void guest_main_##n(void)

#ifdef GUEST_ALONE
#define G_PUBLISH(n)                          \
	__attribute__((section("guest_list"), \
		       used)) static const struct guest *const guest_listed_##n = &guest_##n;

/* guest.lds: the guests of this image. */
extern const struct guest *const guest_list[], *const guest_list_end[];
#define guest_this (guest_list[0])

/* All guests of this image, where a port links several into one, and turning into one of them. */
const struct guest *const *g_list(u64 *n);
void g_become(const struct guest *g);
#else
#define G_PUBLISH(n)                                                     \
	static void guest_enter_##n(u64 info)                            \
	{                                                                \
		guest_enter(&guest_##n, info);                           \
	}                                                                \
	__attribute__((constructor)) static void guest_publish_##n(void) \
	{                                                                \
		guest_publish(#n, guest_enter_##n);                      \
	}
void guest_publish(const char *name, void (*enter)(u64 info));
void guest_enter(const struct guest *g, u64 info); /* device tree, boot information */
#endif

/* The guest that runs here. */
const struct guest *g_this(void);

/* ---- end --------------------------------------------------------------------------------- */

/* Print "PASS name" and power off. */
__attribute__((noreturn)) void g_pass(void);

/* Print "FAIL name: reason" and power off. */
__attribute__((noreturn, format(printf, 1, 2))) void g_fail(const char *f, ...);

/* Fail unless the condition holds. */
#define G_CHECK(cond)                                                   \
	do {                                                            \
		if (!(cond))                                            \
			g_fail("%s:%d: %s", __FILE__, __LINE__, #cond); \
	} while (0)

/* Fail unless two numbers are equal. */
#define G_EQ(a, b)                                                                                 \
	do {                                                                                       \
		u64 a_ = (u64)(a), b_ = (u64)(b);                                                  \
		if (a_ != b_)                                                                      \
			g_fail("%s:%d: %s is %#lx, not %s = %#lx", __FILE__, __LINE__, #a, a_, #b, \
			       b_);                                                                \
	} while (0)

__attribute__((noreturn)) void g_poweroff(void);

/* The guest's own panic, as the machine knows one: RTAS ibm,os-term; a triple fault. */
__attribute__((noreturn)) void g_crash(const char *why);

/* ---- console ----------------------------------------------------------------------------- */

/* A subset of printf: %% %c %s %d %u %x with l/ll, width, 0 and #. At most 255 bytes a call. */
__attribute__((format(printf, 1, 2))) void g_print(const char *f, ...);

/* Next byte of input, or -1. */
int g_getc(void);

/* ---- calls ------------------------------------------------------------------------------- */

/* Issue a call; args and rets have G_MAX_ARGS elements (rets may be NULL). */
s64 g_hcall(u64 nr, const u64 *args, u64 *rets);

/* G_CALL(nr, rets, argument...): missing arguments are 0. */
#define G_CALL(nr, rets, ...) g_hcall(nr, (const u64[G_MAX_ARGS + 1]){ __VA_ARGS__ }, rets)

/* The same instruction from problem state: true when it was refused with a program check. */
bool g_user_hcall(u64 nr);

/* fn(arg), interrupts off and, on hardware, with translation on: each address onto itself. */
void g_translated(void (*fn)(void *arg), void *arg);

/* ---- memory ------------------------------------------------------------------------------ */

/* Plain accesses of 1, 2, 4 or 8 bytes, in the guest's byte order. Fail the guest on a fault. */
u64 g_load(u64 addr, unsigned size);
void g_store(u64 addr, unsigned size, u64 val);

/* The same, but a fault returns false and is described by g_fault. */
bool g_try_load(u64 addr, unsigned size, u64 *val);
bool g_try_store(u64 addr, unsigned size, u64 val);

/* Jump there (as a call). True when it came back by itself. */
bool g_try_jump(u64 addr);

/* G_RANGE_FAULT: no address of this machine can be so large; `write` and `status` say nothing. */
enum g_fault_kind {
	G_NO_FAULT,
	G_DATA_FAULT,
	G_INST_FAULT,
	G_RANGE_FAULT,
	G_PROGRAM_FAULT,
	G_OTHER_FAULT
};

struct g_fault {
	enum g_fault_kind kind;
	u64 vector; /* the port's own number */
	u64 addr;   /* data address, or address of the instruction */
	u64 status; /* the port's own bits */
	bool write;
};

/* The last fault of this vcpu. */
const struct g_fault *g_fault(void);

/* How many faults this vcpu has survived. */
u64 g_faults(void);

/* Bytes of memory at logical address 0; the largest stretch of it where nothing was loaded. */
u64 g_memory(void);
u64 g_free(void);
u64 g_free_end(void);

/* Atomic add to a 64-bit word; returns the new value. Orders all storage accesses. */
u64 g_add(u64 addr, u64 n);

/* ---- time and interrupts ----------------------------------------------------------------- */

u64 g_now(void); /* ticks */
u64 g_hz(void);	 /* ticks in a second */

/* Decrementer interrupt in `ticks` from now. */
void g_timer(u64 ticks);

enum g_irq { G_IRQ_TIMER, G_IRQ_EXTERNAL, G_IRQS };

/*
 * Handler of this vcpu, called with interrupts off; NULL: ignored (a timer is disarmed). `arg` goes
 * to the handler.
 */
void g_handler(enum g_irq n, void (*fn)(void *arg), void *arg);

/* Interrupts of this vcpu on or off; returns what it was. */
bool g_irqs(bool on);

/*
 * Wait (H_CEDE, HLT) until an interrupt or a prod, also one that came since interrupts were
 * switched off; interrupts are on afterwards.
 */
void g_cede(void);

/* Take interrupts from other vcpus from now on: what g_ipi sends comes as G_IRQ_EXTERNAL. */
void g_ipis_on(void);
void g_ipi(unsigned vcpu);

/* In the handler: accept and end the interrupt. False: it has vanished again. */
bool g_take_ipi(void);

/* End the wait of a vcpu, or its next one. */
void g_prod(unsigned vcpu);

/* One turn of a busy wait. */
void g_relax(void);

/* Order all earlier against all later storage accesses. */
void g_barrier(void);

/* ---- vcpus ------------------------------------------------------------------------------- */

unsigned g_vcpu(void);	/* number of this one */
unsigned g_vcpus(void); /* how many there are */

/* fn(arg) runs on vcpu `index`, which must not return. 0, or why not. */
s64 g_start(unsigned index, void (*fn)(u64 arg), u64 arg);

/* True when it can be started. */
bool g_stopped(unsigned index);

__attribute__((noreturn)) void g_reboot(void);

/* This vcpu ends. */
__attribute__((noreturn)) void g_stop(void);

/* ---- what the machine says --------------------------------------------------------------- */

/* Print what kind of machine this is. */
void g_describe(void);

void g_bootargs(char *buf, size_t n); /* always NUL-terminated */

/* Value of "name=number" in the boot arguments, or dflt. Decimal. */
u64 g_arg(const char *name, u64 dflt);

/* ---- things a guest should not do -------------------------------------------------------- */

struct g_deed {
	const char *what;
	bool must_fault; /* else it may also do nothing */
};

/* Read outside memory, with a handler that tries again: faults for ever. */
__attribute__((noreturn)) void g_fault_for_ever(u64 addr);

/* Destroy the own vectors and jump there. */
__attribute__((noreturn)) void g_wreck(void);

/* The port's list of forbidden instructions: their number, their names, and doing one. */
unsigned g_deeds(void);
const struct g_deed *g_deed(unsigned i);
bool g_do_deed(unsigned i); /* true when it did not fault */

/* Load all FP and vector registers with a pattern of seed; compare them: true when equal. */
void g_vector_fill(u64 seed);
bool g_vector_same(u64 seed);

/* Call `nr` with known values in all registers that a call keeps; true when it kept them. */
bool g_call_keeps_registers(u64 nr);

#endif
