/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads lines and says them again; "quit" ends it. */
#include "guest.h"

#define POLL_MS 5

static bool is_quit(const char *s)
{
	return s[0] == 'q' && s[1] == 'u' && s[2] == 'i' && s[3] == 't' && !s[4];
}

static void read_line(char *line, unsigned size)
{
	unsigned n = 0;

	for (;;) {
		int c = g_getc();

		if (c == '\r' || c == '\n')
			break;
		if (c >= 0 && n + 1 < size)
			line[n++] = (char)c;
		if (c < 0) {
			g_timer(g_hz() / 1000 * POLL_MS);
			g_cede();
			g_irqs(false);
		}
	}
	line[n] = 0;
}

GUEST(echo)
{
	char line[64];

	g_print("echo waits for lines\n");
	do {
		read_line(line, sizeof(line));
		g_print("got '%s'\n", line);
	} while (!is_quit(line));
	g_pass();
}
