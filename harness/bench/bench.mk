# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: measured figures as a table and in build/bench.json. Included by the top Makefile.

.SECONDEXPANSION:

BENCH := $(O)/bench

$(BENCH)/count.so: harness/bench/count.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -fvisibility=hidden -shared -fPIC -o $@ $<

bench: $(BENCH)/count.so $$(BOOT_PARTS) $(O)/ppc64/rhype.elf $(O)/um/rhype $(O)/um/unit \
		guests-ppc64 $$(PPC64_KERNEL)
	@tools/setup/need.sh build ppc64 unit
	cp $(O)/ppc64/rhype.elf $(BOOT)
	$(BOOT_ENV) O=$(O) PPC_CROSS=$(PPC_CROSS) harness/bench/bench.sh
