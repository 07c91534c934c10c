/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device memory: instructions that no driver uses there, code, string instructions. The hypervisor
 * does them or refuses them with a fault, as it likes; nothing else may happen.
 */
#include "code.h"

/* Each begins with RDX, RSI, RDI, RBX = the device, RAX = RCX = 0. */
#define ODD(name, text)                                                                 \
	CODE(name, "mov odd_at(%rip), %rdx; mov %rdx, %rsi; mov %rdx, %rdi; push %rbx;" \
		   "mov %rdx, %rbx; xor %eax, %eax; xor %ecx, %ecx; cld;" text "; cld; pop %rbx")

extern u64 odd_at;
u64 odd_at;

ODD(odd_xadd, "lock xaddl %eax, (%rdx)")
ODD(odd_cmpxchg, "lock cmpxchgl %eax, (%rdx)")
ODD(odd_cmpxchg8, "lock cmpxchg8b (%rdx)")
ODD(odd_cmpxchg16, "lock cmpxchg16b (%rdx)")
ODD(odd_inc, "lock incl (%rdx)")
ODD(odd_dec, "decw (%rdx)")
ODD(odd_not, "lock notb (%rdx)")
ODD(odd_neg, "negq (%rdx)")
ODD(odd_or, "lock orl $0, (%rdx)")
ODD(odd_adc, "stc; adcl %eax, (%rdx)")
ODD(odd_sbb, "stc; sbbl (%rdx), %eax")
ODD(odd_shl, "shll $0, (%rdx)")
ODD(odd_rcr, "rcrl %cl, (%rdx)")
ODD(odd_shld, "shldl $1, %eax, (%rdx)")
ODD(odd_mul, "mull (%rdx)")
ODD(odd_imul, "imull $3, (%rdx), %eax")
ODD(odd_div, "divl (%rdx)")
ODD(odd_push, "pushq (%rdx); pop %rax")
ODD(odd_pop, "push %rax; popq (%rdx)")
ODD(odd_call, "call *(%rdx)")
ODD(odd_far, "lcall *(%rdx)")
ODD(odd_far_jump, "ljmp *(%rdx)")
ODD(odd_segment, "mov (%rdx), %fs")
ODD(odd_lfs, "lfs (%rdx), %eax")
ODD(odd_sgdt, "sgdt (%rdx)")
ODD(odd_sidt, "sidt (%rdx)")
ODD(odd_sldt, "sldt (%rdx)")
ODD(odd_lldt, "lldt (%rdx)")
ODD(odd_ltr, "ltr (%rdx)")
ODD(odd_verr, "verr (%rdx)")
ODD(odd_lsl, "lsl (%rdx), %eax")
ODD(odd_smsw, "smsw (%rdx)")
ODD(odd_movs_both, "mov $4, %ecx; rep movsl")
ODD(odd_movs_long, "mov $0x500, %ecx; rep movsq")
ODD(odd_movs_from, "mov $0x8100, %edi; mov $7, %ecx; rep movsb")
ODD(odd_movs_down, "mov $0x8200, %edi; mov $9, %ecx; std; rep movsw")
ODD(odd_stos, "mov $5, %ecx; rep stosq")
ODD(odd_lods, "mov $5, %ecx; rep lodsl")
ODD(odd_scas, "mov $9, %ecx; repe scasl")
ODD(odd_cmps, "mov $9, %ecx; repne cmpsb")
ODD(odd_ins, "mov $0x80, %edx; mov $3, %ecx; rep insl")
ODD(odd_outs, "mov $0x80, %edx; mov $3, %ecx; rep outsl")
ODD(odd_xlat, "xlat")
ODD(odd_bt, "mov $0x7fffffff, %eax; btl %eax, (%rdx)")
ODD(odd_bts, "mov $-0x8000, %rax; lock btsq %rax, (%rdx)")
ODD(odd_enter, "mov %rsp, %r8; enter $8, $3; mov %r8, %rsp")
ODD(odd_popcnt, "popcnt (%rdx), %eax")
ODD(odd_movnti, "movnti %eax, (%rdx)")
ODD(odd_movaps, "movaps (%rdx), %xmm0")
ODD(odd_movups, "movups %xmm0, (%rdx)")
ODD(odd_movntdq, "movntdq %xmm0, (%rdx)")
ODD(odd_maskmov, "maskmovdqu %xmm0, %xmm0")
ODD(odd_paddd, "paddd (%rdx), %xmm1")
ODD(odd_avx, "vmovdqu (%rdx), %ymm0")
ODD(odd_gather, "vpgatherdd %ymm0, (%rdx, %ymm1), %ymm2")
ODD(odd_mmx, "movq (%rdx), %mm0; emms")
ODD(odd_fld, "fldt (%rdx); fninit")
ODD(odd_fist, "fldz; fistpll (%rdx); fninit")
ODD(odd_fsave, "fnsave (%rdx); fninit")
ODD(odd_fxsave, "fxsave64 (%rdx)")
ODD(odd_fxrstor, "fxrstor64 (%rdx)")
ODD(odd_xsave, "xsave64 (%rdx)")
ODD(odd_xrstor, "mov $-1, %eax; mov %eax, %edx; xrstor64 (%rbx)")
ODD(odd_mxcsr, "ldmxcsr (%rdx)")
ODD(odd_invlpg, "invlpg (%rdx)")
ODD(odd_clflush, "clflush (%rdx)")
ODD(odd_prefetch, "prefetcht0 (%rdx)")
ODD(odd_lock_mov, ".byte 0xf0; mov %eax, (%rdx)")
ODD(odd_prefixes, ".byte 0x66, 0x66, 0x66, 0x2e, 0x2e, 0x3e, 0x26, 0xf2, 0xf3, 0x66, 0x66, 0x40;"
		  "mov (%rdx), %eax")
ODD(odd_too_long, ".byte 0x66, 0x66, 0x66, 0x2e, 0x2e, 0x3e, 0x26, 0xf2, 0xf3, 0x66, 0x66, 0x66,"
		  "0x66, 0x66; mov (%rdx), %eax")
ODD(odd_wide, ".byte 0x67, 0x66, 0x48; mov (%rdx), %eax")
ODD(odd_high, "mov (%rdx), %ah; mov %ch, (%rdx)")
ODD(odd_xchg, "xchg %ax, (%rdx)")
ODD(odd_crc, "crc32l (%rdx), %eax")
ODD(odd_vmread, "vmread %rax, (%rdx)")
ODD(odd_vmptrld, "vmptrld (%rdx)")
ODD(odd_invept, ".byte 0x66, 0x0f, 0x38, 0x80, 0x02")
ODD(odd_jump, "jmp *(%rdx)")

static void (*const odd[])(void) = {
	odd_xadd,     odd_cmpxchg,  odd_cmpxchg8,  odd_cmpxchg16, odd_inc,	 odd_dec,
	odd_not,      odd_neg,	    odd_or,	   odd_adc,	  odd_sbb,	 odd_shl,
	odd_rcr,      odd_shld,	    odd_mul,	   odd_imul,	  odd_div,	 odd_push,
	odd_pop,      odd_call,	    odd_far,	   odd_far_jump,  odd_segment,	 odd_lfs,
	odd_sgdt,     odd_sidt,	    odd_sldt,	   odd_lldt,	  odd_ltr,	 odd_verr,
	odd_lsl,      odd_smsw,	    odd_movs_both, odd_movs_long, odd_movs_from, odd_movs_down,
	odd_stos,     odd_lods,	    odd_scas,	   odd_cmps,	  odd_ins,	 odd_outs,
	odd_xlat,     odd_bt,	    odd_bts,	   odd_enter,	  odd_popcnt,	 odd_movnti,
	odd_movaps,   odd_movups,   odd_movntdq,   odd_maskmov,	  odd_paddd,	 odd_avx,
	odd_gather,   odd_mmx,	    odd_fld,	   odd_fist,	  odd_fsave,	 odd_fxsave,
	odd_fxrstor,  odd_xsave,    odd_xrstor,	   odd_mxcsr,	  odd_invlpg,	 odd_clflush,
	odd_prefetch, odd_lock_mov, odd_prefixes,  odd_too_long,  odd_wide,	 odd_high,
	odd_xchg,     odd_crc,	    odd_vmread,	   odd_vmptrld,	  odd_invept,	 odd_jump
};

static void all_at(u64 at)
{
	odd_at = at;
	for (unsigned i = 0; i < LENGTH(odd); i++) {
		u64 before = g_faults(), fs = 0;

		if (!g_try_jump((u64)odd[i]) && g_faults() != before + 1)
			g_fail("instruction %u at %#lx: %lu faults", i, at, g_faults() - before);
		if (g_faults() != before && g_fault()->vector == DF)
			g_fail("instruction %u at %#lx: double fault", i, at);
		__asm__ volatile("cld; mov %w0, %%fs; lldt %w0" ::"r"(fs));
	}
	if (g_fault()->vector == NM)
		g_fail("the FPU is off");
}

GUEST(device_instructions)
{
	struct hostile h;

	hostile_begin(&h);
	g_vector_fill(1); /* switches XSAVE on */
	pc_apic_mode(false);
	all_at(PC_LAPIC + APIC_TPR); /* harmless */
	all_at(PC_LAPIC + APIC_TPR - 3);
	all_at(PC_LAPIC + 0xffe); /* across its end */
	pc_apic_mode(true);
	all_at(PC_IOAPIC);
	all_at(PC_IOAPIC - 5);
	all_at(h.memory);
	all_at(h.memory - 3);
	all_at(PC_LAPIC + 0x40); /* nothing is there in this mode */
	g_vector_fill(1);
	hostile_end(&h);
}

/* Code there, and code that runs on into there. */
GUEST(device_code)
{
	static const u64 begin[] = { 0x66, 0x48, 0x0f, 0x8b, 0xe8, 0x9a, 0xc7, 0xa1, 0x67 };
	struct hostile h;

	hostile_begin(&h);
	pc_apic_mode(false);
	hostile_no_code(PC_LAPIC + APIC_TPR);
	hostile_no_code(PC_LAPIC + 0xfff);
	hostile_no_code(PC_IOAPIC);
	pc_apic_mode(true);
	hostile_no_code(PC_LAPIC);
	for (unsigned i = 0; i < LENGTH(begin); i++) {
		g_store(h.memory - 1, 1, begin[i]);
		if (g_try_jump(h.memory - 1))
			g_fail("%#lx at the end of memory came back", begin[i]);
	}
	hostile_end(&h);
}
