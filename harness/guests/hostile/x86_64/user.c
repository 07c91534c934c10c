/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program in ring 3 may not do, so that the guest's own protection holds. */
#include "code.h"

CODE(user_cli, "cli")
CODE(user_hlt, "hlt")
CODE(user_in, "mov $0x3fd, %edx; in %dx, %al")
CODE(user_out, "mov $0x600, %edx; mov $0x34, %al; out %al, %dx")
CODE(user_outs, "mov $0x600, %edx; mov $0x8000, %esi; mov $3, %ecx; rep outsb")
CODE(user_ins, "mov $0x64, %edx; mov $0x8000, %edi; mov $3, %ecx; rep insl")
CODE(user_reset, "mov $0xcf9, %edx; mov $6, %al; out %al, %dx")
CODE(user_rdmsr, "mov $0x1b, %ecx; rdmsr")
CODE(user_wrmsr, "mov $0x830, %ecx; mov $0x4500, %eax; xor %edx, %edx; wrmsr")
CODE(user_cr0, "mov %cr0, %rax")
CODE(user_cr3, "mov %cr3, %rax; mov %rax, %cr3")
CODE(user_cr4, "xor %eax, %eax; mov %rax, %cr4")
CODE(user_cr8, "mov $5, %eax; mov %rax, %cr8")
CODE(user_dr7, "xor %eax, %eax; mov %rax, %dr7")
CODE(user_clts, "clts")
CODE(user_lmsw, "xor %eax, %eax; lmsw %ax")
CODE(user_lgdt, "lgdt 0x8000")
CODE(user_lidt, "lidt 0x8000")
CODE(user_lldt, "xor %eax, %eax; lldt %ax")
CODE(user_ltr, "mov $0x30, %eax; ltr %ax")
CODE(user_invlpg, "invlpg 0x8000")
CODE(user_invd, "invd")
CODE(user_wbinvd, "wbinvd")
CODE(user_xsetbv, "xor %ecx, %ecx; mov $3, %eax; xor %edx, %edx; xsetbv")
CODE(user_rdpmc, "xor %ecx, %ecx; rdpmc")
CODE(user_swapgs, "swapgs")
CODE(user_sysret, "sysretq")
CODE(user_sysexit, "sysexitl")
CODE(user_monitor, "mov %rsp, %rax; xor %ecx, %ecx; xor %edx, %edx; monitor")
CODE(user_mwait, "xor %eax, %eax; xor %ecx, %ecx; mwait")
CODE(user_rsm, "rsm")
CODE(user_vmrun, "vmrun")
CODE(user_vmload, "vmload")
CODE(user_vmsave, "vmsave")
CODE(user_stgi, "stgi")
CODE(user_clgi, "clgi")
CODE(user_skinit, "skinit")
CODE(user_invlpga, "invlpga")
CODE(user_vmcall, "mov $0xfa18, %eax; vmcall")
CODE(user_vmmcall, "mov $0xfa18, %eax; vmmcall")
CODE(user_vmxoff, "vmxoff")
CODE(user_vmlaunch, "vmlaunch")
CODE(user_int, "int $0x41")
CODE(user_nmi, "int $2")
CODE(user_iret, "push $0x10; push $0; push $0x3202; push $8; lea 1f(%rip), %rax; push %rax;"
		"iretq; 1:")
CODE(user_far, "push $0x18; lea 1f(%rip), %rax; push %rax; lretq; 1:")
CODE(user_ss, "mov $0x10, %eax; mov %ax, %ss")

static const struct {
	const char *name;
	void (*fn)(void);
} deed[] = {
#define D(n) { #n, user_##n },
	D(cli) D(hlt) D(in) D(out) D(outs) D(ins) D(reset) D(rdmsr) D(wrmsr) D(cr0) D(cr3) D(cr4)
		D(cr8) D(dr7) D(clts) D(lmsw) D(lgdt) D(lidt) D(lldt) D(ltr) D(invlpg) D(invd)
			D(wbinvd) D(xsetbv) D(rdpmc) D(swapgs) D(sysret) D(sysexit) D(monitor)
				D(mwait) D(rsm) D(vmrun) D(vmload) D(vmsave) D(stgi) D(clgi)
					D(skinit) D(invlpga) D(vmcall) D(vmmcall) D(vmxoff)
						D(vmlaunch) D(int) D(nmi) D(iret) D(far) D(ss)
#undef D
};

GUEST(user_instructions)
{
	struct hostile h;

	hostile_begin(&h);
	g_vector_fill(1); /* switches XSAVE on */
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < LENGTH(deed); i++) {
			u64 before = g_faults();

			if (cpu_try_user(deed[i].fn))
				g_fail("%s: no fault", deed[i].name);
			G_EQ(g_faults(), before + 1);
			if (g_fault()->vector != GP && g_fault()->vector != UD)
				g_fail("%s: exception %lu", deed[i].name, g_fault()->vector);
		}
	hostile_end(&h);
}

/* Device memory from there, through pages that a program may use: done or refused, as in ring 0. */
CODE(user_load, "mov $0xfec00000, %edx; mov (%rdx), %eax; mov %eax, 0x20(%rdx)")
CODE(user_odd, "mov $0xfec00000, %edx; lock cmpxchg8b (%rdx)")
CODE(user_jump, "mov $0xfec00000, %edx; jmp *%rdx")
CODE(user_hole, "mov $0xd0000000, %edx; mov (%rdx), %rax; mov %rax, (%rdx); inc %rax; jz 1f;"
		"ud2; 1:")

GUEST(user_devices)
{
	struct hostile h;

	hostile_begin(&h);
	for (unsigned i = 0; i < 50; i++) {
		G_CHECK(cpu_try_user(user_load));
		cpu_try_user(user_odd);
		G_CHECK(!cpu_try_user(user_jump));
		G_EQ(g_fault()->vector, UD);
		G_CHECK(cpu_try_user(user_hole));
	}
	hostile_end(&h);
}
