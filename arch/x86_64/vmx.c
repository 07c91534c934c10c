// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel VMX: is it there, and what a VMCS says from its creation on (SDM 3, chapters 24 to 26, 30).
 * What happens at an entry and an exit is in vmx_run.c.
 */
#include "fmt.h"
#include "hvstring.h"
#include "pool.h"
#include "vmx.h"

/* Bits of CR4 that are the guest's own; MCE is shown as it likes and stays as it is. */
#define CR4_GUEST   (0x00370fbfull & ~(CR4_MCE | CR4_VMXE | CR4_SMX))
#define CR0_HOST    (CR0_NE | CR0_CD | CR0_NW)

#define VAPIC_TPR   0x80 /* in the virtual-APIC page */
#define AR_UNUSABLE 0x10000
#define AR_CODE16   0x9b
#define AR_DATA16   0x93
#define AR_CODE32   0xc09b
#define AR_DATA32   0xc093
#define AR_LDT	    0x82
#define AR_TSS	    0x8b
#define AFTER_INIT  0x60000010ull /* CR0 */
#define DR6_INIT    0xffff0ff0ull
#define DR7_INIT    0x400ull
#define PAT_INIT    0x0007040600070406ull

/* The control words of this machine: what we want, and what it demands. */
static struct controls {
	u32 pin, proc, proc2, exit, entry;
} controls;
static u32 revision;
unsigned vmx_timer_shift;

/* One bit for each MSR, on: the guest leaves (25.6.9): reads low, reads high, writes low, high */
static u8 msr_bitmap[HV_PAGE_SIZE] __attribute__((aligned(4096)));

static const u32 open_msrs[] = { MSR_SYSENTER_CS, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP, MSR_STAR,
				 MSR_LSTAR,	  MSR_CSTAR,	    MSR_SFMASK,	      MSR_FS_BASE,
				 MSR_GS_BASE,	  MSR_KERNEL_GS };

/* Those of them that a VMCS does not switch */
static const u32 moved_msrs[VMX_MSRS] = { MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_SFMASK,
					  MSR_KERNEL_GS };

struct control {
	u32 msr, needed, wanted;
	u32 *out;
};

static const struct control words[] = {
	{ MSR_VMX_PINBASED, PIN_INTERRUPT | PIN_NMI | PIN_VIRTUAL_NMI | PIN_TIMER, 0,
	  &controls.pin },
	{ MSR_VMX_PROCBASED,
	  PROC_TSC_OFFSET | PROC_HLT | PROC_MWAIT | PROC_RDPMC | PROC_TPR_SHADOW | PROC_IO |
		  PROC_MSR_BITMAP | PROC_MONITOR | PROC_SECONDARY,
	  0, &controls.proc },
	{ MSR_VMX_PROCBASED2, PROC2_EPT | PROC2_VPID | PROC2_UNRESTRICTED | PROC2_WBINVD,
	  PROC2_RDTSCP | PROC2_INVPCID, &controls.proc2 },
	{ MSR_VMX_EXIT,
	  EXIT_SAVE_DEBUG | EXIT_HOST64 | EXIT_SAVE_PAT | EXIT_LOAD_PAT | EXIT_SAVE_EFER |
		  EXIT_LOAD_EFER,
	  0, &controls.exit },
	{ MSR_VMX_ENTRY, ENTRY_LOAD_DEBUG | ENTRY_LOAD_PAT | ENTRY_LOAD_EFER, 0, &controls.entry },
};

/*
 * What a capability MSR demands and permits; where the processor has the TRUE_ variants, those
 * (A.2): the others demand more than it needs, such as exits at each change of CR3.
 */
static bool choose(const struct control *w)
{
	bool exact = rdmsr(MSR_VMX_BASIC) & VMX_BASIC_TRUE && w->msr != MSR_VMX_PROCBASED2;
	u64 cap = rdmsr(exact ? w->msr + (MSR_VMX_TRUE_PINBASED - MSR_VMX_PINBASED) : w->msr);
	u32 must = (u32)cap, may = (u32)(cap >> 32);

	*w->out = must | w->needed | (w->wanted & may);
	return (w->needed & may) == w->needed;
}

static const char *refusal(void)
{
	u64 ept, feature;

	feature = rdmsr(MSR_FEATURE_CONTROL);
	if (feature & FEATURE_CONTROL_LOCKED && !(feature & FEATURE_CONTROL_VMXON))
		return "VMX is switched off and locked by firmware (look for VT-x in its setup)";
	if (!(rdmsr(MSR_VMX_PROCBASED) >> 32 & PROC_SECONDARY))
		return "VMX without EPT";
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (!choose(&words[i]))
			return "VMX without EPT, VPID, unrestricted guests or preemption timer";
	ept = rdmsr(MSR_VMX_EPT_VPID);
	if (~ept & (EPT_CAP_WALK4 | EPT_CAP_WB | EPT_CAP_2M | EPT_CAP_INVEPT |
		    EPT_CAP_INVEPT_SINGLE | EPT_CAP_INVVPID | EPT_CAP_INVVPID_SINGLE))
		return "EPT without four levels, 2 MiB pages or INVEPT";
	gspace_boot(ept & EPT_CAP_1G);
	vmx_timer_shift = rdmsr(MSR_VMX_MISC) & 31;
	revision = (u32)rdmsr(MSR_VMX_BASIC) & 0x7fffffff;
	memset(msr_bitmap, 0xff, sizeof(msr_bitmap));
	for (unsigned i = 0; i < ARRAY_SIZE(open_msrs); i++) {
		u32 nr = open_msrs[i], at = (nr >> 31) * 1024 + (nr & 0x1fff) / 8;

		msr_bitmap[at] &= (u8) ~(1u << nr % 8);
		msr_bitmap[at + 2048] &= (u8) ~(1u << nr % 8);
	}
	return NULL;
}

static err_t cpu_init(struct arch_cpu *c)
{
	u64 feature = rdmsr(MSR_FEATURE_CONTROL);
	u64 at = (u64)c->host_area;
	bool failed;

	if (!(feature & FEATURE_CONTROL_LOCKED))
		wrmsr(MSR_FEATURE_CONTROL,
		      feature | FEATURE_CONTROL_LOCKED | FEATURE_CONTROL_VMXON);
	else if (!(feature & FEATURE_CONTROL_VMXON))
		return HV_ENOTSUP;
	*(u32 *)at = revision;
	write_cr(0, read_cr(0) | CR0_NE);
	write_cr(4, read_cr(4) | CR4_VMXE);
	asm volatile("vmxon %1" : "=@ccbe"(failed) : "m"(at) : "memory");
	if (failed)
		return HV_EIO;
	/* nothing that another user of the machine left under our numbers */
	invept(INVEPT_ALL, 0);
	invvpid(INVVPID_ALL, 0);
	return HV_OK;
}

u64 real_cr4(u64 cr4)
{
	return (cr4 & CR4_GUEST) | CR4_VMXE | (read_cr(4) & CR4_MCE);
}

static void write_changed(const struct arch_vcpu *v)
{
	u32 proc = controls.proc;

	if (v->window & PC_READY_INTR)
		proc |= PROC_WINDOW;
	if (v->window & PC_READY_NMI)
		proc |= PROC_NMI_WINDOW;
	/* an exit below it; one that is above CR8 already is refused (SDM 3, 27.2.1.1) */
	vmwrite(VMCS_TPR_THRESHOLD, MIN(PC_BELOW_OF(v->window), arch_pc_cr8(v)));
	vmwrite(VMCS_PROC, proc);
	vmwrite(VMCS_TSC_OFFSET, v->tsc_offset);
}

/* One that is not loaded gets it when it is. */
void vmx_changed(struct arch_vcpu *v)
{
	if (arch_cpu()->vcpu == v)
		write_changed(v);
}

/* ---- life of a vcpu ------------------------------------------------------------------------ */

static err_t vcpu_init(struct arch_vcpu *v)
{
	v->vmcs = pool_get(v->pool, 0, false);
	v->vapic = pool_get(v->pool, 0, false);
	if (v->vmcs && v->vapic)
		return HV_OK;
	virt->vcpu_fini(v);
	return HV_ENOMEM;
}

static void give(struct arch_vcpu *v, void **page)
{
	if (!*page)
		return;
	memset(*page, 0, HV_PAGE_SIZE);
	pool_put(v->pool, *page, 0, false);
	*page = NULL;
}

static void vcpu_fini(struct arch_vcpu *v)
{
	give(v, &v->vmcs);
	give(v, &v->vapic);
}

static void vmclear(const struct arch_vcpu *v)
{
	u64 at = (u64)v->vmcs;

	asm volatile("vmclear %0" : : "m"(at) : "memory", "cc");
}

static void vmptrld(const struct arch_vcpu *v)
{
	u64 at = (u64)v->vmcs;

	asm volatile("vmptrld %0" : : "m"(at) : "memory", "cc");
}

static void set_segment(unsigned n, u16 selector, u64 base, u32 limit, u32 access)
{
	vmwrite(VMCS_GUEST_SELECTOR + 2 * n, selector);
	vmwrite(VMCS_GUEST_BASE + 2 * n, base);
	vmwrite(VMCS_GUEST_LIMIT + 2 * n, limit);
	vmwrite(VMCS_GUEST_ACCESS + 2 * n, access);
}

static void set_controls(const struct arch_vcpu *v)
{
	vmwrite(VMCS_PIN, controls.pin);
	vmwrite(VMCS_PROC, controls.proc);
	vmwrite(VMCS_PROC2, controls.proc2);
	vmwrite(VMCS_EXIT, controls.exit);
	vmwrite(VMCS_ENTRY, controls.entry);
	/* a fault that faults on its own stack would never leave the guest (CVE-2015-5307, 8104) */
	vmwrite(VMCS_EXCEPTIONS, 1u << PC_EXC_DB | 1u << EXC_AC | 1u << EXC_MC);
	vmwrite(VMCS_VPID, v->vpid);
	vmwrite(VMCS_EPTP, eptp(v));
	vmwrite(VMCS_MSR_BITMAP, (u64)msr_bitmap);
	vmwrite(VMCS_VAPIC, (u64)v->vapic);
	vmwrite(VMCS_LINK, ~0ull);
	vmwrite(VMCS_PF_MASK, 0);
	vmwrite(VMCS_PF_MATCH, 0);
	vmwrite(VMCS_CR3_TARGETS, 0);
	vmwrite(VMCS_EXIT_STORES, 0);
	vmwrite(VMCS_EXIT_LOADS, 0);
	vmwrite(VMCS_ENTRY_LOADS, 0);
	vmwrite(VMCS_ENTRY_INFO, 0);
	vmwrite(VMCS_CR0_MASK, CR0_HOST);
	vmwrite(VMCS_CR4_MASK, ~CR4_GUEST);
}

static void set_start(struct arch_vcpu *v, const struct pc_start *s)
{
	bool flat = s->kind == PC_START_FLAT32;
	u64 cr0 = flat ? CR0_PE | CR0_ET : AFTER_INIT;
	u32 data = flat ? AR_DATA32 : AR_DATA16, limit = flat ? ~0u : 0xffff;

	for (unsigned n = 0; n < PC_SEGS; n++)
		set_segment(n, flat ? SEL_DATA : 0, 0, limit, data);
	if (flat)
		set_segment(PC_CS, SEL_CODE, 0, limit, AR_CODE32);
	else
		set_segment(PC_CS, (u16)(s->vector << 8), (u64)s->vector << 12, limit, AR_CODE16);
	set_segment(SEG_LDTR, 0, 0, 0xffff, AR_LDT);
	set_segment(SEG_TR, 0, 0, 0xffff, AR_TSS);
	vmwrite(VMCS_GUEST_GDTR_BASE, 0);
	vmwrite(VMCS_GUEST_GDTR_LIMIT, 0xffff);
	vmwrite(VMCS_GUEST_IDTR_BASE, 0);
	vmwrite(VMCS_GUEST_IDTR_LIMIT, 0xffff);
	vmwrite(VMCS_CR0_SHADOW, cr0);
	vmwrite(VMCS_GUEST_CR0, (cr0 & ~CR0_HOST) | CR0_NE);
	vmwrite(VMCS_GUEST_CR3, 0);
	vmwrite(VMCS_CR4_SHADOW, 0);
	vmwrite(VMCS_GUEST_CR4, real_cr4(0));
	v->cr2 = 0;
	v->dr6 = DR6_INIT;
	memset(v->msr, 0, sizeof(v->msr));
}

static void reset(struct arch_vcpu *v, const struct pc_start *s)
{
	memset(v->vmcs, 0, HV_PAGE_SIZE);
	memset(v->vapic, 0, HV_PAGE_SIZE);
	*(u32 *)v->vmcs = revision;
	v->cr8 = (u8 *)v->vapic + VAPIC_TPR;
	v->cr8_shift = 4;
	vmclear(v);
	vmptrld(v);
	set_controls(v);
	set_start(v, s);
	vmwrite(VMCS_GUEST_DR7, DR7_INIT);
	vmwrite(VMCS_GUEST_DEBUGCTL, 0);
	vmwrite(VMCS_GUEST_PAT, PAT_INIT);
	vmwrite(VMCS_GUEST_EFER, 0);
	vmwrite(VMCS_GUEST_SYSENTER_CS, 0);
	vmwrite(VMCS_GUEST_SYSENTER_ESP, 0);
	vmwrite(VMCS_GUEST_SYSENTER_EIP, 0);
	vmwrite(VMCS_GUEST_PENDING, 0);
	vmwrite(VMCS_INTERRUPTIBILITY, 0);
	vmwrite(VMCS_ACTIVITY, 0);
	vmclear(v);
	/* another vcpu may be loaded here: its VMCS is the current one again */
	if (arch_cpu()->vcpu)
		vmptrld(arch_cpu()->vcpu);
}

static u64 idt_base(void)
{
	struct {
		u16 limit;
		u64 base;
	} __attribute__((packed)) idtr;

	asm volatile("sidt %0" : "=m"(idtr));
	return idtr.base;
}

/* Where an exit finds us: what differs from CPU to CPU. */
static void set_host(const struct arch_cpu *c)
{
	for (unsigned n = 0; n < SEG_LDTR; n++)
		vmwrite(VMCS_HOST_SELECTOR + 2 * n, n == PC_CS	 ? SEL_CODE
						    : n == PC_SS ? SEL_DATA
								 : 0);
	vmwrite(VMCS_HOST_SELECTOR + 2 * SEG_LDTR, SEL_TSS); /* no LDTR there: this is TR */
	vmwrite(VMCS_HOST_CR0, read_cr(0));
	vmwrite(VMCS_HOST_CR3, read_cr(3));
	vmwrite(VMCS_HOST_CR4, read_cr(4));
	vmwrite(VMCS_HOST_FS_BASE, (u64)c->fs);
	vmwrite(VMCS_HOST_GS_BASE, 0);
	vmwrite(VMCS_HOST_TR_BASE, (u64)&c->tss);
	vmwrite(VMCS_HOST_GDTR_BASE, (u64)c->gdt);
	vmwrite(VMCS_HOST_IDTR_BASE, idt_base());
	vmwrite(VMCS_HOST_SYSENTER_CS, 0);
	vmwrite(VMCS_HOST_SYSENTER_ESP, 0);
	vmwrite(VMCS_HOST_SYSENTER_EIP, 0);
	vmwrite(VMCS_HOST_PAT, rdmsr(MSR_PC_PAT));
	vmwrite(VMCS_HOST_EFER, rdmsr(MSR_EFER));
	vmwrite(VMCS_HOST_RIP, (u64)vmx_exit);
}

static void forget(struct arch_vcpu *v, struct arch_cpu *c)
{
	(void)c;
	invept(INVEPT_SINGLE, eptp(v));
	invvpid(INVVPID_SINGLE, v->vpid);
}

__attribute__((noinline)) void vmx_load(struct arch_vcpu *v, struct arch_cpu *c)
{
	vmptrld(v);
	v->launched = false;
	if (v->last_cpu != (int)c->index) {
		set_host(c);
		forget(v, c); /* what it, or another one of its numbers, left here long ago */
	}
	write_changed(v);
	debug_load(v);
	write_cr(2, v->cr2);
	write_dr(6, v->dr6);
	for (unsigned i = 0; i < VMX_MSRS; i++)
		wrmsr(moved_msrs[i], v->msr[i]);
}

__attribute__((noinline)) void vmx_put(struct arch_vcpu *v, struct arch_cpu *c)
{
	(void)c;
	v->cr2 = read_cr(2);
	v->dr6 = read_dr(6);
	for (unsigned i = 0; i < VMX_MSRS; i++) {
		v->msr[i] = rdmsr(moved_msrs[i]);
		wrmsr(moved_msrs[i], 0);
	}
	write_cr(2, 0ull);
	vmclear(v); /* all of it is in memory: another CPU may load it */
}

/* ---- what others ask ----------------------------------------------------------------------- */

static void mode(const struct arch_vcpu *v, struct pc_mode *m)
{
	u64 mask = CR0_HOST, cs = vmread(VMCS_GUEST_ACCESS + 2 * PC_CS);

	m->cr0 = (vmread(VMCS_GUEST_CR0) & ~mask) | (vmread(VMCS_CR0_SHADOW) & mask);
	mask = ~CR4_GUEST;
	m->cr4 = (vmread(VMCS_GUEST_CR4) & ~mask) | (vmread(VMCS_CR4_SHADOW) & mask);
	m->cr3 = vmread(VMCS_GUEST_CR3);
	m->efer = vmread(VMCS_GUEST_EFER);
	for (unsigned n = 0; n < PC_SEGS; n++)
		m->base[n] = vmread(VMCS_GUEST_BASE + 2 * n);
	m->cpl = vmx_cpl();
	m->code64 = m->efer & EFER_LMA && cs & AR_LONG;
	m->code32 = !m->code64 && cs & AR_BIG;
	(void)v;
}

static void set_cr2(struct arch_vcpu *v, u64 cr2)
{
	v->cr2 = cr2;
	write_cr(2, cr2);
}

static u64 get(const struct arch_vcpu *v, u32 msr)
{
	(void)v;
	return vmread(msr == MSR_PC_PAT ? VMCS_GUEST_PAT : VMCS_GUEST_EFER);
}

static void set(struct arch_vcpu *v, u32 msr, u64 val)
{
	(void)v;
	vmwrite(msr == MSR_PC_PAT ? VMCS_GUEST_PAT : VMCS_GUEST_EFER, val);
}

static size_t dump(const struct arch_vcpu *v, char *buf, size_t n)
{
	struct pc_mode m;

	if (!v->loaded)
		return 0;
	mode(v, &m);
	return fmt_print(buf, n,
			 "cr0 %llx cr2 %llx cr3 %llx cr4 %llx efer %llx cs.base %llx cpl %u\n",
			 (unsigned long long)m.cr0, (unsigned long long)read_cr(2),
			 (unsigned long long)m.cr3, (unsigned long long)m.cr4,
			 (unsigned long long)m.efer, (unsigned long long)m.base[PC_CS], m.cpl);
}

/* EPT (29.3.2): read 1, write 2, execute 4; the guest's PAT has no say in normal memory. */
#define EPT_TYPE(t) ((u64)(t) << 3 | 1ull << 6)
#define UC	    0
#define WC	    1
#define WB	    6

const struct virt vmx = {
	.name = "VMX",
	.stage2 = { .table = 7,
		    .large = 1ull << 7,
		    .r = 1,
		    .w = 2,
		    .x = 4,
		    .type = { EPT_TYPE(WB), EPT_TYPE(UC), EPT_TYPE(WC) } },
	.refusal = refusal,
	.cpu_init = cpu_init,
	.vcpu_init = vcpu_init,
	.vcpu_fini = vcpu_fini,
	.reset = reset,
	.forget = forget,
	.mode = mode,
	.set_cr2 = set_cr2,
	.get = get,
	.set = set,
	.dump = dump,
};
