/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What AMD SVM (svm.c) and Intel VMX (vmx.c) both supply, chosen at boot. Everything that knows a
 * control block of the hardware is behind these names; vcpu.c, event.c and gspace.c are for both.
 */
#ifndef RHYPE_X86_64_VIRT_H
#define RHYPE_X86_64_VIRT_H

#include "port.h"

/* Entries of the second-stage tables (gspace.c), four levels of 512. */
struct stage2 {
	u64 table;   /* bits of an entry that leads to a table */
	u64 leaf;    /* bits of every leaf */
	u64 large;   /* and of one that is not 4 KiB */
	u64 r, w, x; /* rights; x may be 0: then nx */
	u64 nx;	     /* set when not executable */
	u64 type[3]; /* enum memtype */
};

/* What an exit may say beyond its record. */
enum outcome {
	OUT_AGAIN,   /* served here: go on. 0, as world.S wants it */
	OUT_DONE,    /* *x is complete */
	OUT_LIGHT,   /* complete; the core may serve it at once (pc_light) */
	OUT_INTR,    /* a physical interrupt waits */
	OUT_UNKNOWN, /* of svm.c: not looked at yet */
};

struct virt {
	const char *name;
	struct stage2 stage2;
	/* Boot CPU: NULL, or why this processor cannot be used (static text). */
	const char *(*refusal)(void);
	/* On every CPU, before its first vcpu. May fail. */
	err_t (*cpu_init)(struct arch_cpu *c);
	/* Control block from v->pool. May fail. */
	err_t (*vcpu_init)(struct arch_vcpu *v);
	void (*vcpu_fini)(struct arch_vcpu *v);
	/* State after INIT, then as s says; general registers are done. Not loaded. */
	void (*reset)(struct arch_vcpu *v, const struct pc_start *s);
	/* Forget all translations of the vcpu, before its next entry. */
	void (*forget)(struct arch_vcpu *v, struct arch_cpu *c);
	void (*mode)(const struct arch_vcpu *v, struct pc_mode *m);
	void (*set_cr2)(struct arch_vcpu *v, u64 cr2);
	/* EFER and PAT, checked already. */
	u64 (*get)(const struct arch_vcpu *v, u32 msr);
	void (*set)(struct arch_vcpu *v, u32 msr, u64 val);
	/* Registers as text, beyond v->pc. */
	size_t (*dump)(const struct arch_vcpu *v, char *buf, size_t n);
};

extern const struct virt svm, vmx;
extern const struct virt *virt; /* the one of this machine */

/* Not in the table above: these are called often, and a call through a pointer takes a thunk. */
#define VIRT(fn, ...) (virt == &svm ? svm_##fn(__VA_ARGS__) : vmx_##fn(__VA_ARGS__))

void svm_load(struct arch_vcpu *v, struct arch_cpu *c);
void vmx_load(struct arch_vcpu *v, struct arch_cpu *c);
static inline void virt_load(struct arch_vcpu *v, struct arch_cpu *c)
{
	VIRT(load, v, c);
}

void svm_put(struct arch_vcpu *v, struct arch_cpu *c);
void vmx_put(struct arch_vcpu *v, struct arch_cpu *c);
static inline void virt_put(struct arch_vcpu *v, struct arch_cpu *c)
{
	VIRT(put, v, c);
}

/*
 * One stay in the guest. Gives v->event to it and keeps there what must be given again; sets
 * v->shadow. v->pc is complete before and after.
 */
enum outcome svm_run(struct arch_vcpu *v, struct arch_cpu *c, struct vcpu_exit *x);
enum outcome vmx_run(struct arch_vcpu *v, struct arch_cpu *c, struct vcpu_exit *x);
static inline enum outcome virt_run(struct arch_vcpu *v, struct arch_cpu *c, struct vcpu_exit *x)
{
	return VIRT(run, v, c, x);
}

/* v->window, v->nmi_masked or CR8 changed. Loaded or not. */
void svm_changed(struct arch_vcpu *v);
void vmx_changed(struct arch_vcpu *v);
static inline void virt_changed(struct arch_vcpu *v)
{
	VIRT(changed, v);
}

/* v->tsc_offset changed. */
void svm_offset(struct arch_vcpu *v);
#define vmx_offset(v) vmx_changed(v)
static inline void virt_offset(struct arch_vcpu *v)
{
	VIRT(offset, v);
}

/* Boot CPU: choose. NULL, or why there is none. */
const char *virt_choose(void);

/* event.c: the event that a control block holds, in both of them (APM 2, 15.20; SDM 3, 24.8.3) */
#define EVENT_VALID	 (1u << 31)
#define EVENT_ERROR	 (1u << 11)
#define EVENT_TYPE(t)	 ((u32)(t) << 8)
#define EVENT_TYPE_OF(e) ((e) >> 8 & 7)
#define EVENT_VECTOR(e)	 ((e)&0xff)
#define TYPE_INTR	 0
#define TYPE_NMI	 2
#define TYPE_EXCEPTION	 3
#define TYPE_SOFT	 4
#define TYPE_INT1	 5 /* VMX only, as is 6: INT3 and INTO */

/* vcpu.c: a nested page fault at g, or the record of it */
enum outcome vcpu_memory(struct arch_vcpu *v, struct vcpu_exit *x, gpa_t g, unsigned access,
			 bool mapped);

/* Has come what arch_pc_window waits for? */
bool window_is_open(const struct arch_vcpu *v);

/* The guest gets an exception before its next instruction, merged with what waits already. */
void event_exception(struct arch_vcpu *v, u8 vector, bool has_error, u32 error);

/* Delivery of `what` was interrupted by the exit: give it again, if it does not by itself. */
void event_interrupted(struct arch_vcpu *v, u32 what, u32 error);

#endif
