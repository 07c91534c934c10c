// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin for QEMU's TCG (plugin interface version 1, as of QEMU 7.2) that counts instructions of
 * a powernv machine with one CPU, exactly, and tells the hypervisor's from the guests' by the
 * machine address of each. Firmware counts as hypervisor. bench.sh runs it and reads its report.
 *
 *   -plugin count.so,out=FILE,entry=ADDR,start=ADDR,end=ADDR[,trace=N]
 *
 * entry: first instruction of the hypervisor; start, end: its image. trace: also write the
 * addresses of the hypervisor's instructions in trip number N that a guest began with a call.
 *
 * A "trip" is what the hypervisor executes between two instructions of guests, from the vector to
 * the return instruction inclusive. A trip is a switch when it loads a partition's number (LPIDR).
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
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned vcpu, void *arg), int flags,
					    void *arg);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op,
						void *counter, uint64_t n);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*cb)(plugin_id, void *), void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);

/* ---- state ----------------------------------------------------------------------------------- */

#define LOW_END	       0x10000ull    /* below: the hypervisor's vectors and their code */
#define VECTORS_END    0x1600ull     /* a vector begins at each multiple of VECTOR_STEP */
#define VIRTUAL	       0x4000ull     /* the same again here, taken with translation on */
#define FIRMWARE_START 0x30000000ull /* skiboot */
#define FIRMWARE_END   0x32000000ull
#define VECTOR_STEP    0x20 /* smallest distance of two vectors */
#define NVECTORS       (VECTORS_END / VECTOR_STEP)
#define MAX_SNAPSHOTS  600
#define MAX_TRACE      20000

/* Lengths of all trips that began at one vector, apart by whether they were switches. */
struct lengths {
	uint32_t *len;
	size_t n, room;
};

static struct {
	const char *out;
	uint64_t entry, start, end, trace;
} opt;

static uint64_t hv, guest; /* instructions executed so far */
static uintptr_t ram;	   /* host address of machine address 0 */

static struct {
	bool open; /* between a vector and the next guest instruction */
	unsigned vector;
	uint64_t hv_at, guest_at; /* at the vector */
	uint64_t back_at;	  /* hv after the last return instruction */
	bool switched;
} trip;

static struct lengths lengths[NVECTORS][2];
static uint64_t entry_hv, first_guest_hv; /* hv at the entry; after the first way into a guest */
static bool entered, in_guest;
static uint64_t calls; /* trips begun by a call so far */
static uint32_t trace[MAX_TRACE];
static unsigned ntrace;
static struct {
	double seconds;
	uint64_t hv, guest;
} snapshot[MAX_SNAPSHOTS];
static unsigned nsnapshots;

/* ---- while the machine runs: an instruction's callbacks come before it is counted ------------ */

static void add_length(struct lengths *l, uint64_t n)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 1024;
		l->len = realloc(l->len, l->room * sizeof(*l->len));
		if (!l->len)
			abort();
	}
	l->len[l->n++] = n > UINT32_MAX ? UINT32_MAX : n;
}

static void take_snapshot(void)
{
	struct timespec t;
	double s;

	clock_gettime(CLOCK_REALTIME, &t);
	s = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
	if (nsnapshots &&
	    (nsnapshots == MAX_SNAPSHOTS || s < snapshot[nsnapshots - 1].seconds + 0.5))
		return;
	snapshot[nsnapshots].seconds = s;
	snapshot[nsnapshots].hv = hv;
	snapshot[nsnapshots++].guest = guest;
}

/* The trip is over if a guest has executed something since it began. */
static void end_trip(void)
{
	if (trip.open && guest != trip.guest_at) {
		add_length(&lengths[trip.vector / VECTOR_STEP][trip.switched],
			   trip.back_at - trip.hv_at);
		trip.open = false;
	}
}

/* First instruction of a vector. In a trip it is an interrupt of the hypervisor itself. */
static void at_vector(unsigned vcpu, void *arg)
{
	(void)vcpu;
	if (!guest)
		return;
	if (!in_guest)
		first_guest_hv = trip.back_at;
	in_guest = true;
	end_trip();
	if (trip.open)
		return;
	trip.open = true;
	trip.vector = (uintptr_t)arg;
	trip.hv_at = hv;
	trip.guest_at = guest;
	trip.switched = false;
	calls += trip.vector == 0xc00;
	take_snapshot();
}

static void at_return(unsigned vcpu, void *arg)
{
	(void)vcpu;
	(void)arg;
	if (trip.open && guest != trip.guest_at)
		return; /* not ours: a guest that has got into our addresses would be a bug */
	trip.back_at = hv + 1;
}

static void at_switch(unsigned vcpu, void *arg)
{
	(void)vcpu;
	(void)arg;
	trip.switched = true;
}

static void at_entry(unsigned vcpu, void *arg)
{
	(void)vcpu;
	(void)arg;
	if (!entered)
		entry_hv = hv;
	entered = true;
}

static void at_hv(unsigned vcpu, void *arg)
{
	(void)vcpu;
	if (trip.open && trip.vector == 0xc00 && calls == opt.trace && guest == trip.guest_at &&
	    ntrace < MAX_TRACE)
		trace[ntrace++] = (uintptr_t)arg;
}

/* ---- when a block is translated -------------------------------------------------------------- */

static uint32_t opcode(const struct qemu_plugin_insn *insn)
{
	uint32_t le;

	memcpy(&le, qemu_plugin_insn_data(insn), sizeof(le));
	return le; /* the hypervisor is little-endian; firmware's returns are of no interest */
}

static void watch_hv(struct qemu_plugin_insn *insn, uint64_t addr)
{
	void *arg = (void *)(uintptr_t)addr;
	uint32_t op = opcode(insn);
	uint64_t vector = addr >= VIRTUAL ? addr - VIRTUAL : addr;

	if (addr == opt.entry)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_entry, NO_REGS, NULL);
	if (vector >= 0x100 && vector < VECTORS_END && vector % VECTOR_STEP == 0 && entered)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_vector, NO_REGS,
						       (void *)(uintptr_t)vector);
	if (op == 0x4c000024 || op == 0x4c000224) /* rfid, hrfid */
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_return, NO_REGS, NULL);
	if ((op & 0xfc1fffff) == 0x7c1f4ba6) /* mtspr LPIDR */
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_switch, NO_REGS, NULL);
	if (opt.trace)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, at_hv, NO_REGS, arg);
	qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64, &hv, 1);
}

static bool is_hv(uint64_t addr)
{
	return addr < LOW_END || (addr >= opt.start && addr < opt.end) ||
	       (addr >= FIRMWARE_START && addr < FIRMWARE_END) || !entered;
}

static void at_translation(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uintptr_t host = (uintptr_t)qemu_plugin_insn_haddr(insn);

		if (!ram) /* the very first: firmware at its reset address, in real mode */
			ram = host - qemu_plugin_insn_vaddr(insn);
		if (is_hv(host - ram))
			watch_hv(insn, host - ram);
		else
			qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64, &guest, 1);
	}
}

/* ---- report ---------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* trip VECTOR switch|stay COUNT SUM MIN MEDIAN MAX MODE SHARE-OF-MODE */
static void report_trips(FILE *f, unsigned vector, bool switched, const struct lengths *l)
{
	uint64_t sum = 0, run = 0, best = 0;
	uint32_t mode = 0;

	if (!l->n)
		return;
	qsort(l->len, l->n, sizeof(*l->len), by_size);
	for (size_t i = 0; i < l->n; i++) {
		sum += l->len[i];
		run = i && l->len[i] == l->len[i - 1] ? run + 1 : 1;
		if (run > best) {
			best = run;
			mode = l->len[i];
		}
	}
	fprintf(f, "trip 0x%x %s %zu %llu %u %u %u %u %.4f\n", vector, switched ? "switch" : "stay",
		l->n, (unsigned long long)sum, l->len[0], l->len[l->n / 2], l->len[l->n - 1], mode,
		(double)best / (double)l->n);
}

static void report(plugin_id id, void *arg)
{
	FILE *f = fopen(opt.out, "w");

	(void)id;
	(void)arg;
	if (!f) {
		perror(opt.out);
		return;
	}
	end_trip();
	/* the way out that no guest has come back from is not the guests' cost */
	fprintf(f, "last_guest %llu %llu\n", (unsigned long long)(trip.open ? trip.hv_at : hv),
		(unsigned long long)guest);
	fprintf(f, "total %llu %llu\n", (unsigned long long)hv, (unsigned long long)guest);
	fprintf(f, "entry %llu\n", (unsigned long long)entry_hv);
	fprintf(f, "first_guest %llu\n", (unsigned long long)first_guest_hv);
	for (unsigned v = 0; v < NVECTORS; v++)
		for (unsigned s = 0; s < 2; s++)
			report_trips(f, v * VECTOR_STEP, s, &lengths[v][s]);
	for (unsigned i = 0; i < nsnapshots; i++)
		fprintf(f, "at %.2f %llu %llu\n", snapshot[i].seconds,
			(unsigned long long)snapshot[i].hv, (unsigned long long)snapshot[i].guest);
	for (unsigned i = 0; i < ntrace; i++)
		fprintf(f, "trace %x\n", trace[i]);
	fclose(f);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	struct {
		const char *name;
		uint64_t *to;
	} numbers[] = { { "entry=", &opt.entry },
			{ "start=", &opt.start },
			{ "end=", &opt.end },
			{ "trace=", &opt.trace } };

	(void)info;
	for (int i = 0; i < argc; i++) {
		bool known = !strncmp(argv[i], "out=", 4);

		if (known)
			opt.out = strdup(argv[i] + 4);
		for (unsigned j = 0; j < sizeof(numbers) / sizeof(*numbers); j++) {
			size_t n = strlen(numbers[j].name);

			if (!strncmp(argv[i], numbers[j].name, n)) {
				*numbers[j].to = strtoull(argv[i] + n, NULL, 0);
				known = true;
			}
		}
		if (!known) {
			fprintf(stderr, "count.so: unknown argument %s\n", argv[i]);
			return -1;
		}
	}
	if (!opt.out || !opt.entry || !opt.start || !opt.end) {
		fprintf(stderr, "count.so: needs out, entry, start and end\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, at_translation);
	qemu_plugin_register_atexit_cb(id, report, NULL);
	return 0;
}
