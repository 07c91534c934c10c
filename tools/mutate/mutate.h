/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A source file as the planter of faults sees it. Next to read: mutate.c, then operators.c. */
#ifndef MUTATE_H
#define MUTATE_H

#include <stdbool.h>

#define MAX_LINES 1000
#define MAX_TEXT  400

struct line {
	char text[MAX_TEXT];
	char code[MAX_TEXT]; /* the same without comments, strings and character constants */
	int function;	     /* number of the function whose body it is in, or 0 */
	bool returns_void;
	bool starts; /* a statement begins here */
	bool silent; /* part of a check of our own state, or of a message: no fault is planted */
};

struct source {
	const char *path;
	struct line line[MAX_LINES];
	int n;
};

/* One fault: what operator, where; `with` replaces `len` characters at `col`. */
struct fault {
	const char *op;
	int line, col, len;
	char with[MAX_TEXT + 16];
};

/* operators.c: all faults of one line; found is called for each. */
void operators(const struct source *s, int n,
	       void (*found)(const struct source *s, const struct fault *f));

#endif
