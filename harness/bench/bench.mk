# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: measured figures as a table and in build/bench.json. Included by the top Makefile.

.SECONDEXPANSION:

BENCH := $(O)/bench

$(BENCH)/count.so: harness/bench/count.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -fvisibility=hidden -shared -fPIC -o $@ $<

BENCH_UM := $(addprefix $(O)/,um/rhype um/unit um/oracle tools/mkbundle)

$(BENCH)/share.so: harness/bench/share.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -fvisibility=hidden -shared -fPIC -o $@ $<

# The port ARCH, and what is quick of the process build.
.PHONY: bench-ppc64 bench-x86_64
bench: bench-$(ARCH) $(BENCH_UM)
	O=$(O) harness/bench/bench_um.sh

bench-ppc64: $(BENCH)/count.so boot-files-ppc64
	@tools/setup/need.sh build ppc64 unit
	$(BOOT_ENV_ppc64) PPC_CROSS=$(PPC_CROSS) harness/bench/bench.sh

bench-x86_64: $(BENCH)/share.so boot-files-x86_64
	$(BOOT_ENV_x86_64) X86_CROSS=$(X86_CROSS) harness/bench/bench_x86_64.sh

# All figures of the process build; with valgrind, coverage and planted faults it takes minutes.
.PHONY: bench-um
bench-um: $(BENCH_UM)
	@tools/setup/need.sh build unit valgrind coverage
	O=$(O) harness/bench/bench_um.sh all
