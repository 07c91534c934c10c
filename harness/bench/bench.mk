# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: measured figures as a table and in build/bench.json. Included by the top Makefile.

.SECONDEXPANSION:

BENCH := $(O)/bench

$(BENCH)/count.so: harness/bench/count.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -fvisibility=hidden -shared -fPIC -o $@ $<

BENCH_UM := $(addprefix $(O)/,um/rhype um/unit um/oracle tools/mkbundle)

bench: $(BENCH)/count.so $$(BOOT_PARTS) $(O)/ppc64/rhype.elf $(BENCH_UM) \
		guests-ppc64 $$(PPC64_KERNEL)
	@tools/setup/need.sh build ppc64 unit
	cp $(O)/ppc64/rhype.elf $(BOOT)
	$(BOOT_ENV) O=$(O) PPC_CROSS=$(PPC_CROSS) harness/bench/bench.sh
	O=$(O) harness/bench/bench_um.sh

# All figures of the process build; with valgrind, coverage and planted faults it takes minutes.
.PHONY: bench-um
bench-um: $(BENCH_UM)
	@tools/setup/need.sh build unit valgrind coverage
	O=$(O) harness/bench/bench_um.sh all
