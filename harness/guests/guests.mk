# SPDX-License-Identifier: BSD-2-Clause
# Test guests: every harness/guests/*.c, and those of the port's machine (papr/*.c, pc/*.c), become
# build/guests/ARCH/NAME.elf; those of papr also go into the process build (arch/um/arch.mk).
# harness/guests/hostile has guests that do what none should.
GUEST_CROSS ?= powerpc64le-linux-gnu-
O ?= build

GUEST_WARN  := $(WARN) -iquote include -iquote harness/guests/lib -DGUEST_ALONE
GUEST_FLAGS := -std=gnu11 -ffreestanding -O2 -g -fno-stack-protector -fno-pic -fno-pie \
	-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -MMD -MP
GUEST_FLAGS_ppc64  := -mlittle-endian -mcpu=power8 -msoft-float -mno-altivec -mno-vsx
GUEST_FLAGS_x86_64 := -m64 -mgeneral-regs-only -mno-red-zone -mcmodel=small -fcf-protection=none

# Every guest in the process port; last line "suite guests: P passed, F failed".
guests-um: um tools
	harness/guests/run.sh $(O)

# One image: port, prefix of the compiler, source
define guest_image
$(O)/guests/$(1)/$(basename $(notdir $(3))).elf: $(O)/guests/$(1)/$(3).o $$(GUEST_OBJS_$(1)) \
		harness/guests/lib/$(1)/guest.lds
	$(2)ld -nostdlib -static -n --no-warn-rwx-segments --build-id=none \
		-T harness/guests/lib/$(1)/guest.lds -o $$@ $$(filter %.o,$$^)
endef

# One port: its processor, its machine, the prefix of its compiler
define guest_port
GUEST_OUT_$(1)  := $(O)/guests/$(1)
GUEST_SRC_$(1)  := $(wildcard harness/guests/*.c harness/guests/$(2)/*.c)
GUEST_LIB_$(1)  := $(wildcard harness/guests/lib/*.c harness/guests/lib/$(2)/*.c \
	harness/guests/lib/$(1)/*.[cS])
GUEST_OBJS_$(1) := $$(GUEST_LIB_$(1):harness/guests/%=$$(GUEST_OUT_$(1))/%.o)

guests-$(1): $$(patsubst %.c,$$(GUEST_OUT_$(1))/%.elf,$$(notdir $$(GUEST_SRC_$(1))))

$$(GUEST_OUT_$(1))/%.o: harness/guests/% harness/guests/guests.mk
	@mkdir -p $$(@D)
	$(3)gcc $$(GUEST_FLAGS) $$(GUEST_FLAGS_$(1)) $$(GUEST_WARN) \
		-iquote harness/guests/lib/$(2) -iquote harness/guests/lib/$(1) -c -o $$@ $$<

$$(foreach s,$$(GUEST_SRC_$(1)),$$(eval $$(call guest_image,$(1),$(3),$$(s:harness/guests/%=%))))

-include $$(GUEST_SRC_$(1):harness/guests/%=$$(GUEST_OUT_$(1))/%.d) $$(GUEST_OBJS_$(1):.o=.d)
.PHONY: guests-$(1)
endef
# All hostile guests of a port in one image, sequence.c first: the first guest is the one that runs.
# Their neighbour and judge, the witness, is an image of its own. Port, machine, prefix.
define hostile_image
HOSTILE_LIB_$(1) := $(wildcard harness/guests/hostile/lib/*.c harness/guests/hostile/lib/$(2)/*.c)
HOSTILE_$(1) := harness/guests/hostile/image/sequence.c \
	$(filter-out %/witness.c,$(wildcard harness/guests/hostile/*.c \
	harness/guests/hostile/$(2)/*.c harness/guests/hostile/$(1)/*.[cS]))
HOSTILE_LOBJS_$(1) := $$(HOSTILE_LIB_$(1):harness/guests/%=$$(GUEST_OUT_$(1))/%.o)
HOSTILE_OBJS_$(1) := $$(HOSTILE_$(1):harness/guests/%=$$(GUEST_OUT_$(1))/%.o)

$$(GUEST_OUT_$(1))/hostile.elf: $$(HOSTILE_OBJS_$(1))
$$(GUEST_OUT_$(1))/witness.elf: $$(GUEST_OUT_$(1))/hostile/witness.c.o
$$(GUEST_OUT_$(1))/hostile.elf $$(GUEST_OUT_$(1))/witness.elf: $$(HOSTILE_LOBJS_$(1)) \
		$$(GUEST_OBJS_$(1)) harness/guests/lib/$(1)/guest.lds
	$(3)ld -nostdlib -static -n --no-warn-rwx-segments --build-id=none \
		-T harness/guests/lib/$(1)/guest.lds -o $$@ $$(filter %.o,$$^)
guests-$(1): $$(GUEST_OUT_$(1))/hostile.elf $$(GUEST_OUT_$(1))/witness.elf
-include $$(HOSTILE_OBJS_$(1):.o=.d) $$(HOSTILE_LOBJS_$(1):.o=.d) \
	$$(GUEST_OUT_$(1))/hostile/witness.c.d
endef

$(eval $(call guest_port,ppc64,papr,$(GUEST_CROSS)))
$(eval $(call hostile_image,ppc64,papr,$(GUEST_CROSS)))
$(eval $(call guest_port,x86_64,pc,$(X86_CROSS)))
$(eval $(call hostile_image,x86_64,pc,$(X86_CROSS)))
.PHONY: guests-um
