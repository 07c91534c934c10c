# SPDX-License-Identifier: GPL-2.0-or-later
# The OpenPOWER image: build/ppc64/rhype.elf, and rhype-test.elf with debug checks and the contract
# tests. Included by the top Makefile. docs/boot-ppc64.md tells how to run them.

PPC_O	   := $(O)/ppc64
PPC_CC	   := $(PPC_CROSS)gcc
PPC_LIBFDT  = $(shell tools/setup/guest-ppc64.sh --print-libfdt)
PPC_FDTINC  = $(PPC_LIBFDT:%/lib/powerpc64le-linux-gnu/libfdt.a=%/include)

# Registers r13 and above f0 are not the compiler's: see arch/ppc64/regs.h and world.S.
PPC_FLAGS := -mlittle-endian -mcpu=power8 -mtune=power9 -msoft-float -mno-altivec -mno-vsx -ffixed-r13
PPC_CFLAGS = -std=gnu11 $(PPC_FLAGS) -Os -g -ffreestanding -fno-pic -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections \
	$(WARN) -nostdinc -isystem $(shell $(PPC_CC) -print-file-name=include) \
	-Iinclude -Iarch/ppc64 -Iinclude/libc -isystem $(PPC_FDTINC)
# Whole-program optimization saves 7 KiB and a sixth of a full call. The memcpy family stays out: the
# compiler makes calls of it after that pass has dropped what nobody calls.
PPC_LTO	      := -flto=2 -fno-fat-lto-objects
PPC_NOLTO     := core/string.c
PPC_LDFLAGS := -Os -nostdlib -static -Wl,-z,max-page-size=0x10000 -Wl,--gc-sections \
	-Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,--fatal-warnings

PPC_SRC	     := $(CORE_SRC) $(wildcard arch/ppc64/*.c arch/ppc64/*.S)
PPC_TEST_SRC := $(PPC_SRC) unittests/krun.c \
	$(wildcard unittests/arch/*.c unittests/ppc64/*.c) unittests/arch/guest_ppc64.S

ppc_objects = $(patsubst %,$(PPC_O)/$(1)/%.o,$(2))
PPC_OBJ      := $(call ppc_objects,image,$(PPC_SRC))
PPC_TEST_OBJ := $(call ppc_objects,test,$(PPC_TEST_SRC))

.PHONY: ppc64
ppc64: $(PPC_O)/rhype.elf $(PPC_O)/rhype-test.elf

# Objects of one image: its folder, HV_DEBUG
define ppc_rules
$(PPC_O)/$(1)/%.c.o: %.c arch/ppc64/arch.mk
	@mkdir -p $$(@D)
	@echo '  ppc64 $$@'; $$(PPC_CC) $$(PPC_CFLAGS) -Iunittests \
		$$(if $$(filter $$(PPC_NOLTO),$$<),,$$(PPC_LTO)) -DHV_DEBUG=$(2) -MMD -MP -c -o $$@ $$<
$(PPC_O)/$(1)/%.S.o: %.S arch/ppc64/arch.mk
	@mkdir -p $$(@D)
	@echo '  ppc64 $$@'; $$(PPC_CC) -mlittle-endian -Iinclude -Iarch/ppc64 -MMD -MP -c -o $$@ $$<
endef
$(eval $(call ppc_rules,image,0))
$(eval $(call ppc_rules,test,1))

$(PPC_O)/rhype.elf: $(PPC_OBJ) arch/ppc64/link.lds
	@echo '  ppc64 $@'; $(PPC_CC) $(PPC_FLAGS) $(PPC_LTO) $(PPC_LDFLAGS) -T arch/ppc64/link.lds -o $@ $(PPC_OBJ) $(PPC_LIBFDT)
$(PPC_O)/rhype-test.elf: $(PPC_TEST_OBJ) arch/ppc64/link.lds
	@echo '  ppc64 $@'; $(PPC_CC) $(PPC_FLAGS) $(PPC_LTO) $(PPC_LDFLAGS) -T arch/ppc64/link.lds -o $@ $(PPC_TEST_OBJ) $(PPC_LIBFDT)

-include $(PPC_OBJ:.o=.d) $(PPC_TEST_OBJ:.o=.d)
.SECONDARY: $(PPC_OBJ) $(PPC_TEST_OBJ)
