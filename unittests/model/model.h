/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The executable specification: an abstract machine, and for every call what it does to it. Written
 * from docs/hcalls.md and LoPAR. Knows nothing of the core but the numbers of its states.
 * Read spec.c first; abstract.c compares with the real machine, drive.c makes the calls.
 */
#ifndef MODEL_H
#define MODEL_H

#include "hcall.h"
#include "types.h"

/*
 * A small machine, where much happens in few calls; a large one (oracle-large); and one with PC
 * and PAPR partitions side by side (oracle-pc).
 */
#ifdef M_LARGE
#define M_PARTS 8 /* partitions are numbered 1 .. M_PARTS */
#define M_VCPUS 16
#define M_CPUS	4
#define M_MEM	MIB(8) /* of a partition, at most: 2048 pages */
#define M_RAM	MIB(80)
#define M_SHARE 2
#else
#define M_PARTS 4
#define M_VCPUS 3
#define M_CPUS	2
#ifdef M_MIXED
#define M_MEM	 KIB(1088)
#define M_RAM	 MIB(7)
#define M_PC	 70	  /* of 100 partitions are PCs */
#define M_LITTLE KIB(768) /* so much less memory has one that is not */
#else
#define M_MEM KIB(320)
#define M_RAM MIB(3)
#endif
#define M_SHARE 5
#endif
#ifndef M_PC
#define M_PC	 0
#define M_LITTLE 0
#endif
#define M_PAGES	 (M_MEM / HV_PAGE_SIZE)
#define M_FRAMES (M_RAM / HV_PAGE_SIZE)
#define M_NVRAM	 KIB(16)
#define M_NONE	 (~0ull)
#define M_DEAD	 0xff /* M_NONE of a number of 8 bits */
#define M_NEVER	 (~0ull)
#define M_HZ	 512000000ull /* ticks, and time base units, in a second */
#define M_RTC	 1700000000ull

/* As HV_PARTITION_INFO numbers them. */
enum m_part_state { M_GONE, M_READY = 2, M_RUNNING, M_STOPPED, M_DYING, M_RESTARTING };
enum m_reason { M_NO_REASON, M_POWEROFF, M_REBOOT, M_CRASH, M_KILLED, M_ORDER };
enum m_sched { M_OFF, M_RUN, M_WAIT };

/* What is compared after each call; one list for the structure and for its report. */
/* clang-format off */
#define M_VCPU_FIELDS(F) \
	F(online) F(loaded) F(sched) F(prodded) F(wake) F(used) F(cppr) F(mfrr) F(external) \
	F(mode) F(nip) F(msr) F(srr0) F(srr1) F(r3) F(dec) F(vpa) F(vpa_size) F(dtl) F(dtl_size)
#define M_PART_FIELDS(F) \
	F(state) F(reason) F(hold) F(controller) F(nvcpus) F(pages) F(pool) F(guest_frames) \
	F(pool_frames) F(pins) F(mode) F(prtb) F(prtb_log2) F(term_server) F(term_prio) \
	F(term_saved) F(term_pending) F(rtc_offset) F(in_len) F(in_first) F(in_last) F(written)
#define M_CPU_FIELDS(F) F(loaded_part) F(loaded_vcpu) F(gift)
#define M_STATE_FIELDS(F) F(free_pages) F(total_pages) F(hv_frames) F(free_frames)
/* clang-format on */

#define F(name) u64 name;
struct m_vcpu {
	M_VCPU_FIELDS(F)
};
struct m_cpu {
	M_CPU_FIELDS(F)
};
struct m_part {
	M_PART_FIELDS(F)
	struct m_vcpu vcpu[M_VCPUS];
};
struct m_state {
	M_STATE_FIELDS(F)
	struct m_cpu cpu[M_CPUS];
	struct m_part part[M_PARTS + 1];
};
#undef F

/* What no call shows at once, but later ones depend on; and what never changes. */
struct m_vcpu_more {
	u64 cpu, ent, slots; /* where it lives, its number and its share there */
	u64 ready_since, left, waited, stolen;
	bool had_vpa; /* when it left its processor */
	u8 put_reason;
};
struct m_part_more {
	bool pc; /* which kind of machine */
	bool restart;
	bool lost; /* a restart was given up half-way: nobody knows what the memory holds */
	u64 bytes;
	char name[PART_NAME_LEN];
	u64 boot_nip, boot_r3;
	u8 in[256];
	u32 map[M_PAGES];  /* the logical map: number of the machine page */
	u8 *page[M_PAGES]; /* the real ones */
	u8 *real_nvram;
	u32 object; /* the page of the core's object for it */
	u8 *mem, *boot, nvram[M_NVRAM];
	struct m_vcpu_more vcpu[M_VCPUS];
};

/* Each machine page has one owner. */
enum m_use { M_NO_RAM, M_FREE, M_HV, M_TABLE, M_GUEST }; /* as the core numbers them */
struct m_frame {
	u8 use, owner; /* 0: the hypervisor */
	u16 pins;
};

#define M_TOUCHED 64
struct model {
	struct m_state s;
	struct m_pc *pc; /* devices of each partition that is a PC: model_pc.h */
	u8 told[M_PARTS + 1][M_VCPUS];
	u64 now, epoch, slot_ticks, gift_slot[M_CPUS], started[M_CPUS];
	bool gift_owned[M_CPUS]; /* the giver gave its own slot, not slack */
	const u8 *slots[M_CPUS]; /* which ent owns each slot of the ring */
	struct m_part_more more[M_PARTS + 1];
	struct m_frame frame[M_FRAMES];
	/* of the last step */
	unsigned here;	   /* the CPU that does it */
	bool look[M_CPUS]; /* this CPU must be told to think again */
	unsigned ntouched; /* pages of guests that were stored to; M_TOUCHED: too many */
	struct {
		u8 part;
		u16 page;
	} touched[M_TOUCHED];
	unsigned npinned; /* machine pages whose pins changed */
	u32 pinned[8];
	u32 nvram_touched; /* bit for each partition */
	u8 out[3 + 16];	   /* what the console shows of an output call */
	unsigned nout;
};

/* One call: who makes it with what; the specification fills in the results. */
struct m_call {
	struct model *m;
	unsigned lp, vc; /* caller */
	struct m_part *p;
	struct m_vcpu *v;
	const u64 *a;
	bool light;
	u64 ret[4];
	unsigned nret;
};

/* The specification of a row is model_<handler>: without one the oracle does not link. */
typedef s64 model_fn(struct m_call *c);
#define HCALL(name, handler, ...) model_fn model_##handler;
#include "hcalls.def"
#include "../../core/papr/hcalls.def"
#undef HCALL

/* The whole of a call: state and results afterwards, and its status. */
s64 model_call(struct m_call *c, u64 nr);
const char *model_name(u64 nr);

/* Sub-specifications of HV_RTAS, in the order of their tokens. */
typedef s64 model_rtas_fn(struct m_call *c, const u32 *in, u32 *out);
struct m_service {
	const char *name;
	model_rtas_fn *fn;
	unsigned nargs, nrets; /* the status is one of the results */
};
extern const struct m_service m_services[];
extern const unsigned m_nservices;

/* ---- memory: space.c ----------------------------------------------------------------------- */
bool m_has(const struct model *m, unsigned lp, u64 at, u64 n); /* n > 0 */
void m_load_bytes(const struct model *m, unsigned lp, u64 at, void *to, u64 n);
void m_store_bytes(struct model *m, unsigned lp, u64 at, const void *from, u64 n);
u64 m_get(const struct model *m, unsigned lp, u64 at, unsigned n); /* big-endian */
void m_set(struct model *m, unsigned lp, u64 at, unsigned n, u64 val);

/* An area of that partition becomes shared with the hypervisor (by = 1), or is not any more. */
void m_pin(struct model *m, unsigned lp, u64 at, int by);

/* ---- what the machine does between calls: world.c ------------------------------------------ */
u32 m_interrupt(const struct m_part *p, unsigned vc, u64 *prio); /* deliverable; 0 = none */
void m_interrupts_changed(struct model *m, unsigned lp);
void m_wake(struct model *m, unsigned lp, unsigned vc);
bool m_wait(struct model *m, unsigned lp, unsigned vc);
void m_give(struct model *m, unsigned cpu, u64 from, u64 to);
u64 m_next_ready(const struct model *m, unsigned cpu, u64 ent);
void m_online(struct model *m, unsigned lp, unsigned vc);
void m_offline(struct model *m, unsigned lp, unsigned vc);
void m_vcpu_reset(struct m_vcpu *v, u64 nip, u64 r3);
s64 m_start(struct model *m, unsigned lp);
s64 m_stop(struct model *m, unsigned lp, enum m_reason why);
s64 m_destroy(struct model *m, unsigned lp);
void m_count(struct model *m, unsigned lp, unsigned vc, bool on);
void m_switch(struct model *m, unsigned cpu, unsigned lp, unsigned vc); /* lp 0: to nobody */
void m_enter(struct model *m, unsigned lp, unsigned vc);
void m_tick(struct model *m, unsigned cpu);
void m_input(struct model *m, unsigned lp, const u8 *buf, unsigned n);
void m_unpin(struct model *m, unsigned lp);
void m_again(struct model *m, unsigned lp); /* a restart has come to its end */
void m_expire(struct model *m);		    /* after the time went on */

static inline bool m_live(const struct model *m, u64 lp)
{
	return lp >= 1 && lp <= M_PARTS && m->s.part[lp].state != M_GONE;
}

/* The ent that owns the slot of now on that CPU. */
u64 m_slot_owner(const struct model *m, unsigned cpu);

/* The vcpu that is number ent on that CPU. False: there is none. */
bool m_ent(const struct model *m, unsigned cpu, u64 ent, unsigned *lp, unsigned *vc);

#endif
