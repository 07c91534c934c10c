# SPDX-License-Identifier: BSD-2-Clause
# Test guests: every harness/guests/*.c becomes build/guests/ppc64/NAME.elf, and all of them
# together go into the process build (GUESTS_UM_SRC).
GUESTS	      := $(basename $(notdir $(wildcard harness/guests/*.c)))
GUESTS_LIB    := $(wildcard harness/guests/lib/*.c)
GUESTS_UM_SRC := $(wildcard harness/guests/*.c) $(GUESTS_LIB) $(wildcard harness/guests/lib/um/*.c)
GUESTS_UM_INC := -iquote harness/guests/lib

GUEST_CROSS ?= powerpc64le-linux-gnu-
O ?= build
GUEST_OUT   := $(O)/guests/ppc64
GUEST_FLAGS := -std=gnu11 -ffreestanding -O2 -g -mlittle-endian -mcpu=power8 \
	-msoft-float -mno-altivec -mno-vsx -fno-stack-protector -fno-pic -fno-pie \
	-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -MMD -MP \
	$(WARN) -iquote include $(GUESTS_UM_INC) -iquote harness/guests/lib/ppc64 -DGUEST_ALONE
GUEST_OBJS  := $(patsubst harness/guests/lib/%,$(GUEST_OUT)/lib/%.o,$(GUESTS_LIB) \
	$(wildcard harness/guests/lib/ppc64/*.[cS]))
GUEST_ELFS  := $(GUESTS:%=$(GUEST_OUT)/%.elf)

guests-ppc64: $(GUEST_ELFS)

# Every guest in the process port; last line "suite guests: P passed, F failed".
guests-um: um tools
	harness/guests/run.sh $(O)

$(GUEST_OUT)/lib/%.o: harness/guests/lib/%
	@mkdir -p $(@D)
	$(GUEST_CROSS)gcc $(GUEST_FLAGS) -c -o $@ $<

$(GUEST_OUT)/%.o: harness/guests/%.c
	@mkdir -p $(@D)
	$(GUEST_CROSS)gcc $(GUEST_FLAGS) -c -o $@ $<

$(GUEST_OUT)/%.elf: $(GUEST_OUT)/%.o $(GUEST_OBJS) harness/guests/lib/ppc64/guest.lds
	$(GUEST_CROSS)ld -nostdlib -static -n --no-warn-rwx-segments --build-id=none \
		-T harness/guests/lib/ppc64/guest.lds -o $@ $(filter %.o,$^)

-include $(wildcard $(GUEST_OUT)/*.d $(GUEST_OUT)/lib/*.d $(GUEST_OUT)/lib/ppc64/*.d)
.PHONY: guests-ppc64 guests-um
.SECONDARY: $(GUESTS:%=$(GUEST_OUT)/%.o) $(GUEST_OBJS)
