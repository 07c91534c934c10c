# SPDX-License-Identifier: GPL-2.0-or-later
# The PC image: build/x86_64/rhype.elf, and rhype-test.elf with debug checks and the contract tests.
# Included by the top Makefile. docs/boot-x86_64.md tells how to run them.

X86_O	   := $(O)/x86_64
X86_CC	   := $(X86_CROSS)gcc
X86_LIBFDT  = $(shell $(X86_CC) -print-file-name=libfdt.a)
X86_GCCINC  = $(shell $(X86_CC) -print-file-name=include)
X86_FDTINC := $(X86_O)/include

# The vector registers are the guests'; interrupts use the stack below its pointer. Indirect
# branches go through return thunks, which a guest cannot train; so switches become comparisons.
X86_FLAGS := -m64 -march=x86-64 -mno-sse -mno-mmx -mno-80387 -mno-red-zone -mcmodel=small \
	-fcf-protection=none -mindirect-branch=thunk -Os
X86_CFLAGS = -std=gnu11 $(X86_FLAGS) -g -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -ffunction-sections -fdata-sections \
	$(WARN) -nostdinc -isystem $(X86_GCCINC) -isystem $(X86_FDTINC) \
	-Iinclude -Iarch/x86_64 -Iinclude/libc -Iunittests
X86_LTO	    := -flto=2 -fno-fat-lto-objects
X86_NOLTO   := core/string.c # as on POWER: calls of it are made after that pass
# The way out of a guest and back in, and to another guest: fast, the rest small. (svm.c and
# fpu.c are not slower when small.)
X86_FAST    := $(addprefix arch/x86_64/,vcpu.c svm_exit.c vmx_run.c event.c) \
	$(addprefix core/,loop.c sched.c dispatch.c lock.c) \
	$(addprefix core/pc/,light.c apic.c machine.c exit.c)
X86_O2	    := -O2 -fno-align-functions -fno-align-jumps -fno-align-loops -fno-align-labels
X86_LDFLAGS := -nostdlib -static -no-pie -Wl,-z,max-page-size=0x1000 -Wl,-z,noexecstack \
	-Wl,--gc-sections -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,--fatal-warnings \
	-T arch/x86_64/link.lds

X86_SRC	     := $(filter-out core/papr/%,$(CORE_SRC)) $(wildcard arch/x86_64/*.c arch/x86_64/*.S)
X86_TEST_SRC := $(X86_SRC) unittests/krun.c unittests/arch/guest_x86_64.S \
	$(filter-out %_papr.c,$(wildcard unittests/arch/*.c)) \
	$(wildcard unittests/x86_64/*.c unittests/x86_64/*.S)
X86_OBJ	     := $(X86_SRC:%=$(X86_O)/image/%.o)
X86_TEST_OBJ := $(X86_TEST_SRC:%=$(X86_O)/test/%.o)

.PHONY: x86_64
x86_64: $(X86_O)/rhype.elf $(X86_O)/rhype-test.elf

# libfdt's headers alone, not the host's others
$(X86_FDTINC)/libfdt.h:
	@mkdir -p $(@D)
	@for h in fdt.h libfdt.h libfdt_env.h; do \
		f=$$(echo "#include <$$h>" | $(X86_CC) -M -x c - | tr ' ' '\n' | \
			grep "/$$h$$") && cp $$f $(@D)/ || exit 1; done

# One image: its name, folder of objects, objects, HV_DEBUG
define x86_image
$(X86_O)/$(2)/%.c.o: %.c arch/x86_64/arch.mk | $(X86_FDTINC)/libfdt.h
	@mkdir -p $$(@D); echo '  x86_64 $$@'
	@$$(X86_CC) $$(X86_CFLAGS) $$(if $$(filter $$(X86_NOLTO),$$<),,$$(X86_LTO)) \
		$$(if $$(filter $$(X86_FAST),$$<),$$(X86_O2)) \
		-DHV_DEBUG=$(4) -MMD -MP -c -o $$@ $$<

$(X86_O)/$(2)/%.S.o: %.S arch/x86_64/arch.mk
	@mkdir -p $$(@D); echo '  x86_64 $$@'
	@$$(X86_CC) $$(X86_FLAGS) -Iinclude -Iarch/x86_64 -MMD -MP -c -o $$@ $$<

$(X86_O)/$(1): $(3) arch/x86_64/link.lds
	@echo '  x86_64 $$@'
	@$$(X86_CC) $$(X86_FLAGS) -ffreestanding $$(X86_LTO) $$(X86_LDFLAGS) -o $$@ \
		$(3) $$(X86_LIBFDT)
endef
$(eval $(call x86_image,rhype.elf,image,$(X86_OBJ),0))
$(eval $(call x86_image,rhype-test.elf,test,$(X86_TEST_OBJ),1))

-include $(X86_OBJ:.o=.d) $(X86_TEST_OBJ:.o=.d)
