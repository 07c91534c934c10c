# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by guests.sh and be-ppc64.sh: a package manager state of one's own, so that packages
# of another architecture, or sources, can be fetched without a change to the system.

# apt_state DIR ARCH TYPE: the sources and the keys of the system, without their limits to another
# architecture; TYPE is deb or deb-src. From here on apt-get and apt-cache use it.
apt_state()
{
	apt=$1
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/sources"
	: >"$apt/status"
	rm -f "$apt/sources/"*
	: >"$apt/sources/none.list"
	eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
	for f in "${list:-/etc/apt/sources.list}" "${parts:-/etc/apt/sources.list.d}"/*; do
		case $f in
		*.list) sed "s/\barch[-+]*=[^] ]* *//; s/^deb\(-src\)\?\b/$3/" <"$f" | sort -u ;;
		*.sources) sed "/^Architectures/d; s/^Types:.*/Types: $3/" <"$f" ;;
		*) continue ;;
		esac >"$apt/sources/${f##*/}" 2>/dev/null || rm -f "$apt/sources/${f##*/}"
	done
	cat >"$apt/apt.conf" <<-END
		#clear APT::Architectures;
		APT::Architectures { "$2"; };
		APT::Architecture "$2";
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Acquire::Retries "2";
		Dir::State "$apt";
		Dir::State::lists "$apt/lists";
		Dir::State::status "$apt/status";
		Dir::Cache "$apt/cache";
		Dir::Etc::sourcelist "$apt/sources/none.list";
		Dir::Etc::sourceparts "$apt/sources";
	END
	APT_CONFIG=$apt/apt.conf
	export APT_CONFIG
}
