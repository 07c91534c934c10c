// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peer SOCKET FILE N: plays the machine's serial line for test of splitcon. Takes one connection,
 * sends it FILE in single bytes, copies N bytes that come back to standard output, and closes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c, ch;
	FILE *f;

	if (argc != 4 || strlen(argv[1]) >= sizeof(at.sun_path))
		return 2;
	memcpy(at.sun_path, argv[1], strlen(argv[1]) + 1);
	f = fopen(argv[2], "rb");
	if (!f || s < 0 || bind(s, (struct sockaddr *)&at, sizeof(at)) || listen(s, 1))
		return 1;
	c = accept(s, NULL, NULL);
	while (c >= 0 && (ch = getc(f)) != EOF) {
		char byte = (char)ch;

		if (write(c, &byte, 1) != 1)
			return 1;
	}
	for (long n = strtol(argv[3], NULL, 10); n > 0; n--) {
		char byte;

		if (read(c, &byte, 1) != 1)
			return 1;
		putchar(byte);
	}
	fclose(f);
	close(c);
	return fflush(stdout) != 0;
}
