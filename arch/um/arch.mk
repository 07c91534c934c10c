# SPDX-License-Identifier: GPL-2.0-or-later
# The process port. `make um` builds build/um/rhype; tests and fuzzers link UM_OBJS of a variant:
#   $(call um_objs,um)       plain, for people, tests and valgrind
#   $(call um_objs,um-asan)  AddressSanitizer and UndefinedBehaviorSanitizer
#   $(call um_objs,um-fuzz)  the same from clang, with coverage for libFuzzer
#   $(call um_objs,um-cov)   counts lines and branches (make coverage)
#   $(call um_objs,um-sim)   with calls at each access of the core (harness/sim)
# and compile their own sources by the rules below, as build/VARIANT/PATH.o.
#
# All of the core is in, by wildcard, except core/string.c: the process has a libc, and
# unittests/core/test_string.c compiles that file under other names.

UM_SRC := $(filter-out core/string.c,$(CORE_SRC)) \
	$(filter-out arch/um/main.c,$(wildcard arch/um/*.c)) \
	$(wildcard harness/guests/*.c harness/guests/papr/*.c harness/guests/lib/*.c \
	harness/guests/lib/papr/*.c harness/guests/lib/um/*.c harness/guests/lib/um/papr/*.c \
	harness/guests/hostile/*.c harness/guests/hostile/papr/*.c \
	harness/guests/hostile/lib/*.c harness/guests/hostile/lib/papr/*.c)
# The same guests as those of PC partitions: built against that machine's part of the library, in
# which functions have the same names, and so linked among themselves first (PC_WORLD).
UM_PC_SRC := $(wildcard harness/guests/*.c harness/guests/lib/*.c harness/guests/lib/pc/*.c \
	harness/guests/lib/um/*.c harness/guests/lib/um/pc/*.c harness/guests/hostile/*.c \
	harness/guests/hostile/lib/*.c harness/guests/hostile/lib/pc/*.c \
	harness/guests/hostile/pc/*.c) \
	$(addprefix harness/guests/pc/,calls.c devices.c)
UM_PC_SRC_um-sim := $(wildcard harness/sim/guests/pc/*.c) \
	$(addprefix harness/sim/guests/,boots.c common.c ruler.c)
UM_PC_INC := -iquote harness/guests/lib/um/pc -iquote harness/guests/lib/pc
UM_INC := -iquote include -iquote arch/um -iquote unittests -iquote harness/guests/lib \
	-iquote harness/guests/lib/papr -iquote harness/guests/lib/um/papr
UM_CFLAGS := -std=gnu11 -g -O1 $(WARN) $(UM_INC) -DHV_DEBUG=1
UM_LIBS := -lfdt
UM_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

UM_VARIANTS := um um-asan um-fuzz um-cov um-sim
UM_CC_um := $(HOSTCC)
UM_CC_um-asan := $(HOSTCC)
UM_FLAGS_um-asan := $(UM_SANITIZE)
UM_CC_um-fuzz := $(CLANG)
UM_CC_um-cov := $(HOSTCC)
UM_FLAGS_um-cov := --coverage -O0
UM_FLAGS_um-fuzz := $(UM_SANITIZE) -fsanitize=fuzzer-no-link
UM_CC_um-sim := $(HOSTCC)
UM_FLAGS_um-sim := -O2

um_pc_objs = $(patsubst %.c,$(O)/$(1)/pc/%.o,$(UM_PC_SRC) $(UM_PC_SRC_$(1)))
um_objs = $(UM_SRC:%.c=$(O)/$(1)/%.o) $(O)/$(1)/pc/guests.o

# $(call pc_world,VARIANT): the objects of the rule become one, which keeps its names to itself
pc_world = $(UM_CC_$(1)) -r -nostdlib -o $@ $^ && \
	$$($(UM_CC_$(1)) -print-prog-name=objcopy) --keep-global-symbol=none $@

define um_variant
$(O)/$(1)/%.o: %.c arch/um/arch.mk
	@mkdir -p $$(@D)
	$$(UM_CC_$(1)) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(O)/$(1)/pc/%.o: %.c arch/um/arch.mk
	@mkdir -p $$(@D)
	$$(UM_CC_$(1)) $$(UM_PC_INC) $$(UM_CFLAGS) $$(UM_FLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(O)/$(1)/pc/guests.o: $(call um_pc_objs,$(1))
	$$(call pc_world,$(1))

$(O)/$(1)/rhype: $(call um_objs,$(1)) $(O)/$(1)/arch/um/main.o
	@nm -g --defined-only $$^ | awk 'NF == 3 && $$$$3 != "main" { print $$$$3 }' | sort -u \
		>$$(@D)/names
	@nm -D --defined-only $$$$($$(HOSTCC) -print-file-name=libc.so.6) | \
		sed 's/.* //; s/@.*//' | sort -u | comm -12 - $$(@D)/names | \
		sed 's/$$$$/: a name of libc, too: the sanitizers would call ours; rename it/' | \
		{ ! grep . >&2; }
	$$(UM_CC_$(1)) $$(UM_FLAGS_$(1)) -o $$@ $$^ $$(UM_LIBS)

-include $$(shell find $(O)/$(1) -name '*.d' 2>/dev/null)
endef
$(foreach v,$(UM_VARIANTS),$(eval $(call um_variant,$(v))))

.PHONY: um um-asan
um: $(O)/um/rhype
um-asan: $(O)/um-asan/rhype
.SECONDARY:
