#!/bin/bash
# spool.sh [BINDIR]: a journal whose disk is full, read-only, or hangs, each on
# a file system of its own in a mount namespace.  Mail must go on, no line may
# be lost without a word, and all must be well when the disk is.  Prints TAP.
set -u
PATH=$PATH:/usr/sbin:/sbin

if [ "${1:-}" != --inside ]; then
	if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
		echo "ok - spool # SKIP no mount namespaces here"
		exit 0
	fi
	exec unshare --mount --propagation private "$0" --inside "$@"
fi
shift
bin=${1:-build/bin}
tests=$(dirname "$bin")/tests
scn=$(dirname "$0")/concurrent.scn
tmp=$(mktemp -d /tmp/mv.XXXXXX)
passed=0
failed=0
pid=
device=
trap clean EXIT
trap 'exit 1' INT TERM

clean() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
	fsfreeze -u "$tmp/journal" 2>/dev/null
	umount -l "$tmp/journal" 2>/dev/null
	[ -z "$device" ] || losetup -d "$device"
	rm -rf "$tmp"
}

result() { # OK NAME [DETAIL]
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok - spool: $2"
	else
		failed=$((failed + 1))
		echo "not ok - spool: $2"
		echo "# ${3:-}"
		tail -n 3 "$tmp/err" | cut -c1-300 | sed 's/^/#   /'
	fi
}

start() {
	mkdir -p "$tmp/journal"
	sed -n '/^zone/,/^end/p' "$scn" | sed '1d;$d' >"$tmp/zone"
	sed -i 's/^\t//; 1i $TTL 300' "$tmp/zone"
	head -c 32 /dev/zero | od -An -tx1 | tr -d ' \n' >"$tmp/seal.key"
	chmod 0640 "$tmp/seal.key"
	cat >"$tmp/c.conf" <<-END
		[common]
		authserv-id = mx.test
		seal-key = $tmp/seal.key
		zone = $tmp/zone
		deadline = 2s
		[dmarc]
		journal-directory = $tmp/journal
	END
	: >"$tmp/err"
	"$bin/mailvet-inbound" -c "$tmp/c.conf" --socket "unix:$tmp/s" \
		2>>"$tmp/err" &
	pid=$!
	for ((i = 0; i < 1200; i++)); do
		grep -q ready "$tmp/err" && return
		sleep 0.05
	done
}

stop() {
	kill -TERM "$pid"
	wait "$pid"
	result $? "$1: ends well"
	pid=
}

# Messages through the daemon; all must get their results in time.
send() { # NAME COUNT
	local began=$SECONDS
	out=$("$tests/concurrent" -s "$tmp/s" -c 2 -n "$2" "$scn")
	result $? "$1: mail goes on" "$out"
	took=$((SECONDS - began))
}

# In the log: messages with a policy, and what became of their lines.
logged() { # PATTERN
	grep -c "policy=.*$1" "$tmp/err"
}

whole_lines() {
	cat "$tmp"/journal/*.jsonl | grep -c '^{.*}$'
}

# Each line that was not lost is there, once, whole.
compare() { # NAME
	local wanted=$(($(logged "") - $(logged "journal=lost")))
	local got torn
	got=$(whole_lines)
	torn=$(cat "$tmp"/journal/*.jsonl | grep -c -v '^{.*}$')
	[ "$got" = "$wanted" ]
	result $? "$1: all lines but the lost" "$got lines, not $wanted"
	[ "$torn" -le 1 ]
	result $? "$1: at most one torn" "$torn"
}

warns() { # NAME TEXT: the counts are told every ten seconds
	for ((i = 0; i < 1200; i++)); do
		grep -q "<4>dmarc: journal: .* lines lost.*$2" "$tmp/err" &&
			break
		sleep 0.05
	done
	[ $i -lt 1200 ]
	result $? "$1: a warning says so"
}

full() {
	start
	mount -t tmpfs -o size=64k mailvet "$tmp/journal"
	send "space" 20
	[ "$(logged "journal=lost")" = 0 ]
	result $? "space: nothing lost"
	send "full" 200
	[ "$(logged "journal=lost")" -gt 20 ]
	result $? "full: lines are lost" "$(logged "journal=lost")"
	warns "full" "No space left on device"
	compare "full"
	mount -o remount,size=4m "$tmp/journal"
	lost=$(logged "journal=lost")
	send "space again" 20
	[ "$(logged "journal=lost")" = "$lost" ]
	result $? "space again: nothing more is lost"
	compare "space again"
	stop "full"
	umount "$tmp/journal"
}

read_only() {
	start
	mount -t tmpfs -o ro mailvet "$tmp/journal"
	send "read-only" 20
	[ "$(logged "journal=lost")" = "$(logged "")" ]
	result $? "read-only: all is lost"
	warns "read-only" "Read-only file system"
	mount -o remount,rw "$tmp/journal"
	lost=$(logged "journal=lost")
	send "writable" 20
	[ "$(logged "journal=lost")" = "$lost" ]
	result $? "writable: nothing more is lost"
	compare "writable"
	stop "read-only"
	umount "$tmp/journal"
}

# A frozen file system: a write does not return, and cannot be killed.
hanging() {
	truncate -s 16m "$tmp/disk"
	if ! mkfs.ext4 -q "$tmp/disk" 2>/dev/null ||
		! device=$(losetup -f --show "$tmp/disk" 2>/dev/null) ||
		! mount -t ext4 "$device" "$tmp/journal"; then
		device=
		echo "ok - spool: hanging # SKIP no loop device here"
		return
	fi
	start
	send "no frost" 5
	fsfreeze -f "$tmp/journal"
	send "frozen" 60
	# 60 s at least if two at a time waited for theirs.
	[ "$took" -lt 30 ]
	result $? "frozen: mail waits once, for its deadline" "${took} s"
	[ "$(logged "journal=late")" -gt 20 ]
	result $? "frozen: said of each message" "$(logged "journal=late")"
	fsfreeze -u "$tmp/journal"
	for ((i = 0; i < 600; i++)); do
		[ "$(whole_lines)" -lt "$(logged "")" ] || break
		sleep 0.05
	done
	send "thawed" 5
	compare "thawed"
	stop "frozen"
	umount "$tmp/journal"
	losetup -d "$device"
	device=
}

mkdir "$tmp/journal"
full
read_only
hanging
echo "1..$((passed + failed))"
echo "# $passed passed, $failed failed"
[ "$failed" = 0 ]
