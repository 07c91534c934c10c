// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTAS: a guest's "firmware" is five instructions (load.c) that pass the logical address of an
 * argument block to the hypervisor. The block, in big-endian words: token, number of arguments,
 * number of results, arguments, results (the first is the status). Next: rtas_*.c, irq.c.
 */
#include "papr.h"

#include "endian.h"
#include "gcopy.h"
#include "gmem.h"
#include "nospec.h"

/* The tokens are PAPR_TOKEN + index; gfdt.c writes these names into the device tree. */
const struct rtas_call papr_rtas[] = {
	{ "get-time-of-day", rtas_get_time, 0, 8 },
	{ "set-time-of-day", rtas_set_time, 7, 1 },
	{ "power-off", rtas_power_off, 2, 1 },
	{ "system-reboot", rtas_reboot, 0, 1 },
	{ "ibm,os-term", rtas_os_term, 1, 1 },
	{ "start-cpu", rtas_start_cpu, 3, 1 },
	{ "stop-self", rtas_stop_self, 0, 1 },
	{ "query-cpu-stopped-state", rtas_query_cpu, 1, 2 },
	{ "ibm,set-xive", rtas_set_xive, 3, 1 },
	{ "ibm,get-xive", rtas_get_xive, 1, 3 },
	{ "ibm,int-on", rtas_int_on, 1, 1 },
	{ "ibm,int-off", rtas_int_off, 1, 1 },
	{ "nvram-fetch", rtas_nvram_fetch, 3, 2 },
	{ "nvram-store", rtas_nvram_store, 3, 2 },
	{ "ibm,get-system-parameter", rtas_system_parameter, 3, 1 },
};
const unsigned papr_rtas_n = ARRAY_SIZE(papr_rtas);

#define HEADER 12 /* bytes */
#define WORDS  16 /* arguments or results that a block may claim */

static bool writable(const struct partition *p, u64 g, u64 size)
{
	u64 run;
	pa_t pa;

	while (size) {
		if (gmem_translate(p, GPA(g), PROT_W, &pa, &run) != HV_OK)
			return false;
		run = MIN(run, size);
		g += run;
		size -= run;
	}
	return true;
}

/* The service of that token for that many arguments and results, or NULL. */
static const struct rtas_call *find(u32 token, u32 nargs, u32 nrets)
{
	u32 i = token - PAPR_TOKEN;

	if (i >= papr_rtas_n)
		return NULL;
	i = (u32)nospec(i, papr_rtas_n);
	if (nargs != papr_rtas[i].nargs || nrets != papr_rtas[i].nrets)
		return NULL;
	return &papr_rtas[i];
}

/* RTAS runs in 32-bit mode: the high half of the address means nothing. */
s64 h_rtas(struct vcpu *v, u64 args)
{
	struct partition *p = v->part;
	be32_t head[3], raw[WORDS] = { 0 };
	u32 in[RTAS_ARGS], out[RTAS_ARGS] = { 0 }, nargs, nrets, bytes;
	const struct rtas_call *call;
	u64 g = (u32)args;
	s32 status = RTAS_PARAMETER;

	if (gcopy_from(p, head, GPA(g), HEADER))
		return H_PARAMETER;
	nargs = be32_to_cpu(head[1]);
	nrets = be32_to_cpu(head[2]);
	if (nargs > WORDS || nrets > WORDS)
		return H_PARAMETER;
	g += HEADER;
	call = find(be32_to_cpu(head[0]), nargs, nrets);
	if (gcopy_from(p, raw, GPA(g), nargs * 4ul))
		return H_PARAMETER;
	g += nargs * 4ul;
	if (!writable(p, g, nrets * 4ul))
		return H_PARAMETER;
	for (u32 i = 0; i < RTAS_ARGS; i++)
		in[i] = be32_to_cpu(raw[i]);
	if (call)
		status = call->fn(v, in, out);
	raw[0] = cpu_to_be32((u32)status);
	bytes = status == RTAS_OK ? call->nrets * 4u : MIN(nrets, 1u) * 4;
	for (u32 i = 1; i < RTAS_ARGS; i++)
		raw[i] = cpu_to_be32(out[i - 1]);
	if (gcopy_to(p, GPA(g), raw, bytes))
		return H_HARDWARE;
	return H_SUCCESS;
}
