// SPDX-License-Identifier: GPL-2.0-or-later
/* The trace rings (trace.h), written by each CPU alone: no lock. */
#include "hv.h"
#include "trace.h"

void trace_write(enum trace_kind kind, u16 lpid, u8 vcpu, u32 code, u64 a, u64 b)
{
	struct cpu *c;

	if (likely(!hv.tracing))
		return;
	c = this_cpu();
	if (!c || !c->trace)
		return;
	c->trace->rec[c->trace->next++ % TRACE_RECORDS] = (struct trace_rec){
		.when = arch_now(),
		.lpid = lpid,
		.vcpu = vcpu,
		.kind = (u8)kind,
		.code = code,
		.a = a,
		.b = b,
	};
}

unsigned trace_read(unsigned cpu, struct trace_rec *out, unsigned n)
{
	const struct trace *t;
	unsigned have = 0;

	if (cpu >= MAX_CPUS || !hv.cpu[cpu] || !hv.cpu[cpu]->trace)
		return 0;
	t = hv.cpu[cpu]->trace;
	n = MIN(MIN(n, t->next), (unsigned)TRACE_RECORDS);
	while (have < n) {
		out[have] = t->rec[(t->next - n + have) % TRACE_RECORDS];
		have++;
	}
	return have;
}
