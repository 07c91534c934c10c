// SPDX-License-Identifier: GPL-2.0-or-later
/* HV_RTAS: one sub-specification for each service, by its status (docs/hcalls.md). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model.h"

#define TERM	  0x1000
#define TOKEN	  0x2000
#define HARDWARE  (-1)
#define NOT_NOW	  (-2)
#define BAD	  (-3)
#define BAD_SPACE (-9999)

static s64 get_time(struct m_call *c, const u32 *in, u32 *out)
{
	time_t t = (time_t)(M_RTC + c->m->now / M_HZ + c->p->rtc_offset);
	struct tm tm;

	(void)in;
	if (t < 0 || !gmtime_r(&t, &tm) || tm.tm_year > 2399 - 1900)
		return HARDWARE;
	out[0] = (u32)tm.tm_year + 1900;
	out[1] = (u32)tm.tm_mon + 1;
	out[2] = (u32)tm.tm_mday;
	out[3] = (u32)tm.tm_hour;
	out[4] = (u32)tm.tm_min;
	out[5] = (u32)tm.tm_sec;
	out[6] = 0;
	return 0;
}

static s64 set_time(struct m_call *c, const u32 *in, u32 *out)
{
	struct tm tm, back;
	time_t t;

	(void)out;
	if (in[0] < 1970 || in[0] > 2398 || in[1] < 1 || in[1] > 12 || in[2] < 1 || in[2] > 31 ||
	    in[3] > 23 || in[4] > 59 || in[5] > 59 || in[6] > 999999999)
		return BAD;
	tm = (struct tm){ .tm_year = (int)in[0] - 1900,
			  .tm_mon = (int)in[1] - 1,
			  .tm_mday = (int)in[2],
			  .tm_hour = (int)in[3],
			  .tm_min = (int)in[4],
			  .tm_sec = (int)in[5] };
	t = timegm(&tm);
	if (!gmtime_r(&t, &back) || back.tm_mday != (int)in[2]) /* no such day in that month */
		return BAD;
	c->p->rtc_offset = (u64)t - (M_RTC + c->m->now / M_HZ);
	return 0;
}

static s64 power_off(struct m_call *c, const u32 *in, u32 *out)
{
	(void)in;
	(void)out;
	m_stop(c->m, c->lp, M_POWEROFF);
	return 0;
}

static s64 reboot(struct m_call *c, const u32 *in, u32 *out)
{
	(void)in;
	(void)out;
	m_stop(c->m, c->lp, M_REBOOT);
	return 0;
}

static s64 os_term(struct m_call *c, const u32 *in, u32 *out)
{
	(void)in;
	(void)out;
	m_stop(c->m, c->lp, M_CRASH);
	return 0;
}

static s64 start_cpu(struct m_call *c, const u32 *in, u32 *out)
{
	struct m_vcpu *v = &c->p->vcpu[in[0] % M_VCPUS];

	(void)out;
	if (in[0] >= c->p->nvcpus || !m_has(c->m, c->lp, in[1], 4))
		return BAD;
	if (c->p->state != M_RUNNING || v->online)
		return HARDWARE;
	if (v->loaded)
		return NOT_NOW;
	m_vcpu_reset(v, in[1], in[2]);
	v->mode = c->p->mode;
	m_interrupts_changed(c->m, c->lp);
	m_online(c->m, c->lp, in[0]);
	return 0;
}

static s64 stop_self(struct m_call *c, const u32 *in, u32 *out)
{
	(void)in;
	(void)out;
	m_offline(c->m, c->lp, c->vc);
	return 0;
}

static s64 query_cpu(struct m_call *c, const u32 *in, u32 *out)
{
	if (in[0] >= c->p->nvcpus)
		return BAD;
	out[0] = c->p->vcpu[in[0]].online ? 2 : c->p->vcpu[in[0]].loaded ? 1 : 0;
	return 0;
}

/* Taken from one server, then given to another, which may be the same. */
static void route(struct m_call *c, u64 server, u64 prio)
{
	c->p->term_prio = 255;
	m_interrupts_changed(c->m, c->lp);
	c->p->term_server = server;
	c->p->term_prio = prio;
	m_interrupts_changed(c->m, c->lp);
}

static s64 set_xive(struct m_call *c, const u32 *in, u32 *out)
{
	(void)out;
	if (in[0] != TERM || in[1] >= c->p->nvcpus || in[2] > 255)
		return BAD;
	c->p->term_saved = in[2];
	route(c, in[1], in[2]);
	return 0;
}

static s64 get_xive(struct m_call *c, const u32 *in, u32 *out)
{
	if (in[0] != TERM)
		return BAD;
	out[0] = (u32)c->p->term_server;
	out[1] = (u32)c->p->term_prio;
	return 0;
}

static s64 int_on(struct m_call *c, const u32 *in, u32 *out)
{
	(void)out;
	if (in[0] != TERM)
		return BAD;
	route(c, c->p->term_server, c->p->term_saved);
	return 0;
}

static s64 int_off(struct m_call *c, const u32 *in, u32 *out)
{
	(void)out;
	if (in[0] != TERM)
		return BAD;
	route(c, c->p->term_server, 255);
	return 0;
}

/* "The buffer" is what of it the call moves. */
static s64 nvram(struct m_call *c, const u32 *in, u32 *out, bool store)
{
	u8 *at = c->m->more[c->lp].nvram + in[0];
	u32 n;

	if (in[0] >= M_NVRAM)
		return BAD;
	n = MIN(MIN(in[2], 256u), (u32)M_NVRAM - in[0]);
	if (n && !m_has(c->m, c->lp, in[1], n))
		return BAD;
	if (store) {
		m_load_bytes(c->m, c->lp, in[1], at, n);
		c->m->nvram_touched |= 1u << c->lp;
	} else {
		m_store_bytes(c->m, c->lp, in[1], at, n);
	}
	out[0] = n;
	return 0;
}

static s64 nvram_fetch(struct m_call *c, const u32 *in, u32 *out)
{
	return nvram(c, in, out, false);
}

static s64 nvram_store(struct m_call *c, const u32 *in, u32 *out)
{
	return nvram(c, in, out, true);
}

static s64 system_parameter(struct m_call *c, const u32 *in, u32 *out)
{
	char text[160];
	u64 len, n, cpus = c->p->nvcpus;
	u8 answer[162];

	(void)out;
	if (in[0] == 20)
		snprintf(text, sizeof(text),
			 "MaxEntCap=%llu,DesMem=%llu,DesProcs=%llu,MaxPlatProcs=%llu",
			 100 * (unsigned long long)cpus,
			 (unsigned long long)c->m->more[c->lp].bytes >> 20,
			 (unsigned long long)cpus, (unsigned long long)cpus);
	else if (in[0] == 55)
		snprintf(text, sizeof(text), "%s", c->m->more[c->lp].name);
	else
		return BAD;
	len = strlen(text) + 1;
	n = MIN((u64)in[2], len + 2);
	if (n < 2 || !m_has(c->m, c->lp, in[1], n))
		return BAD_SPACE;
	answer[0] = (u8)(len >> 8);
	answer[1] = (u8)len;
	memcpy(answer + 2, text, len);
	m_store_bytes(c->m, c->lp, in[1], answer, n);
	return 0;
}

const struct m_service m_services[] = {
	{ "get-time-of-day", get_time, 0, 8 },
	{ "set-time-of-day", set_time, 7, 1 },
	{ "power-off", power_off, 2, 1 },
	{ "system-reboot", reboot, 0, 1 },
	{ "ibm,os-term", os_term, 1, 1 },
	{ "start-cpu", start_cpu, 3, 1 },
	{ "stop-self", stop_self, 0, 1 },
	{ "query-cpu-stopped-state", query_cpu, 1, 2 },
	{ "ibm,set-xive", set_xive, 3, 1 },
	{ "ibm,get-xive", get_xive, 1, 3 },
	{ "ibm,int-on", int_on, 1, 1 },
	{ "ibm,int-off", int_off, 1, 1 },
	{ "nvram-fetch", nvram_fetch, 3, 2 },
	{ "nvram-store", nvram_store, 3, 2 },
	{ "ibm,get-system-parameter", system_parameter, 3, 1 },
};
const unsigned m_nservices = ARRAY_SIZE(m_services);

static const struct m_service *find(u64 token, u64 nargs, u64 nrets)
{
	const struct m_service *s;

	if (token < TOKEN || token - TOKEN >= m_nservices)
		return NULL;
	s = &m_services[token - TOKEN];
	return nargs == s->nargs && nrets == s->nrets ? s : NULL;
}

s64 model_h_rtas(struct m_call *c)
{
	struct model *m = c->m;
	u64 at = (u32)c->a[0], token, nargs, nrets, size;
	u32 in[16] = { 0 }, out[16] = { 0 };
	const struct m_service *s;
	s64 status = BAD;

	if (!m_has(m, c->lp, at, 12))
		return H_PARAMETER;
	token = m_get(m, c->lp, at, 4);
	nargs = m_get(m, c->lp, at + 4, 4);
	nrets = m_get(m, c->lp, at + 8, 4);
	if (nargs > 16 || nrets > 16)
		return H_PARAMETER;
	size = 12 + 4 * (nargs + nrets);
	if (!m_has(m, c->lp, at, size))
		return H_PARAMETER;
	for (unsigned i = 0; i < nargs; i++)
		in[i] = (u32)m_get(m, c->lp, at + 12 + 4ul * i, 4);
	s = find(token, nargs, nrets);
	if (s)
		status = s->fn(c, in, out);
	at += 12 + 4 * nargs;
	if (nrets)
		m_set(m, c->lp, at, 4, (u32)status);
	for (unsigned i = 1; i < nrets && !status; i++)
		m_set(m, c->lp, at + 4ul * i, 4, out[i - 1]);
	return H_SUCCESS;
}
