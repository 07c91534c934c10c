/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of boot tests, read from a file such as ppc64.tests. The file's head documents what may
 * stand in it; tests.c reads it, runner.c runs it.
 */
#ifndef BOOT_TESTS_H
#define BOOT_TESTS_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX_WORDS     64
#define MAX_STEPS     32
#define MAX_SEQUENCES 6
#define MAX_FORBID    16
#define MAX_ALTERNATE 4
#define MAX_EQUAL     2
#define TEXT_LEN      64

/* A pattern with its text; the text is NULL when the place is empty. */
struct pattern {
	const char *text;
	regex_t re;
};

enum step_kind { STEP_EXPECT, STEP_PROMPT, STEP_SEND };

struct step {
	enum step_kind kind;
	struct pattern want; /* STEP_EXPECT, STEP_PROMPT */
	const char *bytes;   /* STEP_SEND */
	size_t nbytes;
};

struct sequence {
	const char *name;
	struct step step[MAX_STEPS];
	unsigned nsteps;
	unsigned at;	/* running: the next step */
	const void *by; /* running: the partition whose last line was a step */
};

struct alternate {
	struct pattern a, b;
	unsigned want;
	unsigned seen; /* running: changes from one to the other so far */
	int last;      /* running: 'a', 'b' or 0 */
};

/* The one group of each pattern must have held the same text when they matched last. */
struct equal {
	struct pattern a, b;
	char got_a[TEXT_LEN], got_b[TEXT_LEN]; /* running */
};

struct test {
	const char *name;
	const char *file; /* where it stands */
	unsigned line;
	char *word[MAX_WORDS]; /* the command, NULL after the last */
	unsigned nwords;
	const char *kernel, *initrd, *append;
	const char *manifest;	 /* the initrd is a bundle made from it, */
	const char *machine;	 /* for partitions that name none, or NULL */
	char *define[MAX_WORDS]; /* with these variables, NAME=VALUE each */
	unsigned ndefine;
	int status; /* the emulator's, when it ends by itself */
	double limit;
	bool retry; /* once more after a failure */
	bool quit;  /* end the emulator when all was seen; else it must end by itself */
	struct sequence sequence[MAX_SEQUENCES];
	unsigned nsequences;
	struct pattern forbid[MAX_FORBID];
	unsigned nforbid;
	struct alternate alternate[MAX_ALTERNATE];
	unsigned nalternate;
	struct equal equal[MAX_EQUAL];
	unsigned nequal;
	struct pattern tally;	 /* two groups: tests passed and failed inside the image */
	unsigned passed, failed; /* running: what the tally said */
	bool tallied;
};

struct test_list {
	struct test *test;
	unsigned ntests;
};

/* Reads the file. On an error prints it with file and line and returns false. */
bool tests_read(struct test_list *l, const char *file);

#endif
