// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTAS services that end a partition or tell about it. Next: rtas.c, ../partition.c.
 */
#include "papr.h"

#include "endian.h"
#include "fmt.h"
#include "gcopy.h"
#include "hvstring.h"
#include "log.h"

#define MESSAGE 160 /* bytes of a guest's last words that the log shows */

/* power-off: two masks of events that switch it on again, which there are none of. */
s32 rtas_power_off(struct vcpu *v, const u32 *in, u32 *out)
{
	(void)in;
	(void)out;
	partition_stop_self(v, STOP_POWEROFF);
	return RTAS_OK;
}

s32 rtas_reboot(struct vcpu *v, const u32 *in, u32 *out)
{
	(void)in;
	(void)out;
	partition_stop_self(v, STOP_REBOOT);
	return RTAS_OK;
}

/* The text at g, cut where the partition's page or our line ends, in printable characters. */
static void last_words(const struct partition *p, gpa_t g, char *text)
{
	u64 n = MESSAGE - 1;

	memset(text, 0, MESSAGE);
	if (gcopy_from(p, text, g, n)) {
		n = MIN(n, HV_PAGE_SIZE - (g.v & HV_PAGE_MASK));
		if (gcopy_from(p, text, g, n))
			return;
	}
	for (u64 i = 0; i < n && text[i]; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = text[i] == '\n' ? ' ' : '?';
}

/* ibm,os-term: address of a text */
s32 rtas_os_term(struct vcpu *v, const u32 *in, u32 *out)
{
	char text[MESSAGE];

	(void)out;
	last_words(v->part, GPA(in[0]), text);
	log_warn("partition %s says: %s", v->part->name, text);
	partition_stop_self(v, STOP_CRASH);
	return RTAS_OK;
}

/* LoPAR numbers of system parameters */
enum { SPLPAR_CHARACTERISTICS = 20, LPAR_NAME = 55 };

/* ibm,get-system-parameter: number, buffer, its length. In the buffer: length (be16), text. */
s32 rtas_system_parameter(struct vcpu *v, const u32 *in, u32 *out)
{
	const struct partition *p = v->part;
	struct {
		be16_t len;
		char text[126];
	} answer;
	size_t n;

	(void)out;
	switch (in[0]) {
	case SPLPAR_CHARACTERISTICS:
		n = fmt_print(answer.text, sizeof(answer.text),
			      "MaxEntCap=%u,DesMem=%llu,DesProcs=%u,MaxPlatProcs=%u",
			      p->nvcpus * 100, (unsigned long long)(p->mem.bytes >> 20), p->nvcpus,
			      p->nvcpus);
		break;
	case LPAR_NAME:
		n = fmt_print(answer.text, sizeof(answer.text), "%s", p->name);
		break;
	default:
		return RTAS_NO_SYSPARM;
	}
	n = MIN(n + 1, sizeof(answer.text));
	answer.len = cpu_to_be16((u16)n);
	if (in[2] < sizeof(answer.len) ||
	    gcopy_to(p, GPA(in[1]), &answer, MIN((u64)in[2], sizeof(answer.len) + n)))
		return RTAS_SYSPARM;
	return RTAS_OK;
}
