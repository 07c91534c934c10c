// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole instructions on devices and memory: results, faults that change nothing, strings. */
#include "lab.h"

static struct pc_regs *r;

/* Flat 32-bit code without paging at LAB_ENTRY, as the partition starts. */
static void code(const char *bytes, unsigned n)
{
	r = pc_regs(lab_v0);
	r->rip = LAB_ENTRY;
	lab_put(LAB_ENTRY, bytes, n);
}
#define CODE(s) code(s, sizeof(s) - 1)

static void memory_exit(void)
{
	lab_exit(lab_v0,
		 (struct vcpu_exit){ .kind = EXIT_MEMORY,
				     .mem = { .addr = GPA(~0ull), .access = ACCESS_READ } });
}

/* The instruction is done, nothing was raised. */
static void done(unsigned n)
{
	memory_exit();
	ck_assert_int_eq(lab_exception(lab_v0), -1);
	ck_assert_uint_eq(r->rip, LAB_ENTRY + n);
}

START_TEST(loads_and_stores)
{
	CODE("\xa1\x30\x00\xe0\xfe"); /* mov 0xfee00030, %eax */
	r->gpr[PC_RAX] = ~0ull;
	done(5);
	ck_assert_uint_eq(r->gpr[PC_RAX], 0x50014);
	CODE("\x89\x0b"); /* mov %ecx, (%ebx) */
	r->gpr[PC_RBX] = PC_APIC_BASE + 0x80;
	r->gpr[PC_RCX] = 0x30;
	done(2);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->apic.tpr, 0x30);
	CODE("\x0f\xb6\x4b\x01"); /* movzbl 1(%ebx), %ecx */
	r->gpr[PC_RBX] = PC_APIC_BASE + 0xf0;
	r->gpr[PC_RCX] = ~0ull;
	done(4);
	ck_assert_uint_eq(r->gpr[PC_RCX], 0);
	CODE("\x0f\xbe\x0b"); /* movsbl (%ebx), %ecx */
	r->gpr[PC_RCX] = 0;
	done(3);
	ck_assert_uint_eq(r->gpr[PC_RCX], 0xffffffff);
	CODE("\x8a\x23"); /* mov (%ebx), %ah */
	r->gpr[PC_RAX] = 0x1234567811111111;
	done(2);
	ck_assert_uint_eq(r->gpr[PC_RAX], 0x123456781111ff11);
	CODE("\x66\x8b\x0b"); /* mov (%ebx), %cx: nobody is there */
	r->gpr[PC_RBX] = 0xd0000000;
	r->gpr[PC_RCX] = 0x11110000;
	done(3);
	ck_assert_uint_eq(r->gpr[PC_RCX], 0x1111ffff);
}
END_TEST

START_TEST(read_modify_write)
{
	CODE("\x83\x0d\x80\x00\xe0\xfe\x0f"); /* orl $0xf, TPR */
	pc_apic_set_tpr(lab_v0, 0x40);
	r->rflags |= RFLAGS_CF;
	done(7);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->apic.tpr, 0x4f);
	ck_assert(!(r->rflags & (RFLAGS_CF | RFLAGS_ZF)));
	CODE("\x87\x15\x80\x00\xe0\xfe"); /* xchg %edx, TPR */
	r->gpr[PC_RDX] = 0x55;
	done(6);
	ck_assert_uint_eq(r->gpr[PC_RDX], 0x4f);
	ck_assert_uint_eq(pc_vcpu(lab_v0)->apic.tpr, 0x55);
	CODE("\x2b\x15\x80\x00\xe0\xfe"); /* sub TPR, %edx */
	r->gpr[PC_RDX] = 0x155;
	done(6);
	ck_assert_uint_eq(r->gpr[PC_RDX], 0x100);
	CODE("\x3d\x00\x00\x00\x00"); /* cmp with eax: no memory, so no device was touched */
	memory_exit();
	ck_assert_int_eq(lab_exception(lab_v0), PC_EXC_UD);
	CODE("\x0f\xab\x15\x80\x00\xe0\xfe"); /* bts %edx, TPR: bit 129 is bit 1, 16 bytes on */
	r->gpr[PC_RDX] = 1;
	done(7);
	ck_assert(!(r->rflags & RFLAGS_CF));
	ck_assert_uint_eq(pc_vcpu(lab_v0)->apic.tpr, 0x57);
	CODE("\x0f\xa3\x15\x70\x00\xe0\xfe"); /* bt %edx, 16 bytes below */
	r->gpr[PC_RDX] = 128 + 4;
	done(7);
	ck_assert(r->rflags & RFLAGS_CF);
}
END_TEST

START_TEST(strings)
{
	CODE("\xf3\xab"); /* rep stosl into nowhere: one element each time */
	r->gpr[PC_RAX] = 0x11223344;
	r->gpr[PC_RDI] = 0xd0000000;
	r->gpr[PC_RCX] = 2;
	memory_exit();
	ck_assert_uint_eq(r->rip, LAB_ENTRY);
	ck_assert_uint_eq(r->gpr[PC_RCX], 1);
	ck_assert_uint_eq(r->gpr[PC_RDI], 0xd0000004);
	done(2);
	ck_assert_uint_eq(r->gpr[PC_RCX], 0);
	r->rip = LAB_ENTRY;
	done(2); /* nothing left to do */
	ck_assert_uint_eq(r->gpr[PC_RDI], 0xd0000008);
	CODE("\xa5"); /* movsl from the APIC to memory, downwards */
	r->gpr[PC_RSI] = PC_APIC_BASE + 0x30;
	r->gpr[PC_RDI] = 0x8000;
	r->rflags |= RFLAGS_DF;
	done(1);
	ck_assert_uint_eq(lab_ld(0x8000, 4), 0x50014);
	ck_assert_uint_eq(r->gpr[PC_RSI], PC_APIC_BASE + 0x2c);
	ck_assert_uint_eq(r->gpr[PC_RDI], 0x7ffc);
}
END_TEST

/* Long mode with one table of 4 KiB pages at 0x10000 .. 0x13000, mapping 0 .. 2 MiB 1:1. */
static void paging(void)
{
	struct um_pc *pc = lab_pc(lab_v0);

	for (u64 i = 0; i < 512; i++)
		lab_st(0x13000 + 8 * i, 8, i << 12 | 7);
	lab_st(0x10000, 8, 0x11007);
	lab_st(0x11000, 8, 0x12007);
	lab_st(0x12000, 8, 0x13007);
	lab_st(0x12008, 8, 0xfee00000 | 0x87);
	pc->cr0 |= CR0_PG | CR0_WP;
	pc->cr3 = 0x10000;
	pc->cr4 = CR4_PAE;
	pc->efer = EFER_LME | EFER_LMA | EFER_NXE;
	pc->code64 = true;
	pc->code32 = false;
}

START_TEST(through_page_tables)
{
	paging();
	CODE("\x8b\x04\x25\x30\x00\x20\x00"); /* mov 0x200030, %eax */
	done(7);
	ck_assert_uint_eq(r->gpr[PC_RAX], 0x50014);
	CODE("\x8b\x05\x00\x00\x00\x00"); /* mov 0(%rip), %eax */
	lab_st(LAB_ENTRY + 6, 4, 0xabcdef);
	done(6);
	ck_assert_uint_eq(r->gpr[PC_RAX], 0xabcdef);
	CODE("\x65\x48\x89\x03"); /* mov %rax, %gs:(%rbx), over a page boundary */
	lab_pc(lab_v0)->base[PC_GS] = 0x5ffa;
	r->gpr[PC_RBX] = 2;
	r->gpr[PC_RAX] = 0x8877665544332211;
	done(4);
	ck_assert_uint_eq(lab_ld(0x5ffc, 8), 0x8877665544332211);
	CODE("\x65\x48\x8b\x0b");
	done(4);
	ck_assert_uint_eq(r->gpr[PC_RCX], 0x8877665544332211);
	CODE("\x67\x8b\x0b"); /* 32-bit address */
	r->gpr[PC_RBX] = 0xffffffff00200030;
	done(3);
	ck_assert_uint_eq(r->gpr[PC_RCX], 0x50014);
}
END_TEST

/* A fault leaves all as it was, but for the exception. */
static void faults(u8 vector, u32 error, u64 cr2)
{
	u64 rip = r->rip, before;
	struct pc_regs was = *r;

	lab_pc(lab_v0)->cr2 = 0;
	lab_pc(lab_v0)->event = (struct um_pc_event){ 0 };
	before = lab_digest();
	memory_exit();
	ck_assert_int_eq(lab_pc(lab_v0)->event.error, error);
	ck_assert_uint_eq(lab_pc(lab_v0)->cr2, cr2);
	ck_assert_int_eq(lab_exception(lab_v0), vector);
	lab_pc(lab_v0)->cr2 = 0;
	lab_pc(lab_v0)->event = (struct um_pc_event){ 0 };
	ck_assert_uint_eq(lab_digest(), before);
	ck_assert_mem_eq(r, &was, sizeof(was));
	ck_assert_uint_eq(r->rip, rip);
}

START_TEST(exceptions)
{
	paging();
	CODE("\x89\x03"); /* mov %eax, (%rbx) */
	r->gpr[PC_RBX] = 0x400000;
	faults(PC_EXC_PF, PC_PF_WRITE, 0x400000);
	r->gpr[PC_RBX] = 1ull << 47;
	faults(PC_EXC_GP, 0, 0);
	CODE("\x89\x45\x00"); /* mov %eax, (%rbp): in the stack's segment */
	r->gpr[PC_RBP] = 1ull << 47;
	faults(PC_EXC_SS, 0, 0);
	CODE("\x89\x03");
	lab_st(0x13000 + 8 * 6, 8, 0);
	r->gpr[PC_RBX] = 0x5ffe; /* the second page is missing: the first is not written */
	faults(PC_EXC_PF, PC_PF_WRITE, 0x6000);
	lab_pc(lab_v0)->cpl = 3;
	lab_st(0x13000 + 8 * 7, 8, 0x7003);
	r->gpr[PC_RBX] = 0x7000;
	faults(PC_EXC_PF, PC_PF_P | PC_PF_WRITE | PC_PF_USER, 0x7000);
	CODE("\xf3\xa4"); /* rep movsb: the destination cannot be written */
	r->gpr[PC_RCX] = 5;
	r->gpr[PC_RSI] = 0x200030;
	r->gpr[PC_RDI] = 0x7000;
	faults(PC_EXC_PF, PC_PF_P | PC_PF_WRITE | PC_PF_USER, 0x7000);
	CODE("\x0f\x6f\x03"); /* MMX: not known */
	faults(PC_EXC_UD, 0, 0);
	r->rip = 0x6000;
	faults(PC_EXC_PF, PC_PF_FETCH | PC_PF_USER, 0x6000);
	r->rip = 0x5fff; /* the instruction goes on in a page that is not there */
	lab_st(0x5fff, 1, 0x8b);
	faults(PC_EXC_PF, PC_PF_FETCH | PC_PF_USER, 0x6000);
	r->rip = 0x200000; /* fetched from a device: ones */
	faults(PC_EXC_UD, 0, 0);
}
END_TEST

static void string_exit(u16 port, u8 size, bool write)
{
	lab_exit(lab_v0,
		 (struct vcpu_exit){
			 .kind = EXIT_IO,
			 .io = { .port = port, .size = size, .write = write, .string = true } });
}

START_TEST(port_strings)
{
	CODE("\xf3\x6e"); /* rep outsb */
	lab_put(0x8000, "hello\n", 6);
	r->gpr[PC_RSI] = 0x8000;
	r->gpr[PC_RCX] = 6;
	r->gpr[PC_RDX] = 0x3f8;
	string_exit(0x3f8, 1, true);
	ck_assert_ptr_ne(strstr(um_output(NULL), "hello"), NULL);
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 2);
	ck_assert_uint_eq(r->gpr[PC_RCX], 0);
	ck_assert_uint_eq(r->gpr[PC_RSI], 0x8006);
	CODE("\xf3\x6c"); /* rep insb: at most 64 at a time */
	r->gpr[PC_RDI] = 0x9000;
	r->gpr[PC_RCX] = 100;
	string_exit(0x80, 1, false);
	ck_assert_uint_eq(r->rip, LAB_ENTRY);
	ck_assert_uint_eq(r->gpr[PC_RCX], 36);
	string_exit(0x80, 1, false);
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 2);
	ck_assert_uint_eq(r->gpr[PC_RDI], 0x9064);
	ck_assert_uint_eq(lab_ld(0x9063, 2), 0xff);
	CODE("\x6f"); /* outsl, a single one */
	r->gpr[PC_RSI] = 0x8000;
	string_exit(0x80, 4, true);
	ck_assert_uint_eq(r->gpr[PC_RSI], 0x8004);
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 1);
	CODE("\xf3\x6d");
	r->gpr[PC_RCX] = 0;
	string_exit(0x80, 4, false);
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 2);
}
END_TEST

/* Input whose place cannot be written is not taken from the device. */
START_TEST(port_string_fault)
{
	paging();
	vterm_input(&lab_p->term, (const u8 *)"ab", 2);
	lab_st(0x13000 + 8 * 6, 8, 0);
	CODE("\xf3\x6c");
	r->gpr[PC_RDI] = 0x5fff;
	r->gpr[PC_RCX] = 2;
	string_exit(0x3f8, 1, false);
	ck_assert_int_eq(lab_exception(lab_v0), PC_EXC_PF);
	ck_assert_uint_eq(lab_pc(lab_v0)->cr2, 0x6000);
	ck_assert_uint_eq(r->gpr[PC_RCX], 1);
	ck_assert_uint_eq(r->rip, LAB_ENTRY);
	ck_assert_uint_eq(lab_ld(0x5fff, 1), 'a');
	lab_st(0x13000 + 8 * 6, 8, 0x6007);
	string_exit(0x3f8, 1, false);
	ck_assert_uint_eq(lab_ld(0x6000, 1), 'b');
	ck_assert_uint_eq(r->rip, LAB_ENTRY + 2);
}
END_TEST

Suite *suite_pc_emulate(void);
Suite *suite_pc_emulate(void)
{
	return LAB_SUITE("pc_emulate", loads_and_stores, read_modify_write, strings,
			 through_page_tables, exceptions, port_strings, port_string_fault);
}
