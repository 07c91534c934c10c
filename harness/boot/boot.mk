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

$(BOOT)/shell.cpio $(BOOT)/test.cpio: $(BOOT)/%.cpio: harness/boot/init/%.sh \
		harness/boot/init/common.sh harness/boot/init/work.sh harness/boot/initramfs.sh \
		$(BOOT)/mkcpio $$(PPC64_BUSYBOX)
	harness/boot/initramfs.sh $* $(PPC64_BUSYBOX) $(BOOT)/mkcpio $@

# What make run needs built; run.sh asks for it.
.PHONY: run-parts
run-parts: $(O)/ppc64/rhype.elf $(O)/tools/mkbundle $(BOOT)/terminal $(BOOT)/shell.cpio

run:
	+@O=$(O) MAKE=$(MAKE) harness/boot/run.sh

# Files and places that the test lists name; copies, so that a build meanwhile does no harm.
BOOT_ENV = env RHYPE=$(BOOT)/rhype.elf RHYPE_TEST=$(BOOT)/rhype-test.elf \
	MKBUNDLE=$(O)/tools/mkbundle GUESTS=$(O)/guests/ppc64 \
	GUEST_KERNEL=$(PPC64_KERNEL) TEST_INITRD=$(abspath $(BOOT)/test.cpio)

BOOT_PARTS := $(BOOT)/runner $(BOOT)/terminal $(BOOT)/test.cpio $(O)/tools/mkbundle

boot: $(BOOT_PARTS) $(O)/ppc64/rhype.elf $(O)/ppc64/rhype-test.elf guests-ppc64 $$(PPC64_KERNEL)
	harness/boot/selftest.sh $(BOOT)/runner
	harness/boot/selftest_terminal.sh $(BOOT)/terminal
	cp $(O)/ppc64/rhype.elf $(O)/ppc64/rhype-test.elf $(BOOT)
	$(BOOT_ENV) $(BOOT)/runner -s boot -o $(BOOT) harness/boot/ppc64.tests $(TESTS)

.PHONY: boot-control boot-selftest
boot-control: $(BOOT)/runner $(BOOT)/test.cpio $$(PPC64_KERNEL)
	$(BOOT_ENV) $(BOOT)/runner -s control -o $(BOOT) harness/boot/control.tests $(TESTS)

boot-selftest: $(BOOT)/runner $(BOOT)/terminal
	harness/boot/selftest.sh $(BOOT)/runner
	harness/boot/selftest_terminal.sh $(BOOT)/terminal
