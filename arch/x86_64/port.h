/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the port's own files share. Context as in arch.h unless a comment says otherwise. The names
 * that AMD SVM and Intel VMX both supply are in virt.h.
 */
#ifndef RHYPE_X86_64_PORT_H
#define RHYPE_X86_64_PORT_H

#include "acpi.h"
#include "arch.h"
#include "arch_pc.h"
#include "cpuid.h"
#include "insn.h"
#include "msr.h"

/* What loader and firmware say beyond struct boot_info. */
struct platform {
	struct acpi_info acpi;
	u32 apic_id[MAX_CPUS]; /* one thread of each core; [0] is the boot CPU */
	unsigned ncpus;
	u64 trampoline; /* a page below 1 MiB; 0: no other CPU can start */
	u64 tsc_hz, apic_hz;
	char emulator[13]; /* signature of what runs beneath us; empty on hardware */
	bool tcg;	   /* it is QEMU's translator */
};
extern struct platform platform;
extern struct arch_cpu cpus[MAX_CPUS];

/* loader.c: what multiboot or PVH left */
struct loader {
	u64 rsdp;      /* 0: not told */
	bool emulated; /* QEMU's own loader: its command line begins with the file's name */
};
/* Fill bi->ram (all of it), cmdline and bundle. Panics. */
void loader_read(u32 magic, u64 info, struct boot_info *bi, struct loader *l);

/* boot.S */
#define BOOT_PD (4 * 512)
extern char boot_stack[], trampoline[], trampoline_end[];
extern u64 boot_pml4[512], boot_pdpt[512], boot_pd[BOOT_PD];
extern u64 ap_stack; /* of the CPU that is being started */

/* unittests/x86_64: runs the contract tests and ends the machine, when the command line says so. */
__attribute__((weak)) void boot_selftest(const struct boot_info *bi);

/* console.c, boot only: the line is at `reg`, or at COM1 when it has no address. */
void console_find(struct acpi_reg reg);

/* mem.c, boot only: map all RAM, and the image with its rights; tables are taken from bi. */
void mem_map(struct boot_info *bi);
void mem_map_init(void); /* on every CPU */

/* cpu.c */
void cpu_prepare(struct arch_cpu *c, u64 stack_top);
void cpu_fault_stacks(struct arch_cpu *c, u64 base); /* two of them */
void cpu_tables(struct arch_cpu *c);		     /* on the CPU: its descriptors */
void cpu_tell_clock(struct arch_cpu *c);	     /* on a started CPU; returns when it may run */
enum cpu_verdict { CPU_NO_VERDICT, CPU_ACCEPTED, CPU_REFUSED };

/* intr.c */
void intr_boot(void);	    /* all interrupts of the machine off but ours; once */
void apic_init(void);	    /* on every CPU */
bool apic_by_tsc(void);	    /* the timer compares with the time stamp counter */
void apic_timer(u64 count); /* 0 stops it */
void apic_count_start(void);
u32 apic_count_end(void);
void apic_init_ipi(u32 apic_id);
void apic_startup_ipi(u32 apic_id, u64 page);
u32 apic_self(void);
void apic_eoi(void);
void intr_fired(void);
void intr_kicked(void);
void intr_take(void); /* open the mask for a moment: what is pending is acknowledged */
void idt_build(void);
void idt_load(bool fault_stacks);

/* time.c */
void time_boot(void);			/* how fast the clocks are */
void timer_program(struct arch_cpu *c); /* for the earliest of what this CPU waits for */
void wait_us(u64 us);
#define LOOK_AGAIN_US 50

/* rtc.c */
void rtc_boot(void);

/* fpu.c */
void fpu_boot(void);
err_t fpu_init(struct arch_vcpu *v);
void fpu_fini(struct arch_vcpu *v);
void fpu_reset(struct arch_vcpu *v);
void fpu_load(struct arch_vcpu *v, struct arch_cpu *c);
void fpu_put(struct arch_vcpu *v);
void fpu_cpu_init(void);			    /* each CPU */
void debug_load(struct arch_vcpu *v);		    /* loaded; until it is put */
bool fpu_set_tsc_aux(struct arch_vcpu *v, u64 val); /* loaded */

/* gspace.c */
void gspace_boot(bool gib_pages);
void gspace_small(bool small); /* from now on no large pages, or again */
/* No CPU uses a translation of the space that was removed before. */
void gspace_flush(struct arch_gspace *gs);

extern char image_start[], text_end[], rodata_end[], image_end[]; /* link.lds */

#endif
