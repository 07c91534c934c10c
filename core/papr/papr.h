/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State of the PAPR machine, and the handlers of hcalls.def. Only core/papr includes this. Start
 * reading at machine.c.
 */
#ifndef PAPR_H
#define PAPR_H

#include <stdatomic.h>

#include "arch_papr.h"
#include "dispatch.h"
#include "gpin.h"
#include "machine.h"
#include "partition.h"
#include "types.h"
#include "vcpu.h"

/* Why before_run of a vcpu has work to do. Set by anybody, cleared by the vcpu's own CPU. */
#define ATTN_EXT      1u  /* an external interrupt is deliverable (changes under the vcpu's lock) */
#define ATTN_MODE     2u  /* the partition's mode bits changed */
#define ATTN_MEDIATED 4u  /* the port was asked to tell when the guest accepts interrupts */
#define ATTN_CEDED    8u  /* it gave its CPU away: an interrupt wakes it, if it waits */
#define ATTN_TAKEN    16u /* beside EXT: it took the interrupt and has not asked which one it is */

#define XICS_IPI      2		 /* interrupt source numbers, as a guest sees them */
#define XICS_TERM     0x1000	 /* input waits at the terminal */
#define XICS_MASKED   0xff	 /* least favoured priority: never presented */
#define PAPR_VTY      0x30000000 /* unit address of the one terminal; 0 is also accepted */

/* Numbers of the dispatch trace log (LoPAR, "Dispatch Trace Log Buffer Entry"). */
enum put_reason { PUT_CEDE = 2, PUT_CONFER = 3, PUT_TIME = 4 };

struct papr_icp {
	u8 cppr;      /* current priority */
	u8 mfrr;      /* priority of the IPI that somebody asked for */
	u8 term_prio; /* of the terminal's source, when that is routed here */
	bool term_pending;
};

/* Guarded by the vcpu's lock unless noted. */
struct papr_vcpu {
	_Atomic u32 attn;
	struct papr_icp icp;
	bool on_cpu;   /* as its VPA says */
	u8 put_reason; /* enum put_reason; its own CPU only */
	struct gpin vpa, dtl;
	u64 put_time; /* ticks; when it last left its CPU, 0 = not since the VPA came */
	u64 waited;   /* ticks it was off a processor, and not ready */
	u64 stolen;   /* ticks it was ready */
};

/* Where things stand in a partition's memory, decided by papr_place. */
struct papr_layout {
	gpa_t fdt, rtas, end; /* fdt .. end is reserved: the tree, then the RTAS page(s) */
	u64 fdt_size;	      /* room for the tree */
};

/* Guarded by the partition's lock. */
struct papr_part {
	u64 lpcr; /* mode bits of all its vcpus; read freely */
	u32 term_server;
	u8 term_prio, term_saved; /* now; what ibm,int-on brings back */
	s64 rtc_offset;		  /* seconds, from set-time-of-day */
	struct papr_layout layout;
	void *fdt; /* a copy for restart, or NULL */
	u8 *nvram; /* PAPR_NVRAM bytes */
	struct papr_vcpu vcpu[MAX_VCPUS];
};

static inline struct papr_part *papr_part(const struct partition *p)
{
	return p->mach;
}

static inline struct papr_vcpu *papr_vcpu(const struct vcpu *v)
{
	return v->mach;
}

static inline struct papr_regs *papr_regs(struct vcpu *v)
{
	return &v->arch.papr;
}

static inline u32 papr_attn(struct papr_vcpu *pv)
{
	return atomic_load_explicit(&pv->attn, memory_order_relaxed);
}

extern const struct hcall_table papr_hcalls; /* table.c */

/* regs.c: deliver an interrupt, as the processor would. The vcpu is not running. */
void papr_inject(struct papr_regs *r, u64 vector, u64 srr1_bits);

/* cede.c: v waits for an interrupt, a prod or the decrementer; not when one is there already. */
void papr_wait(struct vcpu *v, enum put_reason why);

/* exit.c: turn an exit that is not a call into what the guest's processor does. */
void papr_exit(struct vcpu *v, struct vcpu_exit *x);

/* icp.c; irq.c */
void papr_icp_reset(struct papr_vcpu *pv);
/* Recompute ATTN_EXT; wake or kick v. */
void papr_icp_update(struct vcpu *v) REQUIRES(&v->lock);
bool papr_icp_light(struct vcpu *v, u64 *gpr); /* see hcall_light */
void papr_term_init(struct papr_part *pp);
void papr_term_route(struct partition *p, u32 server, u8 prio) REQUIRES(&p->lock);
void papr_term_input(struct partition *p); /* LOCK_HV may be held */

/* mode.c: bring a vcpu to its partition's modes. It is loaded here or not running. */
void papr_mode_adopt(struct vcpu *v);

/* vpa.c, dtl.c */
void papr_vpa_load(struct vcpu *v);
void papr_vpa_put(struct vcpu *v);
void papr_vpa_unpin(struct papr_vcpu *pv);
/* Log that v has a processor again since `now`, after waiting and being ready so long. */
void papr_dtl_log(struct vcpu *v, u64 now, u64 waited, u64 ready) REQUIRES(&v->lock);
u64 papr_timebase(u64 ticks); /* ticks of the port in those of the guest's time base */

/* Offsets in the VPA (LoPAR, "Per Virtual Processor Area"); size of a trace record. */
#define VPA_DTL_MASK  0xb8
#define VPA_COUNT     0x100
#define VPA_DTL_INDEX 0x218
#define DTL_ENTRY     48

/* rtas_nvram.c */
err_t papr_nvram_init(struct partition *p);
void papr_nvram_fini(struct partition *p);

/* load.c */
err_t papr_load(struct partition *p, const struct manifest_part *mp);
void papr_reload(struct partition *p); /* again, from what papr_load kept */
void papr_forget_fdt(struct partition *p);
err_t papr_place(const struct manifest_part *mp, u64 fdt_size, struct papr_layout *l);

/* gfdt.c: write the guest's device tree into buf. HV_ENOMEM when it does not fit. */
err_t papr_fdt(const struct partition *p, const struct manifest_part *mp,
	       const struct papr_layout *l, void *buf, size_t size);

/*
 * RTAS services (rtas.c dispatches; the handlers stand in rtas_*.c). in[] holds nargs words, out[]
 * takes the results behind the status, which is the return value. Token = PAPR_TOKEN + index.
 */
#define PAPR_TOKEN	0x2000
#define RTAS_OK		0
#define RTAS_HARDWARE	(-1)
#define RTAS_BUSY	(-2)
#define RTAS_PARAMETER	(-3)
#define RTAS_NO_SYSPARM (-3)
#define RTAS_SYSPARM	(-9999)
#define RTAS_ARGS	8
#define PAPR_NVRAM	KIB(16)

typedef s32 rtas_fn(struct vcpu *v, const u32 *in, u32 *out);
struct rtas_call {
	const char *name;
	rtas_fn *fn;
	u8 nargs, nrets; /* nrets counts the status */
};
extern const struct rtas_call papr_rtas[];
extern const unsigned papr_rtas_n;

rtas_fn rtas_set_xive, rtas_get_xive, rtas_int_on, rtas_int_off;	  /* irq.c */
rtas_fn rtas_start_cpu, rtas_stop_self, rtas_query_cpu;			  /* rtas_cpu.c */
rtas_fn rtas_power_off, rtas_reboot, rtas_os_term, rtas_system_parameter; /* rtas_sys.c */
rtas_fn rtas_nvram_fetch, rtas_nvram_store;				  /* rtas_nvram.c */
rtas_fn rtas_get_time, rtas_set_time;					  /* rtas_time.c */

/* Handlers of hcalls.def: (vcpu, one u64 per argument, then `u64 *ret` when there are results). */
s64 h_get_term_char(struct vcpu *v, u64 term, u64 *ret);
s64 h_put_term_char(struct vcpu *v, u64 term, u64 len, u64 hi, u64 lo);
s64 h_eoi(struct vcpu *v, u64 xirr);
s64 h_cppr(struct vcpu *v, u64 cppr);
s64 h_ipi(struct vcpu *v, u64 server, u64 mfrr);
s64 h_ipoll(struct vcpu *v, u64 server, u64 *ret);
s64 h_xirr(struct vcpu *v, u64 *ret);
s64 h_register_vpa(struct vcpu *v, u64 flags, u64 proc, u64 addr);
s64 h_cede(struct vcpu *v);
s64 h_confer(struct vcpu *v, u64 proc, u64 count);
s64 h_prod(struct vcpu *v, u64 proc);
s64 h_get_ppp(struct vcpu *v, u64 *ret);
s64 h_purr(struct vcpu *v, u64 *ret);
s64 h_poll_pending(struct vcpu *v);
s64 h_set_mode(struct vcpu *v, u64 flags, u64 resource, u64 value1, u64 value2);
s64 h_register_proc_tbl(struct vcpu *v, u64 flags, u64 base, u64 page_size, u64 size);
s64 h_rtas(struct vcpu *v, u64 args);

#endif
