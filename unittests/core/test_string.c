// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * core/string.c against the host's library. The process build uses the host's functions, so ours
 * are compiled here once more, under names of their own.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define memcpy	our_memcpy
#define memmove our_memmove
#define memset	our_memset
#define memcmp	our_memcmp
#define memchr	our_memchr
#define strlen	our_strlen
#define strnlen our_strnlen
#define strcmp	our_strcmp
#define strncmp our_strncmp
#define strchr	our_strchr
#define strrchr our_strrchr
#include "../../core/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

#define N      200
#define ROUNDS 4000

static u8 a[N], b[N], src[N];

static unsigned below(unsigned n)
{
	return (unsigned)random() % n;
}

/* Both buffers get the same random bytes out of a small alphabet, with some zeros. */
static void scramble(void)
{
	for (unsigned i = 0; i < N; i++) {
		a[i] = b[i] = (u8)below(4) * 85;
		src[i] = (u8)below(4) * 85;
	}
}

static void seed(void)
{
	srandom(1);
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

START_TEST(copies_and_fills)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t n = below(N / 2), to = below(N / 2), from = below(N / 2);
		int c = (int)below(512) - 256;

		scramble();
		ck_assert_ptr_eq(our_memcpy(a + to, src + from, n), a + to);
		memcpy(b + to, src + from, n);
		ck_assert_mem_eq(a, b, N);

		ck_assert_ptr_eq(our_memmove(a + to, a + from, n), a + to);
		memmove(b + to, b + from, n);
		ck_assert_mem_eq(a, b, N);

		ck_assert_ptr_eq(our_memset(a + to, c, n), a + to);
		memset(b + to, c, n);
		ck_assert_mem_eq(a, b, N);
	}
}
END_TEST

START_TEST(moves_with_every_overlap)
{
	for (size_t to = 0; to < 20; to++)
		for (size_t from = 0; from < 20; from++)
			for (size_t n = 0; n < 40; n++) {
				scramble();
				our_memmove(a + to, a + from, n);
				memmove(b + to, b + from, n);
				ck_assert_mem_eq(a, b, N);
			}
}
END_TEST

START_TEST(compares_memory)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t n = below(N / 2), x = below(N / 2), y = below(N / 2);

		scramble();
		memcpy(a + x, src, n);
		memcpy(b + y, src, n);
		ck_assert_int_eq(our_memcmp(a + x, b + y, n), 0);
		if (n)
			a[x + below((unsigned)n)] ^= (u8)(1 + below(255));
		ck_assert_int_eq(sign(our_memcmp(a + x, b + y, n)), sign(memcmp(a + x, b + y, n)));
	}
}
END_TEST

START_TEST(finds_bytes)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t n = below(N / 2), from = below(N / 2);
		int c = (int)below(512) - 256;

		scramble();
		ck_assert_ptr_eq(our_memchr(a + from, c, n), memchr(a + from, c, n));
		ck_assert_ptr_eq(our_memchr(a + from, 85, n), memchr(a + from, 85, n));
	}
}
END_TEST

START_TEST(text_functions)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		char *s = (char *)a + below(N / 2), *t = (char *)b + below(N / 2);
		size_t n = below(N / 2);
		int c = below(3) ? (int)below(4) * 85 : 0;

		scramble();
		a[N - 1] = b[N - 1] = 0;
		if (below(2)) { /* a long common beginning */
			memset(s, 'x', below(N / 2));
			memcpy(t, s, strlen(s) + 1 < N / 2 ? strlen(s) + 1 : 0);
		}
		ck_assert_uint_eq(our_strlen(s), strlen(s));
		ck_assert_uint_eq(our_strnlen(s, n), strnlen(s, n));
		ck_assert_int_eq(sign(our_strcmp(s, t)), sign(strcmp(s, t)));
		ck_assert_int_eq(sign(our_strncmp(s, t, n)), sign(strncmp(s, t, n)));
		ck_assert_ptr_eq(our_strchr(s, c), strchr(s, c));
		ck_assert_ptr_eq(our_strrchr(s, c), strrchr(s, c));
	}
}
END_TEST

START_TEST(nothing_is_touched_for_length_zero)
{
	char c = 'x';

	our_memcpy(&c, "y", 0);
	our_memmove(&c, "y", 0);
	our_memset(&c, 'y', 0);
	ck_assert_int_eq(c, 'x');
	ck_assert_int_eq(our_memcmp("a", "b", 0), 0);
	ck_assert_int_eq(our_strncmp("a", "b", 0), 0);
	ck_assert_ptr_null(our_memchr("a", 'a', 0));
	ck_assert_uint_eq(our_strnlen("a", 0), 0);
}
END_TEST

Suite *suite_string(void);
Suite *suite_string(void)
{
	Suite *suite = suite_create("string");
	TCase *t = tcase_create("string");

	tcase_add_checked_fixture(t, seed, NULL);
	tcase_add_test(t, copies_and_fills);
	tcase_add_test(t, moves_with_every_overlap);
	tcase_add_test(t, compares_memory);
	tcase_add_test(t, finds_bytes);
	tcase_add_test(t, text_functions);
	tcase_add_test(t, nothing_is_touched_for_length_zero);
	suite_add_tcase(suite, t);
	return suite;
}
