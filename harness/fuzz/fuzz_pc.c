// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the PC machine: exits of every kind by three vcpus on two CPUs, with any code, page tables
 * and device state; after each, what must hold at all times, among it that nobody sleeps while
 * something waits for it. Next to read: core/pc/machine.c.
 */
#include "gcopy.h"
#include "pcbench.h"

static u32 msr(struct bytes *b)
{
	static const u32 nr[] = { 0x10,	      0x1b,	  0x3b,	      0x6e0, 0x1a0, 0x277,
				  0xc0000080, 0x4b564d00, 0x4b564d01, 0x2ff, 0x200, 0x80b,
				  0x830,      0x832,	  0x838,      0x83e };
	u8 c = byte(b);

	if (c < 128)
		return nr[c % ARRAY_SIZE(nr)];
	return c < 250 ? 0x800u + (c & 0x3f) : (u32)word(b, 4);
}

static u16 port(struct bytes *b)
{
	static const u16 nr[] = { 0x70, 0x71, 0x600, 0xcf8, 0xcf9, 0x64, 0x80 };
	u8 c = byte(b);

	return c < 200 ? 0x3f8 + c % 8 : c < 250 ? nr[c % ARRAY_SIZE(nr)] : (u16)word(b, 2);
}

/* An address that may be a device. */
static u64 address(struct bytes *b)
{
	static const u64 base[] = { PC_APIC_BASE, PC_IOAPIC_BASE, BENCH_CODE,
				    BENCH_TABLES, BENCH_MEM - 8,  0xc0000000 };
	u8 c = byte(b);

	return c == 255 ? word(b, 8) : base[c % ARRAY_SIZE(base)] + (word(b, 2) & 0x3ff);
}

static void reg_exit(struct bytes *b)
{
	u64 *gpr = bench_v->arch.pc.gpr;
	u8 how = byte(b);
	struct vcpu_exit x = { .kind = EXIT_REGISTER,
			       .len = how & 8 ? 0 : 2,
			       .reg = { how & 1 ? REG_CPUID : REG_MSR, 0, how & 2 } };

	if (how & 1) {
		gpr[PC_RAX] = how & 32 ? word(b, 4) : (u64)(how >> 6) << 30 | (byte(b) & 0xf);
		gpr[PC_RCX] = byte(b);
	} else {
		x.reg.nr = msr(b);
		gpr[PC_RAX] = word(b, 4);
		gpr[PC_RDX] = how & 16 ? word(b, 4) : byte(b) & 3;
	}
	bench_exit(x, how & 4);
}

static void io_exit(struct bytes *b)
{
	static const u8 size[] = { 1, 1, 2, 4 };
	u8 how = byte(b);
	struct vcpu_exit x = { .kind = EXIT_IO,
			       .len = how & 16 ? 0 : 1,
			       .io = { port(b), size[how & 3], how & 4, how & 8 } };

	bench_v->arch.pc.gpr[PC_RAX] = how & 32 ? word(b, 4) : byte(b);
	bench_exit(x, false);
}

/* Put code where the vcpu is, and say that it touched what is no memory. */
static void memory_exit(struct bytes *b)
{
	struct vcpu_exit x = { .kind = EXIT_MEMORY, .mem = { .addr = GPA(~0ull) } };
	u8 code[15], n = byte(b) & 15;

	for (unsigned i = 0; i < sizeof(code); i++)
		code[i] = i < n ? byte(b) : 0;
	if (n) {
		bench_v->arch.pc.rip = BENCH_CODE;
		(void)!gcopy_to(bench_p, GPA(BENCH_CODE), code, sizeof(code));
	}
	for (n = byte(b) & 3; n; n--)
		bench_v->arch.pc.gpr[byte(b) & 15] = address(b);
	bench_exit(x, false);
}

/* Processor state: flags, mode, page tables. */
static void processor(struct bytes *b)
{
	struct um_pc *pc = &bench_v->arch.pcx;
	u8 how = byte(b);

	switch (how & 7) {
	case 0:
		bench_v->arch.pc.rflags = RFLAGS_ONE | (word(b, 4) & 0x40ed5);
		break;
	case 1:
		pc->blocked = byte(b) & 3;
		break;
	case 2: /* CR0: PE, WP, PG; CR4: PSE PAE LA57 SMEP SMAP */
		pc->cr0 = CR0_PE | (how & 8 ? CR0_PG : 0) | (how & 16 ? CR0_WP : 0);
		pc->cr4 = word(b, 3) & (CR4_PSE | CR4_PAE | CR4_LA57 | CR4_SMEP | CR4_SMAP);
		pc->efer = (how & 32 ? EFER_NXE : 0) | (how & 64 ? EFER_LMA | EFER_LME : 0);
		pc->cr3 = BENCH_TABLES;
		break;
	case 3:
		pc->cpl = byte(b) & 3;
		pc->code64 = how & 8;
		pc->code32 = how & 16;
		break;
	case 4: /* an entry of a table, which may point at a table */
	{
		u64 e = (BENCH_TABLES + ((u64)(byte(b) & 7) << 12)) | (how >> 3 & 7),
		    at = word(b, 2);

		if (how & 64)
			e = word(b, 8);
		(void)!gcopy_to(bench_p, GPA(BENCH_TABLES + at % 0x8000), &e, 8);
		break;
	}
	case 5:
		pc->cr8 = byte(b) & 15;
		break;
	default:
		pc->base[byte(b) % PC_SEGS] = address(b);
		break;
	}
}

static void operation(struct bytes *b)
{
	u8 op = byte(b);
	u8 text[16];

	switch (op % 12) {
	case 0:
	case 1:
		reg_exit(b);
		break;
	case 2:
	case 3:
		io_exit(b);
		break;
	case 4:
		memory_exit(b);
		break;
	case 5:
		pc_mmio_write(bench_v, address(b), 4, word(b, 4));
		break;
	case 6:
		bench_exit((struct vcpu_exit){ .kind = EXIT_IDLE, .len = op & 64 ? 0 : 1 }, false);
		break;
	case 7:
		bench_p->machine->before_run(bench_v);
		if (op & 64) /* what it was given has not been taken yet */
			bench_p->machine->before_run(bench_v);
		bench_v->arch.pcx.injected = false;
		break;
	case 8:
		um_advance(word(b, 2) << (op & 15));
		break;
	case 9:
		memset(text, 'a' + (op & 15), sizeof(text));
		vterm_input(&bench_p->term, text, op >> 4);
		bench_p->machine->term_input(bench_p);
		break;
	case 10:
		um_line_takes(op & 64 ? 0 : 1000);
		bench_turn(op);
		break;
	default:
		processor(b);
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bytes b = { data, data + size };

	bench_boot();
	while (b.at < b.end && bench_runs()) {
		operation(&b);
		bench_check();
		/* an exception is taken before anything else comes */
		bench_exception();
	}
	bench_end();
	return 0;
}
