# SPDX-License-Identifier: GPL-2.0-or-later
# The simulation. `make sim SEEDS=5000` runs so many seeds; build/sim/sim --seed N --trace replays
# one. The core is compiled with a call before each access to shared memory (points.c).
# Each plants/NAME.patch is a fault in one file: build/sim/NAME/sim has it, and must be found.

SEEDS	 ?= 6000
FROM	 ?= 1
SIM_SRC	 := $(wildcard harness/sim/*.c harness/sim/guests/*.c)
SIM_OUT	 := $(O)/sim
SIM_OBJS  = $(call um_objs,um-sim) $(SIM_SRC:%.c=$(O)/um-sim/%.o)
SIM_WRAP := vterm_write arch_gspace_fini arch_poll hv_load_bundle arch_poweroff lock_drop \
	sched_pick_locked arch_alarm um_relax papr_vpa_unpin pc_mtrr_reset vcpu_destroy
SIM_LINK := $(SIM_WRAP:%=-Wl,--wrap=%)

# What runs before there are other CPUs, and what has its own points, is left as it is.
SIM_PLAIN := core/lock.c core/fmt.c core/manifest.c core/manifest_check.c core/cmdline.c \
	core/palloc_check.c core/panic.c core/papr/gfdt.c
SIM_POINTS := -fsanitize=thread -Wno-tsan
sim_flags   = $(if $(filter $(SIM_PLAIN) arch/% harness/%,$(1)),,$(SIM_POINTS))
$(patsubst %.c,$(O)/um-sim/%.o,$(filter-out $(SIM_PLAIN),$(CORE_SRC))): \
	UM_FLAGS_um-sim := -O2 $(SIM_POINTS)
$(O)/um-sim/harness/%.o: UM_INC += -iquote harness/sim

.PHONY: sim sim-plants sim-check
sim: $(SIM_OUT)/sim
	$< --from $(FROM) --seeds $(SEEDS)

# What make check runs: the simulation's own test, then the seeds.
sim-check: $(SIM_OUT)/sim sim-plants
	@harness/sim/selftest.sh $(SIM_OUT)
	$< --from $(FROM) --seeds $(SEEDS)

$(SIM_OUT)/sim: $(SIM_OBJS)
	@mkdir -p $(@D)
	$(HOSTCC) $(SIM_LINK) -o $@ $^ $(UM_LIBS)

SIM_PLANTS := $(patsubst harness/sim/plants/%.patch,%,$(wildcard harness/sim/plants/*.patch))

# $(call sim_plant,NAME,FILE)
define sim_plant
$(SIM_OUT)/$(1)/plant.c: harness/sim/plants/$(1).patch $(2)
	@mkdir -p $$(@D)
	@patch --silent --fuzz=1 -o $$@ $(2) $$<

$(SIM_OUT)/$(1)/sim: $(SIM_OUT)/$(1)/plant.c $(SIM_OBJS)
	$(HOSTCC) -iquote $(dir $(2)) $(UM_CFLAGS) -w -O2 $(call sim_flags,$(2)) \
		-c -o $$(@D)/plant.o $$<
	$(HOSTCC) $(SIM_LINK) -o $$@ $$(@D)/plant.o \
		$$(filter-out %.c $(O)/um-sim/$(2:.c=.o),$$^) $(UM_LIBS)
endef
$(foreach p,$(SIM_PLANTS),$(eval $(call sim_plant,$(p),$(shell sed -n 's,^+++ b/,,p' \
	harness/sim/plants/$(p).patch))))

sim-plants: $(SIM_PLANTS:%=$(SIM_OUT)/%/sim)
