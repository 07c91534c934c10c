// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract tests inside the boot image: build/x86_64/rhype-test.elf runs them, instead of
 * partitions, when its command line says rhype.selftest or there is no bundle. Next:
 * ../arch/test_contract.c, test_pc.c.
 */
#include "../arch/contract_vcpu.h"
#include "hv.h"
#include "hvstring.h"
#include "panic.h"
#include "virt.h"
#include "x86_64/guest.h"

#define ARGUMENT "rhype.selftest"
#define TABLES	 3
#define G_TABLE	 7ull /* present, writable, user; tables */
#define G_PAGE	 0x87ull

extern const char contract_guest_start[], contract_guest_end[], contract_prologue[];

static pa_t table[TABLES];

/*
 * The machine stays booted between tests: there is only one. Large pages are tested even where the
 * processor does not bear them with code (test_mitigate.c).
 */
void contract_setup(void)
{
	gspace_small(false);
}

void contract_teardown(void)
{
	arch_alarm(TIME_NEVER);
}

void contract_unload(void)
{
	if (arch_cpu()->vcpu)
		arch_vcpu_put(arch_cpu()->vcpu);
}

const char *x86_guest(const char *code, u64 size)
{
	static char bytes[HV_PAGE_SIZE];

	K_CHECK(size <= sizeof(bytes));
	memcpy(bytes, code, size);
	for (u64 i = 0; virt == &vmx && i + 3 <= size; i++)
		if (!memcmp(bytes + i, "\x0f\x01\xd9", 3))
			bytes[i + 2] = (char)0xc1;
	return bytes;
}

const struct contract_image *contract_guest(void)
{
	static struct contract_image image;

	image.size = (u64)(contract_guest_end - contract_guest_start);
	image.bytes = x86_guest(contract_guest_start, image.size);
	return &image;
}

/* The guest's own page tables: its first 1 GiB where it stands, in pages of 2 MiB. */
void contract_space(struct arch_gspace *gs)
{
	(void)gs;
	hv.tracing = true; /* no light answers: vcpus of these tests have no machine */
	for (unsigned i = 0; i < TABLES; i++) {
		K_EQ(palloc_get(&hv.palloc, 0, FRAME_GUEST, VCPU_ID, true, &table[i]), HV_OK);
		map_page(CONTRACT_OWN + i * HV_PAGE_SIZE, table[i], PROT_R | PROT_W);
		if (i + 1 < TABLES)
			poke(table[i], 0, (CONTRACT_OWN + (i + 1) * HV_PAGE_SIZE) | G_TABLE);
	}
	for (u64 i = 0; i < 512; i++)
		poke(table[TABLES - 1], i * 8, MIB(2) * i | G_PAGE);
}

void contract_space_end(void)
{
	hv.tracing = false;
	for (unsigned i = 0; i < TABLES; i++)
		palloc_put(&hv.palloc, table[i], 1, FRAME_GUEST, VCPU_ID);
}

/* Through the prologue, so that the tests see the program alone. */
void contract_start(struct arch_vcpu *v, u64 entry, u64 data)
{
	const struct pc_start s = { .kind = PC_START_FLAT32,
				    .entry = GPA(entry +
						 (u64)(contract_prologue - contract_guest_start)),
				    .eax = (u32)entry,
				    .ebx = (u32)data };
	struct vcpu_exit exit;
	u64 efer = EFER_LME;

	arch_pc_reset(v, &s);
	arch_vcpu_load(v);
	K_EQ(arch_pc_msr(v, MSR_PC_EFER, true, &efer), HV_OK);
	do
		arch_vcpu_run(v, &exit);
	while (exit.kind == EXIT_PREEMPT);
	arch_vcpu_put(v);
	K_EQ(exit.kind, EXIT_HCALL);
	K_EQ(exit.hcall.nr, 0xffd);
	v->pc.rip = entry;
}

u64 *contract_pc(struct arch_vcpu *v)
{
	return &v->pc.rip;
}

u64 *contract_kept(struct arch_vcpu *v)
{
	return &v->pc.gpr[15];
}

bool contract_call_registers(struct arch_vcpu *v, const struct vcpu_exit *x)
{
	return x->hcall.status == &v->pc.gpr[PC_RAX] && x->hcall.args == &v->pc.gpr[PC_CALL_ARGS];
}

static bool wanted(const char *s)
{
	size_t n = strlen(ARGUMENT);

	for (; *s; s++) {
		if (!strncmp(s, ARGUMENT, n) && (s[n] == 0 || s[n] == ' '))
			return true;
		while (s[1] && s[0] != ' ')
			s++;
	}
	return false;
}

void boot_selftest(const struct boot_info *bi)
{
	if (bi->bundle_len && !wanted(bi->cmdline))
		return;
	hv_init(bi);
	if (arch_cpu_init())
		panic("arch_cpu_init failed");
	hv.cpu[0]->online = true;
	for (unsigned i = 1; i < arch_ncpus(); i++)
		if (arch_cpu_start(i))
			panic("CPU %u does not start", i);
	arch_poweroff(ktest_run_all("contract-x86-64") ? 1 : 0);
}
