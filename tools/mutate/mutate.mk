# SPDX-License-Identifier: GPL-2.0-or-later
# make mutants: plants MUTANTS small faults into core/, one at a time, and sees whether the tests
# notice. The same MUTANT_SEED chooses the same faults, as long as the sources are the same.

MUTANTS	    ?= 120
MUTANT_SEED ?= 1
MUTATE	    := $(O)/mutants

.SECONDEXPANSION:
.PHONY: mutants
mutants: $(MUTATE)/mutate $(O)/um/unit $(O)/um-asan/unit $(O)/um/play \
		$(O)/um/oracle $(O)/um/oracle-pc
	@printf '%s\n' $(call um_objs,um) $(call unit_objs,um,$(UNIT_SRC)) $(O)/um/suites.c \
		>$(MUTATE)/unit.objs
	@printf '%s\n' $(call um_objs,um) $(FUZZ_SRC:%.c=$(O)/um/%.o) \
		$(SEQ_SRC:%.c=$(O)/um/%.o) $(O)/um/harness/fuzz/play.o >$(MUTATE)/play.objs
	@printf '%s\n' $(call um_objs,um) $(ORACLE_SRC:%.c=$(O)/um/%.o) >$(MUTATE)/oracle.objs
	@printf '%s\n' $(call um_objs,um) $(ORACLE_SRC:%.c=$(O)/um/mixed/%.o) \
		>$(MUTATE)/oracle-pc.objs
	@CC="$(HOSTCC)" CFLAGS="$(filter-out -g -Werror,$(UM_CFLAGS)) -w" OUT=$(MUTATE) O=$(O) \
		SANITIZE="$(UM_SANITIZE)" UNIT_LIBS="$(UNIT_LIBS)" LIBS="$(UM_LIBS)" \
		tools/mutate/mutate.sh $(MUTANTS) $(MUTANT_SEED)

$(MUTATE)/mutate: tools/mutate/mutate.c tools/mutate/operators.c tools/mutate/mutate.h
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -O2 $(WARN) -o $@ $(filter %.c,$^)
