/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: floods, other terminals, and texts that would look like lines of the hypervisor or
 * of another partition. The word FORGED must never begin a line, nor follow a foreign mark there:
 * who runs this guest looks for that.
 */
#include "../lib/papr/hostile_papr.h"

static s64 put(u64 term, const char *s, u64 n)
{
	u64 w[2] = { 0, 0 };
	s64 rc;

	for (unsigned i = 0; i < n && i < 16; i++)
		w[i / 8] |= (u64)(u8)s[i] << (56 - 8 * (i % 8));
	while ((rc = G_CALL(H_PUT_TERM_CHAR, NULL, term, n, w[0], w[1])) == H_BUSY)
		g_relax();
	return rc;
}

static void text(const char *s)
{
	u64 n = 0;

	while (s[n])
		n++;
	for (u64 i = 0; i < n; i += 16)
		G_EQ(put(0, s + i, n - i < 16 ? n - i : 16), H_SUCCESS);
}

GUEST(terminal_forged)
{
	static const char *const line[] = {
		"\rrhype: FORGED 1\n",
		"\r\nrhype: FORGED 2\r\n",
		"\n\n\r\r\nrhype: FORGED 3\n",
		"x\b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\brhype: FORGED 4\n",
		"\033[1G\033[2Krhype: FORGED 5\n",
		"\033[A\033[1Grhype: FORGED 6\n",
		"\033]0;title\007\rrhype: FORGED 7\n",
		"\033c\033[Hrhype: FORGED 8\n",
		"\302\233Grhype: FORGED 9\n",
		"\233Grhype: FORGED 10\n",
		"\205rhype: FORGED 11\n",
		"\302\205rhype: FORGED 12\n",
		"\v\f\016\017rhype: FORGED 13\n",
		"\033Mrhype: FORGED 14\n",
		"\033[\033[1Grhype: FORGED 15\n",
		"\177\177\177\177rhype: FORGED 16\n",
		"\r[witness] FORGED 17\n",
		"\n[witness] FORGED 18\n",
		"\033P\033\\\033_\033\\rhype: FORGED 19\n",
		"\033[6n\033[c\033[0c\033[5n\n",
	};
	struct hostile h;
	u64 r[G_MAX_ARGS];

	hostile_begin(&h);
	for (unsigned i = 0; i < LENGTH(line); i++)
		text(line[i]);
	hostile_sleep(1000);
	G_EQ(G_CALL(H_GET_TERM_CHAR, r, 0), H_SUCCESS); /* no terminal was made to answer */
	G_EQ(r[0], 0);
	hostile_end(&h);
}

/* Every byte there is, lines without end, ends without lines. */
GUEST(terminal_bytes)
{
	struct hostile h;
	char s[16];

	hostile_begin(&h);
	for (unsigned b = 0; b < 256; b++) {
		for (unsigned i = 0; i < 16; i++)
			s[i] = (char)(i % 2 ? b : 'a');
		G_EQ(put(0, s, b % 17), H_SUCCESS);
	}
	text("\n");
	for (unsigned i = 0; i < 60; i++)
		text("an endless line.");
	text("\n");
	for (unsigned i = 0; i < 20; i++)
		text("\r\r\n\r");
	for (unsigned i = 0; i < 40; i++) {
		for (unsigned k = 0; k < 16; k++)
			s[k] = (char)(hostile_random(&h) >> 24);
		G_EQ(put(0, s, 16), H_SUCCESS);
	}
	text("\r\n");
	hostile_end(&h);
}

GUEST(terminal_others)
{
	static const char sixteen[] = "FORGED FORGED FO";
	struct hostile h;
	u64 r[G_MAX_ARGS];

	hostile_begin(&h);
	for (u64 t = 1; t < 300; t++) {
		G_EQ(put(t, "FORGED", 6), H_PARAMETER);
		G_EQ(put(0x30000000 + t, "FORGED", 6), H_PARAMETER);
		G_EQ(put(0x30000000 | t << 32, "FORGED", 6), H_PARAMETER);
		G_EQ(G_CALL(H_GET_TERM_CHAR, r, t), H_PARAMETER);
		G_EQ(G_CALL(H_GET_TERM_CHAR, r, 0x30000000 + t), H_PARAMETER);
	}
	for (u64 n = 17; n; n <<= 1) {
		G_EQ(put(0, sixteen, n), H_PARAMETER);
		G_EQ(put(0, sixteen, -n), H_PARAMETER);
	}
	for (unsigned i = 0; i < 1000; i++) {
		G_EQ(G_CALL(H_GET_TERM_CHAR, r, 0), H_SUCCESS);
		G_EQ(r[0], 0);
	}
	hostile_end(&h);
}
