// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes mkbundle's reader of manifests: refused with a reason, or a bundle that the hypervisor's
 * reader takes or refuses with a reason, and takes with the same partitions. Next to read:
 * tools/source.c.
 *
 * Input: the compiled tree; its magic and its size are put right. Files: /elf is a kernel for
 * POWER, /multiboot one for a PC, /bytes some bytes; there are no others.
 */
#include <elf.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>

#include "../../tools/mkbundle.h"
#include "manifest_impl.h"
#include "parser.h"

void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

/* What the tool has in hand, which it leaves to the end of its process when it refuses. */
static void *held[4096];
static unsigned nheld;
static jmp_buf refused;
static struct blob tree, bundle;

static void hold(void *p)
{
	promise(p && nheld < ARRAY_SIZE(held), "memory for a test");
	held[nheld++] = p;
}

static void release(const void *p)
{
	for (unsigned i = 0; i < nheld; i++)
		if (held[i] == p)
			held[i] = held[--nheld];
}

void __wrap_free(void *p)
{
	release(p);
	__real_free(p);
}

void *__wrap_realloc(void *p, size_t n)
{
	release(p);
	p = __real_realloc(p, n);
	hold(p);
	return p;
}

void *must_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	hold(p);
	return p;
}

char *must_print(const char *f, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, f);
	n = vsnprintf(NULL, 0, f, ap);
	va_end(ap);
	s = must_alloc((size_t)n + 1);
	va_start(ap, f);
	vsnprintf(s, (size_t)n + 1, f, ap);
	va_end(ap);
	return s;
}

static void say(const char *what, const char *text)
{
	if (getenv("FUZZ_VERBOSE"))
		printf("%s%s\n", what, text);
}

void refuse(const struct place *at, const char *f, ...)
{
	char text[512];
	va_list ap;

	promise(at->file, "a refusal names the file");
	va_start(ap, f);
	promise(vsnprintf(text, sizeof(text), f, ap) > 5, "and has a reason");
	va_end(ap);
	say("refused: ", text);
	longjmp(refused, 1);
}

bool run_program(const struct place *at, const char *const argv[], const char *package,
		 const struct blob *in, struct blob *out)
{
	(void)in;
	(void)out;
	refuse(at, "%s of %s is not run here", argv[0], package);
}

static void give(struct blob *out, const void *bytes, size_t n)
{
	*out = (struct blob){ must_alloc(n), n };
	memcpy(out->data, bytes, n);
}

static void give_elf(struct blob *out)
{
	struct {
		Elf64_Ehdr h;
		Elf64_Phdr ph;
	} e = { .h = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		       .e_type = ET_EXEC,
		       .e_machine = EM_PPC64,
		       .e_phoff = sizeof(Elf64_Ehdr),
		       .e_phentsize = sizeof(Elf64_Phdr),
		       .e_phnum = 1 },
		.ph = { .p_type = PT_LOAD, .p_filesz = 64, .p_memsz = 4096 } };

	give(out, &e, sizeof(e));
}

bool read_file(const char *path, struct blob *out, const char **why)
{
	static const u32 multiboot[9] = { 0x1badb002, 0x10003,	0xe4514ffb, 0x100000,  0x100000,
					  0,	      0x101000, 0x100020,   0x90909090 };

	*why = "there is no such file here";
	if (!strcmp(path, "/elf"))
		give_elf(out);
	else if (!strcmp(path, "/multiboot"))
		give(out, multiboot, sizeof(multiboot));
	else if (!strcmp(path, "/bytes"))
		give(out, path, 7);
	else
		return false;
	return true;
}

static void judge(void)
{
	static struct manifest m;
	char why[200] = "";
	int part, n = 0;

	if (manifest_read(&m, bundle.data, bundle.len, why, sizeof(why))) {
		promise(strlen(why) > 5, "what the hypervisor would refuse has a reason");
		say("bundle refused: ", why);
		return;
	}
	part = fdt_path_offset(tree.data, "/partitions");
	promise(part >= 0, "there are partitions");
	fdt_for_each_subnode(part, tree.data, fdt_path_offset(tree.data, "/partitions")) n++;
	promise(m.nparts == (unsigned)n, "each partition is in the bundle");
	say("bundle: ", m.part[0].name);
}

static void run(const u8 *data, size_t size)
{
	static const char *const dirs[] = { "/nowhere" };
	static const char *const defs[] = { "K=/elf", "EMPTY=" };
	static const struct options opt = { dirs, 1, defs, 2, "papr", MIB(1) };

	give(&tree, data, size);
	fdt_set_magic(tree.data, FDT_MAGIC);
	fdt_set_totalsize(tree.data, (u32)size);
	bundle = source_build("fuzz.dts", &tree, &opt);
	judge();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size < sizeof(struct fdt_header))
		return 0;
	if (!setjmp(refused))
		run(data, size);
	while (nheld)
		__real_free(held[--nheld]);
	return 0;
}
