// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's own command line: words "rhype.OPTION[=VALUE]". Other words belong to whoever
 * started us and are left alone. Next: main.c.
 */
#include "cmdline.h"

#include "hv.h"
#include "hvstring.h"
#include "log.h"

#define PREFIX	   "rhype."
#define PREFIX_LEN (sizeof(PREFIX) - 1)

static bool is(const char *word, size_t n, const char *name)
{
	return n == strlen(name) && memcmp(word, name, n) == 0;
}

static bool set_level(const char *value, size_t n)
{
	static const char *const name[] = { "error", "warn", "info", "debug" };

	for (unsigned i = 0; i < ARRAY_SIZE(name); i++)
		if (is(value, n, name[i])) {
			hv.log.level = (u8)i;
			return true;
		}
	return false;
}

/* One word behind the prefix. False when it is none of ours. */
static bool option(const char *w, size_t n)
{
	if (n > 4 && memcmp(w, "log=", 4) == 0)
		return set_level(w + 4, n - 4);
	if (is(w, n, "trace")) {
		hv.tracing = true;
		return true;
	}
	if (is(w, n, "mitigations=off")) {
		hv.unmitigated = true;
		return true;
	}
	return is(w, n, "selftest"); /* the test image's: it acts before the core starts */
}

void cmdline_apply(const char *s)
{
	while (*s) {
		size_t n = 0;

		while (s[n] && s[n] != ' ')
			n++;
		if (n > PREFIX_LEN && memcmp(s, PREFIX, PREFIX_LEN) == 0 &&
		    !option(s + PREFIX_LEN, n - PREFIX_LEN)) {
			char word[64];
			size_t len = MIN(n, sizeof(word) - 1);

			memcpy(word, s, len);
			word[len] = '\0';
			log_warn("command line: unknown option %s", word);
		}
		s += n + (s[n] == ' ');
	}
}
