// SPDX-License-Identifier: GPL-2.0-or-later
/* From a program of the sequence fuzzer to text (seq.h), and the names both ways need. */
#include <string.h>

#include "../../core/papr/papr.h"
#include "dispatch.h"
#include "fuzz.h"
#include "seq.h"

const char *const seq_ops[OPS] = {
	[OP_CALL] = "call",	[OP_LIGHT] = "light",	[OP_RTAS] = "rtas",   [OP_WRITE] = "write",
	[OP_EXIT] = "exit",	[OP_CLOCK] = "clock",	[OP_INPUT] = "input", [OP_NOMEM] = "nomem",
	[OP_PUT] = "put",	[OP_CREATE] = "create", [OP_LIFE] = "life",   [OP_REAP] = "reap",
	[OP_CPU] = "cpu",	[OP_LINE] = "line",	[OP_RTC] = "rtc",     [OP_GUEST] = "guest",
	[OP_LINGER] = "linger",
};

const char *const seq_verbs[3] = { "start", "destroy", "stop" };

#define S(name)             \
	{                   \
#name, name \
	}
static const struct {
	const char *name;
	s64 status;
} statuses[] = { S(H_SUCCESS),
		 S(H_BUSY),
		 S(H_CLOSED),
		 S(H_NOT_AVAILABLE),
		 S(H_CONSTRAINED),
		 S(H_PARTIAL),
		 S(H_HARDWARE),
		 S(H_FUNCTION),
		 S(H_PRIVILEGE),
		 S(H_PARAMETER),
		 S(H_BAD_MODE),
		 S(H_PTEG_FULL),
		 S(H_NOT_FOUND),
		 S(H_NO_MEM),
		 S(H_AUTHORITY),
		 S(H_PERMISSION),
		 S(H_RESOURCE),
		 S(H_P2),
		 S(H_P3),
		 S(H_P4),
		 S(H_P5),
		 S(H_LONG_BUSY_1_MSEC),
		 S(H_UNSUPPORTED_FLAG) };
#undef S

const char *seq_status_name(s64 status)
{
	for (unsigned i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].name;
	return NULL;
}

bool seq_status(const char *name, s64 *status)
{
	for (unsigned i = 0; i < ARRAY_SIZE(statuses); i++)
		if (!strcmp(statuses[i].name, name)) {
			*status = statuses[i].status;
			return true;
		}
	return false;
}

static struct input in;
static FILE *out;

static void say_number(u64 v)
{
	fprintf(out, v < 10 ? " %llu" : " 0x%llx", (unsigned long long)v);
}

static void say_byte(void)
{
	say_number(in_u8(&in));
}

static void say_value(void)
{
	u8 n = in_u8(&in);

	if (n == VALUE_RAW)
		say_number(in_u64(&in));
	else
		fprintf(out, " @%u", n);
}

static void say_vcpu(void)
{
	u8 who = in_u8(&in);

	fprintf(out, " %d.%d", who >> 4, who & 15);
}

static void call(void)
{
	const struct hcall_table *t = machine_papr.hcalls;
	unsigned row, nargs = 4;

	say_vcpu();
	row = in_u8(&in);
	if (row < t->nrows) {
		fprintf(out, " %s", t->rows[row].name);
		nargs = t->rows[row].nargs;
	} else {
		say_number(in_u64(&in));
	}
	for (unsigned i = 0; i < nargs; i++)
		say_value();
}

static void rtas(void)
{
	u8 n, nargs;

	say_vcpu();
	n = in_u8(&in);
	if (n == VALUE_RAW) {
		u64 token = in_u64(&in);

		if (token >= PAPR_TOKEN && token < PAPR_TOKEN + papr_rtas_n)
			fprintf(out, " %s", papr_rtas[token - PAPR_TOKEN].name);
		else
			say_number(token);
	} else {
		fprintf(out, " @%u", n);
	}
	nargs = in_u8(&in);
	say_number(nargs);
	say_byte();
	for (unsigned i = 0; i < nargs % RTAS_VALUES; i++)
		say_value();
}

static void write_bytes(void)
{
	u8 n;

	say_byte();
	say_value();
	n = in_u8(&in);
	fputs(n ? " " : " -", out);
	while (n--)
		fprintf(out, "%02x", in_u8(&in));
}

static void text(void)
{
	u8 n = in_u8(&in);

	fputs(" \"", out);
	while (n--) {
		u8 c = in_u8(&in);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c >= ' ' && c <= '~')
			fputc(c, out);
		else
			fprintf(out, "\\x%02x", c);
	}
	fputc('"', out);
}

static void operands(unsigned op)
{
	switch (op) {
	case OP_CALL:
	case OP_LIGHT:
		call();
		break;
	case OP_RTAS:
		rtas();
		break;
	case OP_WRITE:
		write_bytes();
		break;
	case OP_EXIT:
		say_vcpu();
		say_byte();
		say_value();
		say_value();
		break;
	case OP_INPUT:
		text();
		break;
	case OP_CREATE:
		for (unsigned i = 0; i < 4; i++)
			say_byte();
		break;
	case OP_LIFE:
		say_byte();
		fprintf(out, " %s", seq_verbs[in_u8(&in) % 3]);
		break;
	case OP_GUEST:
		say_vcpu();
		say_byte();
		say_byte();
		break;
	default:
		say_byte();
	}
}

void seq_write(const u8 *b, size_t n, FILE *to)
{
	in = (struct input){ b, b + n };
	out = to;
	for (unsigned i = 0; i < MAX_OPS && in.at < in.end; i++) {
		unsigned op = in_u8(&in) % OPS;

		fputs(seq_ops[op], out);
		operands(op);
		fputc('\n', out);
	}
}
