// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the hypervisor's command line: what it sets is what a reading of cmdline.h by other means
 * says, and each word that is ours and unknown is named once. Next to read: core/cmdline.c.
 */
#include "cmdline.h"
#include "console.h"
#include "hv.h"
#include "parser.h"
#include "um.h"

static void machine(void)
{
	static struct boot_info bi;

	um_setup(&(struct um_config){ .ram = MIB(1) });
	hv_reset();
	arch_boot(&bi);
	hv_init(&bi);
}

static const char *const levels[] = { "rhype.log=error", "rhype.log=warn", "rhype.log=info",
				      "rhype.log=debug" };

/* What one word does; true when it is a complaint. */
static bool word_means(const char *w, unsigned *level, bool *tracing, bool *unmitigated)
{
	for (unsigned i = 0; i < 4; i++)
		if (!strcmp(w, levels[i])) {
			*level = i;
			return false;
		}
	if (!strcmp(w, "rhype.trace"))
		*tracing = true;
	if (!strcmp(w, "rhype.mitigations=off"))
		*unmitigated = true;
	return strncmp(w, "rhype.", 6) == 0 && w[6] && strcmp(w, "rhype.trace") != 0 &&
	       strcmp(w, "rhype.mitigations=off") != 0 && strcmp(w, "rhype.selftest") != 0 &&
	       *level >= 1;
}

static unsigned complaints(void)
{
	const char *at = um_output(NULL);
	unsigned n = 0;

	while ((at = strstr(at, "command line: unknown option rhype."))) {
		at++;
		n++;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static bool up;
	char *line = malloc(size + 1), *copy = malloc(size + 1), *rest;
	unsigned level = 2, unknown = 0;
	bool tracing = false, unmitigated = false;

	if (!line || !copy)
		abort();
	if (!up)
		machine();
	up = true;
	memcpy(line, data, size);
	line[size] = '\0';
	memcpy(copy, line, size + 1);
	for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		unknown += word_means(w, &level, &tracing, &unmitigated);

	hv.log.level = 2;
	hv.tracing = hv.unmitigated = false;
	um_output_clear();
	cmdline_apply(line);
	promise(hv.log.level == level, "the last level is the one that holds");
	promise(hv.tracing == tracing, "tracing is on when it is asked for");
	promise(hv.unmitigated == unmitigated, "mitigations are off when it is asked for");
	promise(complaints() == unknown, "each unknown option is named");
	free(copy);
	free(line);
	return 0;
}
