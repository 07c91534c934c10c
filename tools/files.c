// SPDX-License-Identifier: GPL-2.0-or-later
/* Files, and other programs that mkbundle runs (dtc, decompressors). Next to read: source.c. */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkbundle.h"

extern char **environ;

/* All bytes of fd, whatever it is. False with errno set. */
static bool read_fd(int fd, size_t guess, struct blob *out)
{
	size_t room = guess + 1; /* one more, to see the end of a file of that size */
	ssize_t n;

	out->data = must_alloc(room);
	out->len = 0;
	while ((n = read(fd, out->data + out->len, room - out->len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		out->len += (size_t)n;
		if (out->len == room) {
			room += room / 2 + 65536;
			out->data = realloc(out->data, room);
			if (!out->data)
				return false;
		}
	}
	return true;
}

bool read_file(const char *path, struct blob *out, const char **why)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	bool good;

	*why = NULL;
	if (!f) {
		*why = strerror(errno);
		return false;
	}
	good = !fstat(fileno(f), &st) && read_fd(fileno(f), (size_t)st.st_size, out);
	if (!good)
		*why = strerror(errno);
	fclose(f);
	return good;
}

void write_file(const char *path, const struct blob *b)
{
	const struct place at = { .file = path };
	char *tmp = must_print("%s.%ld.tmp", path, (long)getpid());
	FILE *f = fopen(tmp, "wb");
	bool good;

	if (!f)
		refuse(&at, "%s", strerror(errno));
	good = fwrite(b->data, 1, b->len, f) == b->len;
	good = !fclose(f) && good;
	if (!good || rename(tmp, path)) {
		int e = errno;

		remove(tmp);
		refuse(&at, "%s", strerror(e));
	}
	free(tmp);
}

/* The bytes as a file without a name, to be read from its start. */
static FILE *as_file(const struct place *at, const struct blob *b)
{
	FILE *f = tmpfile();

	if (!f || fwrite(b->data, 1, b->len, f) != b->len || fflush(f) || fseek(f, 0, SEEK_SET))
		refuse(at, "temporary file: %s", strerror(errno));
	return f;
}

/* POSIX lets a spawn succeed whose program cannot run: the child then ends with this status. */
#define NOT_EXECUTED 127

static __noreturn void cannot_run(const struct place *at, const char *program, const char *package,
				  int error)
{
	refuse(at, "%s cannot run (%s): apt-get install %s", program, strerror(error), package);
}

bool run_program(const struct place *at, const char *const argv[], const char *package,
		 const struct blob *in, struct blob *out)
{
	FILE *input = in ? as_file(at, in) : NULL;
	posix_spawn_file_actions_t acts;
	int pipefd[2], bad, status;
	pid_t pid;

	if (pipe(pipefd))
		refuse(at, "pipe: %s", strerror(errno));
	posix_spawn_file_actions_init(&acts);
	if (input)
		posix_spawn_file_actions_adddup2(&acts, fileno(input), 0);
	posix_spawn_file_actions_adddup2(&acts, pipefd[1], 1);
	posix_spawn_file_actions_addclose(&acts, pipefd[0]);
	bad = posix_spawnp(&pid, argv[0], &acts, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&acts);
	if (bad)
		cannot_run(at, argv[0], package, bad);
	if (input)
		fclose(input);
	close(pipefd[1]);
	if (!read_fd(pipefd[0], 0, out))
		refuse(at, "reading from %s: %s", argv[0], strerror(errno));
	close(pipefd[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			refuse(at, "waiting for %s: %s", argv[0], strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_EXECUTED)
		cannot_run(at, argv[0], package, ENOENT);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}
