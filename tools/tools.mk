# SPDX-License-Identifier: GPL-2.0-or-later
# Host programs: mkbundle (the boot bundle) and splitcon (the framed console). Included by the top
# Makefile. include/ comes by -iquote: it has an endian.h, which <> must not find.

TOOLS_OUT := $(O)/tools
TOOLS_CFLAGS := -std=gnu11 -O2 -g $(WARN) -iquote include -iquote tools

MKBUNDLE_SRC := tools/mkbundle.c tools/files.c tools/source.c tools/image.c tools/elf.c \
	tools/image_pc.c tools/bundle.c core/manifest.c core/manifest_check.c core/fmt.c
SPLITCON_SRC := tools/splitcon.c

TOOLS_DEP := tools/tools.mk $(wildcard include/*.h tools/*.h)
TOOLS_SAN := -fsanitize=address,undefined

.PHONY: tools test-tools
tools: $(TOOLS_OUT)/mkbundle $(TOOLS_OUT)/splitcon

$(TOOLS_OUT)/mkbundle: $(MKBUNDLE_SRC) $(TOOLS_DEP)
	@mkdir -p $(@D)
	$(HOSTCC) $(TOOLS_CFLAGS) -o $@ $(MKBUNDLE_SRC) -lfdt

$(TOOLS_OUT)/splitcon: $(SPLITCON_SRC) $(TOOLS_DEP)
	@mkdir -p $(@D)
	$(HOSTCC) $(TOOLS_CFLAGS) -o $@ $(SPLITCON_SRC)

$(TOOLS_OUT)/san/mkbundle: $(MKBUNDLE_SRC) $(TOOLS_DEP)
	@mkdir -p $(@D)
	$(HOSTCC) $(TOOLS_CFLAGS) $(TOOLS_SAN) -o $@ $(MKBUNDLE_SRC) -lfdt

$(TOOLS_OUT)/san/splitcon: $(SPLITCON_SRC) $(TOOLS_DEP)
	@mkdir -p $(@D)
	$(HOSTCC) $(TOOLS_CFLAGS) $(TOOLS_SAN) -o $@ $(SPLITCON_SRC)

# Golden runs of both programs, built with sanitizers; last line "suite tools: P passed, F failed".
test-tools: $(TOOLS_OUT)/san/mkbundle $(TOOLS_OUT)/san/splitcon
	HOSTCC=$(HOSTCC) PPC_CROSS=$(PPC_CROSS) X86_CROSS=$(X86_CROSS) \
		unittests/tools/run.sh $(TOOLS_OUT)/san
