# SPDX-License-Identifier: GPL-2.0-or-later
# Guest images, boot tests (make boot) and the demonstration (make run). Included by the top
# Makefile before tools/setup/setup.mk, whose variables are used in recipes and by second expansion.

BOOT	    := $(O)/boot
BOOT_CFLAGS := -std=gnu11 -O2 -g $(WARN)
BOOT_HDR    := $(wildcard harness/boot/*.h)

$(BOOT)/mkcpio: harness/boot/mkcpio.c
$(BOOT)/runner: harness/boot/runner.c harness/boot/tests.c harness/boot/child.c $(BOOT_HDR)
$(BOOT)/terminal: harness/boot/terminal.c harness/boot/child.c $(BOOT_HDR)
$(BOOT)/mkcpio $(BOOT)/runner $(BOOT)/terminal:
	@mkdir -p $(@D)
	$(HOSTCC) $(BOOT_CFLAGS) -o $@ $(filter %.c,$^)

.SECONDEXPANSION:

BOOT_BUSYBOX_ppc64  = $(PPC64_BUSYBOX)
BOOT_KERNEL_ppc64   = $(PPC64_KERNEL)
BOOT_BUSYBOX_x86_64 = $(X86_BUSYBOX)
BOOT_KERNEL_x86_64  = $(X86_KERNEL)
BOOT_MORE_x86_64    = $(X86_FULL)

# What the emulator's SVM can, and no warnings about what it cannot.
BOOT_CPU := EPYC,+svm,+npt,-rdseed,-sha-ni,-fxsr-opt,-misalignsse,-3dnowprefetch
BOOT_CPU := $(BOOT_CPU),-osvw,-topoext,-xsavec,-nrip-save
# In two threads QEMU's processors disturb each other (docs/testing.md, docs/boot-x86_64.md).
BOOT_SMP2	    := -smp 2 -accel tcg,thread=single
BOOT_REFUSED_ppc64  = 0
BOOT_REFUSED_x86_64 = 5

# Of one port: what its test lists name (copies, so that a build meanwhile does no harm), and
#   boot-ARCH   its boot tests     run-ARCH   what make run needs built; run.sh asks for it
define boot_port
$(BOOT)/$(1)/shell.cpio $(BOOT)/$(1)/test.cpio: $(BOOT)/$(1)/%.cpio: harness/boot/init/%.sh \
		harness/boot/init/common.sh harness/boot/init/work.sh harness/boot/initramfs.sh \
		$(BOOT)/mkcpio $$$$(BOOT_BUSYBOX_$(1))
	@mkdir -p $$(@D)
	harness/boot/initramfs.sh $$* $$(BOOT_BUSYBOX_$(1)) $(BOOT)/mkcpio $$@

BOOT_ENV_$(1) = env O=$(O) CPU=$(BOOT_CPU) MKBUNDLE=$(O)/tools/mkbundle \
	RHYPE=$(BOOT)/$(1)/rhype.elf RHYPE_TEST=$(BOOT)/$(1)/rhype-test.elf \
	GUESTS=$(O)/guests/$(1) TEST_INITRD=$$(abspath $(BOOT)/$(1)/test.cpio) \
	GUEST_KERNEL=$$(BOOT_KERNEL_$(1)) FULL_KERNEL=$$(BOOT_MORE_$(1)) \
	SMP2="$(BOOT_SMP2)" REFUSED=$$(BOOT_REFUSED_$(1))

BOOT_PARTS_$(1) = $(BOOT)/runner $(BOOT)/$(1)/test.cpio $(O)/tools/mkbundle guests-$(1) \
	$(O)/$(1)/rhype.elf $(O)/$(1)/rhype-test.elf $$(BOOT_KERNEL_$(1)) $$(BOOT_MORE_$(1))

.PHONY: boot-$(1) boot-files-$(1) run-$(1)
boot-files-$(1): $$$$(BOOT_PARTS_$(1))
	cp $(O)/$(1)/rhype.elf $(O)/$(1)/rhype-test.elf $(BOOT)/$(1)

boot-$(1): boot-files-$(1)
	$$(BOOT_ENV_$(1)) $(BOOT)/runner -s boot-$(1) -o $(BOOT)/$(1) \
		harness/boot/$(1).tests $$(TESTS)

run-$(1): $(O)/$(1)/rhype.elf $(O)/tools/mkbundle $(BOOT)/terminal $(BOOT)/$(1)/shell.cpio
endef
$(foreach a,ppc64 x86_64,$(eval $(call boot_port,$(a))))

run:
	+@O=$(O) ARCH=$(ARCH) CPU=$(BOOT_CPU) MAKE=$(MAKE) harness/boot/run.sh

boot: boot-selftest boot-$(ARCH)

# A disc, or stick, that BIOS and UEFI start, with the partitions of make run.
iso:
	+@O=$(O) ARCH=x86_64 MACHINE=iso MAKE=$(MAKE) harness/boot/run.sh -o $(O)/rhype.iso

# The x86_64 port on an emulated Intel processor.
boot-bochs: boot-files-x86_64
	@tools/setup/need.sh iso bochs
	$(BOOT_ENV_x86_64) $(BOOT)/runner -s boot-bochs -o $(BOOT)/x86_64 \
		harness/boot/bochs.tests $(TESTS)

.PHONY: iso boot-bochs boot-control boot-selftest
boot-control: boot-files-$(ARCH)
	$(BOOT_ENV_$(ARCH)) $(BOOT)/runner -s control -o $(BOOT)/$(ARCH) \
		harness/boot/control-$(ARCH).tests $(TESTS)

boot-selftest: $(BOOT)/runner $(BOOT)/terminal
	harness/boot/selftest.sh $(BOOT)/runner
	harness/boot/selftest_terminal.sh $(BOOT)/terminal
