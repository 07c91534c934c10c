/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a PC tells a guest at its start, boot information (PVH, Multiboot) and ACPI tables, and what
 * the guest does with it: console, power off, reboot. All is read once, before the guest begins.
 */
#include "cpu.h"
#include "pc_port.h"
#include "port.h"

#define PVH_MAGIC  0x336ec578u
#define RAM	   1u
#define BIOS_BEGIN 0xe0000ul
#define BIOS_END   0x100000ul
#define GUESS_HZ   1000000000ul /* without our hypervisor: an emulator's */

/* Ports of COM1, a 16550. */
#define UART_DATA    (PC_COM1 + 0)
#define UART_FIFO    (PC_COM1 + 2)
#define UART_STATUS  (PC_COM1 + 5)
#define PIC_MASK     0x21
#define PIC_MASK2    0xa1
#define STATUS_INPUT 0x01
#define STATUS_EMPTY 0x20 /* the FIFO */
#define STATUS_ALL   0x40 /* and what is behind it */
#define FIFO_ON	     0x07
#define FIFO_SIZE    16u

static u8 get8(u64 at)
{
	return (u8)g_load(at, 1);
}

static u32 get32(u64 at)
{
	return (u32)g_load(at, 4);
}

static u64 get64(u64 at)
{
	return get32(at) | (u64)get32(at + 4) << 32;
}

static bool text_at(u64 at, const char *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (get8(at + i) != (u8)s[i])
			return false;
	return true;
}

/* ---- boot information -------------------------------------------------------------------- */

static void take_args(struct pc_info *info, u64 at)
{
	unsigned i = 0;
	char c;

	while (at && i < sizeof(info->args) - 1 && (c = (char)get8(at + i)))
		info->args[i++] = c;
	info->args[i] = 0;
}

/* Memory that begins below 3 GiB: as on all machines, from logical address 0 on. */
static void take_memory(struct pc_info *info, u64 at, u64 size, u32 type)
{
	if (type == RAM && at < 3ul << 30 && at + size > info->memory)
		info->memory = at + size;
}

static u64 read_pvh(struct pc_info *info, u64 at)
{
	u64 map = get64(at + 40);

	take_args(info, get64(at + 24));
	for (u32 i = get32(at + 48); i; i--, map += 24)
		take_memory(info, get64(map), get64(map + 8), get32(map + 16));
	return get64(at + 32);
}

static void read_multiboot(struct pc_info *info, u64 at)
{
	u64 map = get32(at + 48), end = map + get32(at + 44);

	take_args(info, get32(at + 16));
	for (; map < end; map += get32(map) + 4)
		take_memory(info, get64(map + 4), get64(map + 12), get32(map + 20));
}

/* ---- ACPI -------------------------------------------------------------------------------- */

static u64 find_rsdp(void)
{
	for (u64 at = BIOS_BEGIN; at < BIOS_END; at += 16)
		if (text_at(at, "RSD PTR ", 8))
			return at;
	return 0;
}

/* Local APICs that are there. */
static void read_madt(struct pc_info *info, u64 at)
{
	u64 end = at + get32(at + 4);

	for (at += 44; at < end; at += get8(at + 1))
		if ((get8(at) == 0 && get32(at + 4) & 1) || (get8(at) == 9 && get32(at + 8) & 1))
			info->vcpus++;
}

/* Type of the sleep that is "off": _S5, a package of small numbers. */
static u8 read_s5(u64 dsdt)
{
	u64 end = dsdt + get32(dsdt + 4);

	for (u64 at = dsdt + 36; at + 12 < end; at++) {
		if (!text_at(at, "_S5_", 4) || get8(at + 4) != 0x12)
			continue;
		/* package, its length, its number of elements */
		return get8(at + 7) == 0x0a ? get8(at + 8) : get8(at + 7);
	}
	return 0;
}

static void read_fadt(struct pc_info *info, u64 at)
{
	u64 dsdt = get32(at + 4) >= 148 && get64(at + 140) ? get64(at + 140) : get32(at + 40);

	info->reduced = get32(at + 112) >> 20 & 1;
	info->sleep_value = read_s5(dsdt);
	info->sleep_port = (u16)(info->reduced ? get64(at + 248) : get32(at + 64));
	info->reset_port = (u16)get64(at + 120);
	info->reset_value = get8(at + 128);
}

static void read_acpi(struct pc_info *info, u64 rsdp)
{
	u64 root, end;
	bool wide;

	if (!rsdp || !text_at(rsdp, "RSD PTR ", 8))
		return;
	wide = get8(rsdp + 15) >= 2;
	root = wide ? get64(rsdp + 24) : get32(rsdp + 16);
	end = root + get32(root + 4);
	for (u64 at = root + 36; at < end; at += wide ? 8 : 4) {
		u64 table = wide ? get64(at) : get32(at);

		if (text_at(table, "APIC", 4))
			read_madt(info, table);
		else if (text_at(table, "FACP", 4))
			read_fadt(info, table);
	}
}

void pc_read_info(u64 at)
{
	struct pc_info *info = pc_info();
	u64 rsdp = 0;
	u32 r[4];

	out8(UART_FIFO, FIFO_ON);
	out8(PIC_MASK, 0xff); /* firmware may have left the old controllers on */
	out8(PIC_MASK2, 0xff);
	if (get32(at) == PVH_MAGIC)
		rsdp = read_pvh(info, at);
	else
		read_multiboot(info, at);
	read_acpi(info, rsdp ? rsdp : find_rsdp());
	if (!info->vcpus)
		info->vcpus = 1;
	cpuid(PC_CPUID_RHYPE, 0, r);
	info->hz = GUESS_HZ;
	if (r[0] == PC_CPUID_INFO) {
		cpuid(PC_CPUID_INFO, 0, r);
		info->hz = r[2] * 1000ul;
	}
}

/* ---- what the guest asks for --------------------------------------------------------------- */

void g_bootargs(char *buf, size_t n)
{
	const char *args = pc_info()->args;
	size_t i = 0;

	for (; args[i] && i + 1 < n; i++)
		buf[i] = args[i];
	buf[i] = 0;
}

u64 g_memory(void)
{
	return pc_info()->memory;
}

u64 g_hz(void)
{
	return pc_info()->hz;
}

unsigned g_vcpus(void)
{
	return pc_info()->vcpus;
}

u64 g_free(void)
{
	return (port_image_end() + 0xffff) & ~0xfffful;
}

u64 g_free_end(void)
{
	return pc_info()->memory; /* the tables stand below the image */
}

void g_describe(void)
{
	u32 r[4];

	cpuid(0, 0, r);
	g_print("processor '%c%c%c%c', ", r[1] & 0xff, r[1] >> 8 & 0xff, r[1] >> 16 & 0xff,
		r[1] >> 24);
	cpuid(1, 0, r);
	g_print("model %#x, features %#x %#x, ACPI sleep port %#x, reset port %#x\n", r[0], r[2],
		r[3], pc_info()->sleep_port, pc_info()->reset_port);
	G_EQ(pc_apic_get(APIC_ID) >> (pc_x2apic() ? 0 : 24), 0);
}

void port_put(const char *s, unsigned n)
{
	while (n) {
		unsigned len = n < FIFO_SIZE ? n : FIFO_SIZE;

		while (!(in8(UART_STATUS) & STATUS_EMPTY))
			g_relax();
		n -= len;
		while (len--)
			out8(UART_DATA, (u8)*s++);
	}
}

int g_getc(void)
{
	return in8(UART_STATUS) & STATUS_INPUT ? in8(UART_DATA) : -1;
}

#define CMOS_INDEX 0x70

u8 pc_cmos(u8 index)
{
	pc_out(CMOS_INDEX, 1, index);
	return (u8)pc_in(CMOS_INDEX + 1, 1);
}

void pc_cmos_set(u8 index, u8 v)
{
	pc_out(CMOS_INDEX, 1, index);
	pc_out(CMOS_INDEX + 1, 1, v);
}

/* ---- end --------------------------------------------------------------------------------- */

bool pc_sleep(void)
{
	const struct pc_info *info = pc_info();

	if (!info->sleep_port)
		return false;
	if (info->reduced)
		out8(info->sleep_port, (u8)(info->sleep_value << 2 | 0x20));
	else
		out16(info->sleep_port, (u16)(info->sleep_value << 10 | 0x2000));
	return true;
}

/* What was said last may still wait in the FIFO: a second, should nobody take it. */
static void last_words(void)
{
	u64 limit = g_now() + g_hz();

	while (!(in8(UART_STATUS) & STATUS_ALL) && g_now() < limit)
		g_relax();
}

void g_poweroff(void)
{
	g_irqs(false);
	last_words();
	pc_sleep();
	port_hang();
}

void g_reboot(void)
{
	g_irqs(false);
	last_words();
	if (pc_info()->reset_port)
		out8(pc_info()->reset_port, pc_info()->reset_value);
	port_hang();
}

/* A PC has no call for it: a fault that nobody handles. */
void g_crash(const char *why)
{
	g_print("%s\n", why);
	g_wreck();
}
