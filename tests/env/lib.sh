# lib.sh: what install and unpack share.  Sourced, with $env set to tests/env.

if command -v apt-get > /dev/null; then
	distribution=debian
elif command -v dnf > /dev/null; then
	distribution=fedora
else
	distribution=
fi

fail() {
	echo "$(basename "$0"): $*" >&2
	exit 1
}

[ "$distribution" ] || fail "this needs apt-get or dnf"

# packages NEED...: the names that this distribution has for these needs
packages() {
	awk -v needs=" $* " -v distribution="$distribution" '
		/^#/ || NF == 0 { next }
		{ name = distribution == "debian" ? $2 : $3 }
		index(needs, " " $1 " ") && name != "-" { print name }
	' "$env/packages"
}

# missing NAME...: those that are not installed
missing() {
	for name; do
		case $distribution in
		debian)
			dpkg-query -W -f '${db:Status-Status}\n' "$name" \
			    2> /dev/null | grep -qx installed ;;
		fedora)
			rpm -q --whatprovides "$name" > /dev/null 2>&1 ;;
		esac || echo "$name"
	done
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo > /dev/null; then
		sudo "$@"
	else
		fail "root or sudo is needed for: $*"
	fi
}
