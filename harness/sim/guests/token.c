// SPDX-License-Identifier: GPL-2.0-or-later
/* A short cut: these guests ask the table itself which number a service has. Next: lib.c. */
#include <string.h>

#include "../../../core/papr/papr.h"

unsigned s_token(const char *service);
unsigned s_token(const char *service)
{
	unsigned i = 0;

	while (i < papr_rtas_n && strcmp(papr_rtas[i].name, service))
		i++;
	return PAPR_TOKEN + i;
}
