// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's log (log.h). Next: core/console.c, which shows it. */
#include "console.h"
#include "fmt.h"
#include "hv.h"
#include "log.h"

static void ring_append(const char *s, size_t n)
{
	lock_take(&hv.log.lock);
	for (size_t i = 0; i < n; i++)
		hv.log.ring[hv.log.head++ % LOG_RING] = s[i];
	lock_drop(&hv.log.lock);
}

void log_msg(enum log_level level, const char *f, ...)
{
	static const char mark[] = "rhype: ";
	char line[LOG_LINE + sizeof(mark)]; /* the NUL's place takes the newline */
	size_t n = sizeof(mark) - 1;
	va_list ap;

	if (level > (enum log_level)hv.log.level)
		return;
	fmt_print(line, sizeof(line), "%s", mark);
	va_start(ap, f);
	n += MIN(fmt_vprint(line + n, sizeof(line) - n, f, ap), (size_t)LOG_LINE);
	va_end(ap);

	/* arguments may be text of a guest: it must not be able to fake or hide lines */
	for (size_t i = 0; i < n; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '.';
	line[n++] = '\n';
	ring_append(line + sizeof(mark) - 1, n - (sizeof(mark) - 1));
	if (!lock_held(&hv.console.lock))
		console_write(0, line, n);
}

size_t log_read(char *buf, size_t n)
{
	size_t len = 0;

	if (!n)
		return 0;
	lock_take(&hv.log.lock);
	len = MIN(MIN(n - 1, (size_t)hv.log.head), (size_t)LOG_RING);
	for (size_t i = 0; i < len; i++)
		buf[i] = hv.log.ring[(hv.log.head - len + i) % LOG_RING];
	lock_drop(&hv.log.lock);
	buf[len] = 0;
	return len;
}
