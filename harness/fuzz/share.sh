# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by run.sh and long.sh.

# Percent of the time for a target: what has more to find gets more. Together 100.
share()
{
	case $1 in
	hcall) echo 19 ;;
	model) echo 15 ;;
	pcmodel) echo 12 ;;
	pc) echo 8 ;;
	pc_emulate) echo 4 ;;
	pc_walk) echo 3 ;;
	cmdline | fmt | manifest | ram | pc_decode) echo 2 ;;
	acpi | loader | hostdt | image | source) echo 2 ;;
	pc_*) echo 1 ;;
	console | gfdt) echo 3 ;;
	*) echo 5 ;;
	esac
}

# The longest input that makes sense.
length()
{
	case $1 in
	fmt | cmdline) echo 300 ;;
	console | gfdt | ram | loader | pc_*) echo 1000 ;;
	model | pcmodel | rtas) echo 16000 ;; # some 40 bytes are a call
	*) echo 4096 ;;
	esac
}

# What AFL++ asks for on a machine that is not only its own.
export AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1
export AFL_AUTORESUME=1 AFL_QUIET=1
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=0
export UBSAN_OPTIONS=print_stacktrace=1
