/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Portable part of the guest library: console, RTAS, end of a test. fdt.c reads the device tree;
 * next: a port's cpu.c.
 */
#include "port.h"

/* ---- formatting -------------------------------------------------------------------------- */

struct out {
	char buf[256];
	unsigned n;
};

static void out_char(struct out *o, char c)
{
	if (o->n < sizeof(o->buf) - 1)
		o->buf[o->n++] = c;
}

static void out_number(struct out *o, u64 v, unsigned base, unsigned width, char pad)
{
	char d[24];
	unsigned n = 0;

	do {
		d[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	for (; width > n; width--)
		out_char(o, pad);
	while (n)
		out_char(o, d[--n]);
}

static void out_text(struct out *o, const char *s, unsigned width)
{
	unsigned n = 0;

	for (; s[n]; n++)
		out_char(o, s[n]);
	for (; n < width; n++)
		out_char(o, ' ');
}

/* One conversion, f behind the '%'; returns the character behind it. */
static const char *out_conv(struct out *o, const char *f, va_list *ap)
{
	unsigned width = 0, wide = 0;
	bool alt = false;
	char pad = ' ';
	u64 v;

	for (; *f == '#' || *f == '0'; f++) {
		if (*f == '#')
			alt = true;
		else
			pad = '0';
	}
	for (; *f >= '0' && *f <= '9'; f++)
		width = width * 10 + (unsigned)(*f - '0');
	for (; *f == 'l'; f++)
		wide = 1;
	switch (*f) {
	case 'd':
		v = wide ? (u64)va_arg(*ap, long) : (u64)(s64)va_arg(*ap, int);
		if ((s64)v < 0) {
			out_char(o, '-');
			v = -v;
		}
		out_number(o, v, 10, width, pad);
		break;
	case 'u':
	case 'x':
		v = wide ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned int);
		if (alt)
			out_text(o, "0x", 0);
		out_number(o, v, *f == 'x' ? 16 : 10, width, pad);
		break;
	case 's':
		out_text(o, va_arg(*ap, const char *), width);
		break;
	case 'c':
		out_char(o, (char)va_arg(*ap, int));
		break;
	default:
		out_char(o, *f ? *f : '%');
		if (!*f)
			return f;
	}
	return f + 1;
}

static void out_format(struct out *o, const char *f, va_list *ap)
{
	while (*f) {
		if (*f == '%')
			f = out_conv(o, f + 1, ap);
		else
			out_char(o, *f++);
	}
}

/* ---- console ----------------------------------------------------------------------------- */

static u64 term(void)
{
	struct g_prop reg = g_prop("/vdevice/vty", "reg");

	return reg.addr ? g_prop_cells(reg, 0, 1) : 0;
}

/* The terminal takes 16 bytes a call, packed from the left into two registers. */
static void put(const char *s, unsigned n)
{
	u64 t = term();

	while (n) {
		unsigned len = n < 16 ? n : 16;
		u64 w[2] = { 0, 0 };
		s64 rc;

		for (unsigned i = 0; i < len; i++)
			w[i / 8] |= (u64)(u8)s[i] << (56 - 8 * (i % 8));
		rc = G_CALL(H_PUT_TERM_CHAR, NULL, t, len, w[0], w[1]);
		if (rc == H_BUSY) {
			g_relax();
			continue;
		}
		if (rc != H_SUCCESS)
			port_hang();
		s += len;
		n -= len;
	}
}

void g_print(const char *f, ...)
{
	struct out o = { .n = 0 };
	va_list ap;

	va_start(ap, f);
	out_format(&o, f, &ap);
	va_end(ap);
	put(o.buf, o.n);
}

int g_getc(void)
{
	u64 r[G_MAX_ARGS];

	/* More than one byte may arrive; the guests' input is single keys. */
	if (G_CALL(H_GET_TERM_CHAR, r, term()) != H_SUCCESS || r[0] == 0)
		return -1;
	return (int)(r[1] >> 56);
}

/* ---- RTAS -------------------------------------------------------------------------------- */

static void put_be32(u64 addr, u32 v)
{
	for (unsigned i = 0; i < 4; i++)
		g_store(addr + i, 1, (v >> (24 - 8 * i)) & 0xff);
}

static u32 get_be32(u64 addr)
{
	u32 v = 0;

	for (unsigned i = 0; i < 4; i++)
		v = v << 8 | (u32)g_load(addr + i, 1);
	return v;
}

/* Fill this vcpu's argument block; 0 when the tree names no such service. */
static u64 rtas_block(const char *service, unsigned nargs, const u32 *args, unsigned nrets)
{
	u64 block = G_SCRATCH + g_vcpu() * G_SCRATCH_PER;
	struct g_prop token = g_prop("/rtas", service);

	if (!token.addr || nargs > 8 || nrets > 8)
		return 0;
	put_be32(block, (u32)g_prop_cells(token, 0, 1));
	put_be32(block + 4, nargs);
	put_be32(block + 8, nrets);
	for (unsigned i = 0; i < nargs; i++)
		put_be32(block + 12 + 4 * i, args[i]);
	for (unsigned i = 0; i < nrets; i++)
		put_be32(block + 12 + 4 * (nargs + i), 0xffffffff);
	return block;
}

static s64 rtas_results(u64 block, unsigned nargs, unsigned nrets, u32 *rets)
{
	u64 at = block + 12 + 4 * nargs;

	for (unsigned i = 1; rets && i < nrets; i++)
		rets[i - 1] = get_be32(at + 4 * i);
	return nrets ? (s64)(int32_t)get_be32(at) : 0;
}

s64 g_rtas(const char *service, unsigned nargs, const u32 *args, unsigned nrets, u32 *rets)
{
	u64 block = rtas_block(service, nargs, args, nrets);

	if (!block)
		return -1000;
	if (G_CALL(HV_RTAS, NULL, block) != H_SUCCESS)
		return -1001;
	return rtas_results(block, nargs, nrets, rets);
}

s64 g_rtas_blob(const char *service, unsigned nargs, const u32 *args, unsigned nrets, u32 *rets)
{
	u64 block = rtas_block(service, nargs, args, nrets);
	struct g_prop entry = g_prop("/rtas", "linux,rtas-entry");

	if (!block || !entry.addr)
		return -1000;
	if (!port_rtas_entry(g_prop_cells(entry, 0, 1), block))
		return -1002;
	return rtas_results(block, nargs, nrets, rets);
}

s64 g_start(unsigned index, void (*fn)(u64 arg), u64 arg)
{
	u32 a[3] = { index, 0, 0 };

	port_prepare(index, fn, arg, &a[1], &a[2]);
	return g_rtas("start-cpu", 3, a, 1, NULL);
}

void g_stop(void)
{
	g_irqs(false);
	g_rtas("stop-self", 0, NULL, 1, NULL);
	g_fail("stop-self came back");
}

/* ---- end --------------------------------------------------------------------------------- */

void g_poweroff(void)
{
	static const u32 mask[2] = { 0, 0 };

	g_irqs(false);
	g_rtas("power-off", 2, mask, 1, NULL);
	port_hang();
}

void g_reboot(void)
{
	g_irqs(false);
	g_rtas("system-reboot", 0, NULL, 1, NULL);
	port_hang();
}

void g_crash(const char *why)
{
	u64 text = G_SCRATCH + g_vcpu() * G_SCRATCH_PER + 0x200;
	u32 a[1] = { (u32)text };
	unsigned i;

	for (i = 0; why[i] && i < 100; i++)
		g_store(text + i, 1, (u8)why[i]);
	g_store(text + i, 1, 0);
	g_rtas("ibm,os-term", 1, a, 1, NULL);
	g_fail("os-term came back");
}

void g_pass(void)
{
	g_print("PASS %s\n", g_this()->name);
	g_poweroff();
}

void g_fail(const char *f, ...)
{
	struct out o = { .n = 0 };
	va_list ap;

	va_start(ap, f);
	out_format(&o, f, &ap);
	va_end(ap);
	o.buf[o.n] = 0;
	g_print("FAIL %s: %s\n", g_this()->name, o.buf);
	g_poweroff();
}

/* ---- memory ------------------------------------------------------------------------------ */

u64 g_load(u64 addr, unsigned size)
{
	u64 v = 0;

	if (!g_try_load(addr, size, &v))
		g_fail("fault reading %#lx", addr);
	return v;
}

void g_store(u64 addr, unsigned size, u64 val)
{
	if (!g_try_store(addr, size, val))
		g_fail("fault writing %#lx", addr);
}

void guest_drop_external(void)
{
	u64 r[G_MAX_ARGS] = { 0 };

	if (G_CALL(H_XIRR, r, 0) == H_SUCCESS && (r[0] & 0xffffff))
		G_CALL(H_EOI, NULL, r[0]);
}

u64 g_free(void)
{
	u64 end = port_image_end();
	struct g_prop base = g_prop("/rtas", "linux,rtas-base");
	struct g_prop size = g_prop("/rtas", "rtas-size");
	u64 fdt = port_fdt(), rtas = 0;

	/* The tree and the blob may stand anywhere: use the gap only when both are above. */
	if (base.addr && size.addr)
		rtas = g_prop_cells(base, 0, 1);
	if (fdt > end && (!rtas || rtas > end))
		return (end + 0xffff) & ~0xfffful;
	end = end > fdt + 0x10000 ? end : fdt + 0x10000;
	if (rtas && end < rtas + g_prop_cells(size, 0, 1))
		end = rtas + g_prop_cells(size, 0, 1);
	return (end + 0xffff) & ~0xfffful;
}
