/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers a partition switch must keep, and what a guest should not do. XSAVE is used where
 * the processor has it, so that the wide halves of the vector registers are in, too.
 */
#include "cpu.h"
#include "pc.h"

/* ---- floating point and vector registers --------------------------------------------------- */

#define ECX_XSAVE   (1u << 26)
#define ECX_AVX	    (1u << 28)
#define CR4_OSXSAVE (1ul << 18)
#define XCR0_SSE    3u
#define XCR0_AVX    7u
#define CONTROL	    0x037f  /* x87: as after FNINIT */
#define MXCSR	    0x1f80u /* as after reset; bits 13 and 14 round */
#define X87_AT	    32
#define XMM_AT	    160
#define HEADER_AT   512
#define YMM_AT	    576
#define AREA	    1024

/* Memory for XSAVE, one for each vcpu: what was loaded, what is seen. */
static u8 areas[NVCPUS][2][AREA] __attribute__((aligned(64)));

/* Which parts this processor saves: 0 = FXSAVE only. */
static u32 parts(void)
{
	u32 r[4], lo, hi;
	u64 cr4;

	cpuid(1, 0, r);
	if (!(r[2] & ECX_XSAVE))
		return 0;
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	if (!(cr4 & CR4_OSXSAVE))
		__asm__ volatile("mov %0, %%cr4" ::"r"(cr4 | CR4_OSXSAVE));
	lo = r[2] & ECX_AVX ? XCR0_AVX : XCR0_SSE;
	hi = 0;
	__asm__ volatile("xsetbv" ::"a"(lo), "d"(hi), "c"(0));
	return lo;
}

static void put(u8 *to, u64 v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		to[i] = (u8)(v >> (8 * (i % 8)));
}

/* The image of all registers that seed stands for. */
static void image(u8 *a, u64 seed, u32 what)
{
	for (unsigned i = 0; i < AREA; i++)
		a[i] = 0;
	put(a, CONTROL, 2);
	a[4] = 0xff; /* all eight in use */
	put(a + 24, MXCSR | (u32)(seed & 3) << 13, 4);
	for (u64 i = 0; i < 8; i++)
		put(a + X87_AT + 16 * i, seed + i, 10);
	for (u64 i = 0; i < 16; i++) {
		put(a + XMM_AT + 16 * i, seed + 100 + i, 8);
		put(a + XMM_AT + 16 * i + 8, ~seed - i, 8);
		if (what & 4) {
			put(a + YMM_AT + 16 * i, seed + 200 + i, 8);
			put(a + YMM_AT + 16 * i + 8, seed ^ i << 32, 8);
		}
	}
	put(a + HEADER_AT, what, 8);
}

void g_vector_fill(u64 seed)
{
	u8 *a = areas[g_vcpu()][0];
	u32 what = parts();

	image(a, seed, what);
	if (what)
		__asm__ volatile("xrstor64 (%0)" ::"r"(a), "a"(what), "d"(0) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" ::"r"(a) : "memory");
}

static bool same(const u8 *a, const u8 *b, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

bool g_vector_same(u64 seed)
{
	u8 *want = areas[g_vcpu()][0], *got = areas[g_vcpu()][1];
	u32 what = parts();

	image(want, seed, what);
	image(got, ~seed, what);
	if (what)
		__asm__ volatile("xsave64 (%0)" ::"r"(got), "a"(what), "d"(0) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" ::"r"(got) : "memory");
	for (unsigned i = 0; i < 8; i++)
		if (!same(want, got, X87_AT + 16 * i, X87_AT + 16 * i + 10))
			return false;
	return same(want, got, 0, 2) && same(want, got, 4, 5) && same(want, got, 24, 28) &&
	       same(want, got, XMM_AT, XMM_AT + 256) &&
	       (!(what & 4) || same(want, got, YMM_AT, YMM_AT + 256));
}

bool g_call_keeps_registers(u64 nr)
{
	return call_registers(nr) == 0;
}

/* ---- ports and model-specific registers --------------------------------------------------- */

u32 pc_in(u16 port, unsigned size)
{
	u32 v = 0;

	if (size == 1)
		__asm__ volatile("inb %1, %b0" : "+a"(v) : "d"(port) : "memory");
	else if (size == 2)
		__asm__ volatile("inw %1, %w0" : "+a"(v) : "d"(port) : "memory");
	else
		__asm__ volatile("inl %1, %0" : "+a"(v) : "d"(port) : "memory");
	return v;
}

void pc_out(u16 port, unsigned size, u32 v)
{
	if (size == 1)
		__asm__ volatile("outb %b0, %1" ::"a"(v), "d"(port) : "memory");
	else if (size == 2)
		__asm__ volatile("outw %w0, %1" ::"a"(v), "d"(port) : "memory");
	else
		__asm__ volatile("outl %0, %1" ::"a"(v), "d"(port) : "memory");
}

bool pc_try_rdmsr(u32 nr, u64 *v)
{
	return probe_rdmsr(nr, v) == 0;
}

bool pc_try_wrmsr(u32 nr, u64 v)
{
	return probe_wrmsr(nr, v) == 0;
}

/* ---- forbidden instructions ---------------------------------------------------------------- */

#define DEED(name, code)                                                  \
	__attribute__((naked)) static void name(void)                     \
	{                                                                 \
		__asm__("xor %eax, %eax; xor %edx, %edx; " code "; ret"); \
	}
#define READ_MSR(nr)	  "mov $" #nr ", %ecx; rdmsr"
#define WRITE_MSR(nr, lo) "mov $" #nr ", %ecx; mov $" #lo ", %eax; wrmsr"

DEED(ud2, "ud2")
DEED(vmrun, "vmrun")
DEED(vmload, "vmload")
DEED(vmsave, "vmsave")
DEED(stgi, "stgi")
DEED(clgi, "clgi")
DEED(invlpga, "xor %ecx, %ecx; invlpga")
DEED(skinit, "skinit")
DEED(vmxoff, "vmxoff")
DEED(vmlaunch, "vmlaunch")
DEED(rsm, "rsm")
DEED(svme, "mov $0xc0000080, %ecx; rdmsr; or $0x1000, %eax; wrmsr")
DEED(no_long_mode, "mov $0xc0000080, %ecx; rdmsr; and $~0x100, %eax; wrmsr")
DEED(read_save_area, READ_MSR(0xc0010117))
DEED(write_save_area, WRITE_MSR(0xc0010117, 0x1000))
DEED(write_vm_cr, WRITE_MSR(0xc0010114, 2))
DEED(read_unknown, READ_MSR(0xc0012345))
DEED(write_unknown, WRITE_MSR(0xc0012345, 1))
DEED(move_apic, WRITE_MSR(0x1b, 0x100800))
DEED(bad_pat, WRITE_MSR(0x277, 2))
DEED(bad_xcr0, "xor %ecx, %ecx; xsetbv") /* x87 may not be off */
DEED(wild_xcr0, "xor %ecx, %ecx; mov $-1, %eax; xsetbv")
DEED(pmc, "mov $0x12345, %ecx; rdpmc")
DEED(wbinvd, "wbinvd")
DEED(invd, "invd")
DEED(monitor, "mov %rsp, %rax; xor %ecx, %ecx; monitor")
DEED(ports, "mov $0xcf8, %edx; mov $-1, %eax; out %eax, %dx; mov $0xcfc, %edx; in %dx, %eax; "
	    "mov $0x64, %edx; in %dx, %al; mov $0x80, %edx; out %al, %dx; mov $0xffff, %edx; "
	    "in %dx, %eax")
DEED(debug, "mov $-1, %rax; mov %rax, %dr7")

static const struct {
	struct g_deed deed;
	void (*fn)(void);
} deeds[] = {
	{ { "an undefined instruction", true }, ud2 },
	{ { "vmrun", true }, vmrun },
	{ { "vmload", true }, vmload },
	{ { "vmsave", true }, vmsave },
	{ { "stgi", true }, stgi },
	{ { "clgi", true }, clgi },
	{ { "invlpga", true }, invlpga },
	{ { "skinit", true }, skinit },
	{ { "vmxoff", true }, vmxoff },
	{ { "vmlaunch", true }, vmlaunch },
	{ { "rsm", true }, rsm },
	{ { "set EFER.SVME", true }, svme },
	{ { "clear EFER.LME", true }, no_long_mode },
	{ { "read VM_HSAVE_PA", true }, read_save_area },
	{ { "write VM_HSAVE_PA", true }, write_save_area },
	{ { "write VM_CR", false }, write_vm_cr },
	{ { "read an unknown MSR", true }, read_unknown },
	{ { "write an unknown MSR", true }, write_unknown },
	{ { "move the local APIC", true }, move_apic },
	{ { "a memory type that is none", true }, bad_pat },
	{ { "switch x87 off in XCR0", true }, bad_xcr0 },
	{ { "set all of XCR0", true }, wild_xcr0 },
	{ { "read a performance counter", false }, pmc },
	{ { "wbinvd", false }, wbinvd },
	{ { "invd", false }, invd },
	{ { "monitor", false }, monitor },
	{ { "ports of no device", false }, ports },
	{ { "set all of DR7", true }, debug },
};

unsigned g_deeds(void)
{
	return sizeof(deeds) / sizeof(deeds[0]);
}

const struct g_deed *g_deed(unsigned i)
{
	return &deeds[i].deed;
}

bool g_do_deed(unsigned i)
{
	return g_try_jump((u64)deeds[i].fn);
}
