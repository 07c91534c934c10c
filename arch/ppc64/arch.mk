# SPDX-License-Identifier: GPL-2.0-or-later
# The OpenPOWER image: build/ppc64/rhype.elf, and rhype-test.elf with debug checks and the contract
# tests. Included by the top Makefile. docs/boot-ppc64.md tells how to run them.

PPC_O	   := $(O)/ppc64
PPC_CC	   := $(PPC_CROSS)gcc
PPC_LIBFDT := $(shell tools/setup/guests.sh ppc64 --print-libfdt)
PPC_FDTINC := $(PPC_LIBFDT:%/lib/powerpc64le-linux-gnu/libfdt.a=%/include)
PPC_GCCINC  = $(shell $(PPC_CC) -print-file-name=include)

# r13 (world.S) and the floating point and vector registers (guests') are not the compiler's.
PPC_FLAGS := -mlittle-endian -mcpu=power8 -mtune=power9 -msoft-float -mno-altivec -mno-vsx \
	-ffixed-r13 -Os
PPC_CFLAGS = -std=gnu11 $(PPC_FLAGS) -g -ffreestanding -fno-pic -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections \
	$(WARN) -nostdinc -isystem $(PPC_GCCINC) -isystem $(PPC_FDTINC) \
	-Iinclude -Iarch/ppc64 -Iinclude/libc -Iunittests
# Whole-program optimization saves 7 KiB and a sixth of a full call. The memcpy family stays out:
# the compiler makes calls of it after that pass has dropped what nobody calls.
PPC_LTO	      := -flto=2 -fno-fat-lto-objects
PPC_NOLTO     := core/string.c
PPC_LDFLAGS   := -nostdlib -static -Wl,-z,max-page-size=0x10000 -Wl,--gc-sections \
	-Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,--fatal-warnings -T arch/ppc64/link.lds

PPC_SRC	     := $(filter-out core/pc/%,$(CORE_SRC)) $(wildcard arch/ppc64/*.c arch/ppc64/*.S)
PPC_TEST_SRC := $(PPC_SRC) unittests/krun.c unittests/arch/guest_ppc64.S \
	$(wildcard unittests/arch/*.c unittests/ppc64/*.c unittests/ppc64/*.S)
PPC_OBJ      := $(PPC_SRC:%=$(PPC_O)/image/%.o)
PPC_TEST_OBJ := $(PPC_TEST_SRC:%=$(PPC_O)/test/%.o)

.PHONY: ppc64
ppc64: $(PPC_O)/rhype.elf $(PPC_O)/rhype-test.elf

# One image: its name, folder of objects, objects, HV_DEBUG
define ppc_image
$(PPC_O)/$(2)/%.c.o: %.c arch/ppc64/arch.mk | $$(PPC_LIBFDT)
	@mkdir -p $$(@D); echo '  ppc64 $$@'
	@$$(PPC_CC) $$(PPC_CFLAGS) $$(if $$(filter $$(PPC_NOLTO),$$<),,$$(PPC_LTO)) \
		-DHV_DEBUG=$(4) -MMD -MP -c -o $$@ $$<

$(PPC_O)/$(2)/%.S.o: %.S arch/ppc64/arch.mk
	@mkdir -p $$(@D); echo '  ppc64 $$@'
	@$$(PPC_CC) $$(PPC_FLAGS) -Iinclude -Iarch/ppc64 -MMD -MP -c -o $$@ $$<

$(PPC_O)/$(1): $(3) arch/ppc64/link.lds
	@echo '  ppc64 $$@'
	@$$(PPC_CC) $$(PPC_FLAGS) -ffreestanding $$(PPC_LTO) $$(PPC_LDFLAGS) -o $$@ \
		$(3) $$(PPC_LIBFDT)
endef
$(eval $(call ppc_image,rhype.elf,image,$(PPC_OBJ),0))
$(eval $(call ppc_image,rhype-test.elf,test,$(PPC_TEST_OBJ),1))

-include $(PPC_OBJ:.o=.d) $(PPC_TEST_OBJ:.o=.d)
