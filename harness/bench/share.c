// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin for QEMU's TCG (plugin interface version 1, as of QEMU 7.2) that tells a hypervisor's
 * instructions from its guests' by the machine address they are fetched from, on a PC with one CPU.
 * bench_x86_64.sh runs it and reads its report: lines "at SECONDS HV GUEST", one a second from the
 * first instruction of a guest on, and one for the last. Firmware does not count, nor what the
 * hypervisor does when no guest is left.
 *
 *   -plugin share.so,out=FILE,entry=ADDR,start=ADDR,end=ADDR
 *
 * entry: first instruction of the hypervisor; start, end: its image. Read count.c for more.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- what we use of the plugin interface; Debian ships no header for it ---------------------- */

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

enum { NO_REGS = 0, ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned vcpu, void *arg), int flags,
					  void *arg);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op,
						void *counter, uint64_t n);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*cb)(plugin_id, void *), void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);

/* ---------------------------------------------------------------------------------------------- */

static struct {
	const char *out;
	uint64_t entry, start, end;
} opt;

static uint64_t hv, guest;	    /* executed so far */
static uint64_t hv_before, hv_seen; /* of the hypervisor before the first and the last guest's */
static uintptr_t ram;		    /* host address of machine address 0 */
static double last;
static FILE *report;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell(double t)
{
	fprintf(report, "at %.2f %lu %lu\n", t, hv_seen - hv_before, guest);
	last = t;
}

/* A block of a guest begins. */
static void at_guest(unsigned vcpu, void *arg)
{
	double t = now();

	(void)vcpu;
	(void)arg;
	if (!guest)
		hv_before = hv;
	hv_seen = hv;
	if (!guest || t >= last + 1)
		tell(t);
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, 0);
	uint64_t at;
	bool ours;

	(void)id;
	if (!ram && qemu_plugin_insn_vaddr(first) == opt.entry)
		ram = (uintptr_t)qemu_plugin_insn_haddr(first) - opt.entry;
	if (!ram)
		return;
	at = (uintptr_t)qemu_plugin_insn_haddr(first) - ram;
	ours = at >= opt.start && at < opt.end;
	if (!ours)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, at_guest, NO_REGS, NULL);
	for (size_t i = 0; i < n; i++)
		qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(tb, i), ADD_U64,
							   ours ? &hv : &guest, 1);
}

static void at_end(plugin_id id, void *arg)
{
	(void)id;
	(void)arg;
	tell(now());
	fclose(report);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		const char *v = strchr(argv[i], '=');

		if (!v)
			return -1;
		v++;
		if (!strncmp(argv[i], "out=", 4))
			opt.out = strdup(v);
		else if (!strncmp(argv[i], "entry=", 6))
			opt.entry = strtoull(v, NULL, 0);
		else if (!strncmp(argv[i], "start=", 6))
			opt.start = strtoull(v, NULL, 0);
		else if (!strncmp(argv[i], "end=", 4))
			opt.end = strtoull(v, NULL, 0);
		else
			return -1;
	}
	report = opt.out ? fopen(opt.out, "w") : NULL;
	if (!report || !opt.entry || opt.end <= opt.start)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_end, NULL);
	return 0;
}
