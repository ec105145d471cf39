#!/bin/bash
# config.sh [BINDIR]: faults that a daemon must refuse to start with, and
# sockets that it must or must not take.  Prints TAP.
#
# For a fault of the config: standard error names file:line, the exit
# status is 78 (EX_CONFIG), and no socket was made.
set -u
umask 022

bin=${1:-build/bin}
tmp=$(mktemp -d /tmp/mv.XXXXXX)
passed=0
failed=0
pids=()
trap 'stop_all; rm -rf "$tmp"' EXIT

stop_all() {
	for p in "${pids[@]}"; do
		kill -KILL "$p" 2>/dev/null
	done
	pids=()
}

result() { # OK NAME [DETAIL]
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok - config: $2"
	else
		failed=$((failed + 1))
		echo "not ok - config: $2"
		echo "# ${3:-}"
		sed 's/^/#   /' "$tmp/err" | head -n 5
	fi
}

# The usual config; the faulty lines are appended to it.
write() { # LINE...
	cat >"$tmp/c.conf" <<-END
		[common]
		authserv-id = mx.test
		seal-key = $tmp/seal.key
		zone = $tmp/zone
	END
	printf '%s\n' "$@" >>"$tmp/c.conf"
}

start() { # NAME [ARGUMENT]...: in the background, its pid in $pid
	local name=$1
	shift
	"$bin/mailvet-$name" "$@" 2>"$tmp/err" &
	pid=$!
	pids+=("$pid")
}

# A busy machine takes its time.
patience=60

ended() { # wait for $pid; status in $status, "runs" if it does
	local i
	for ((i = 0; i < patience * 20; i++)); do
		if ! kill -0 "$pid" 2>/dev/null; then
			wait "$pid"
			status=$?
			return
		fi
		sleep 0.05
	done
	status=runs
}

# Does it take a connection?
listens() { # PATH
	/usr/bin/python3 - "$1" 2>/dev/null <<-'END'
		import socket, sys
		socket.socket(socket.AF_UNIX).connect(sys.argv[1])
	END
}

up() { # PATH
	local i
	for ((i = 0; i < patience * 20; i++)); do
		listens "$1" && return 0
		kill -0 "$pid" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}

says() { # PATTERN
	local i
	for ((i = 0; i < patience * 20; i++)); do
		grep -q -e "$1" "$tmp/err" && return 0
		sleep 0.05
	done
	return 1
}

# A reload is refused, and it runs on.
stays() { # NAME PATTERN
	kill -HUP "$pid"
	says "$2"
	result $? "$1 on reload: says where" "no match for $2"
	kill -0 "$pid" 2>/dev/null && listens "$tmp/x.sock"
	result $? "$1 on reload: goes on"
}

stop() {
	kill -TERM "$pid" 2>/dev/null
	ended
}

refuses() { # NAME DAEMON PATTERN: start, expect 78 and PATTERN
	rm -f "$tmp/x.sock"
	start "$2" -c "$tmp/c.conf" --socket "unix:$tmp/x.sock"
	ended
	[ "$status" = 78 ]
	result $? "$1: exit 78" "status $status"
	grep -Eq -- "$3" "$tmp/err"
	result $? "$1: says where" "no match for $3"
	[ ! -e "$tmp/x.sock" ]
	result $? "$1: nothing listens" "there is a socket"
	[ "$status" != runs ] || stop
}

head -c 32 /dev/zero | od -An -tx1 | tr -d ' \n' >"$tmp/seal.key"
chmod 0640 "$tmp/seal.key"
: >"$tmp/zone"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
	-out "$tmp/good.pem" 2>/dev/null
chmod 0600 "$tmp/good.pem"
echo 'this is no key' >"$tmp/junk.pem"
sign=("[sign]" "domain = example.org" "selector = s")
at="c\\.conf:[0-9]+"

# ---- faults of the config: each daemon has the parser ----------------------
for d in spf dkim dmarc inbound; do
	write "no-such-key = 1"
	refuses "unknown key, $d" "$d" "c\\.conf:5: .*no-such-key"
done
write "${sign[@]}" "key = $tmp/good.pem" "no-such-key = 1"
refuses "unknown key, sign" sign "c\\.conf:9: .*no-such-key"
write "deadline = soon"
refuses "bad duration" inbound "c\\.conf:5: .*deadline"
write "deadline = 99999s"
refuses "duration out of range" inbound "c\\.conf:5: .*deadline"
write "log-level = shouting"
refuses "bad choice" inbound "c\\.conf:5: .*log-level"
write "internal-hosts = 127.0.0.0/33"
refuses "bad network" inbound "c\\.conf:5: .*internal-hosts"
write "dry-run = perhaps"
refuses "bad yes or no" inbound "c\\.conf:5: .*dry-run"
write "nameservers = not-an-address"
refuses "bad name server" inbound "c\\.conf:5: .*nameservers"
write "[nosuchsection]" "a = b"
refuses "unknown section" inbound "c\\.conf:5: .*nosuchsection"
write "[spff]" "; fail = reject"
refuses "unknown section without a key" inbound "c\\.conf:5: .*\\[spff\\]"
write "socket-group = no-such-group"
refuses "unknown group" inbound "c\\.conf:5: socket-group: .*no-such-group"
write "[common" "a = b"
refuses "broken section line" inbound "c\\.conf:5: "
write "this is no key and value"
refuses "broken line" inbound "c\\.conf:5: "
write "deadline = soon" "dry-run = perhaps"
refuses "two faults" inbound "c\\.conf:5: "
grep -q "c\\.conf:6: " "$tmp/err"
result $? "two faults: both are told"
write ""
mkdir "$tmp/c.conf.d"
printf '[common]\n\nno-such-key = 1\n' >"$tmp/c.conf.d/10-x.conf"
refuses "a fault in a drop-in" inbound "10-x\\.conf:3: .*no-such-key"
rm -r "$tmp/c.conf.d"

# ---- lists, and texts with placeholders -------------------------------------
printf '192.0.2.1\n\n# all of it\nnot a network # really\n10/8\n' >"$tmp/nets"
write "[spf]" "whitelist-ip = 203.0.113.1, $tmp/nets"
refuses "bad line of a list" spf "/nets:4: \"not a network\" is not an address"
grep -Eq "/nets:5: \"10/8\"" "$tmp/err"
result $? "bad line of a list: each is told"
"$bin/mailvet-spf" -t -c "$tmp/c.conf" 2>"$tmp/err"
[ $? = 78 ] && grep -Eq "/nets:4: " "$tmp/err"
result $? "bad line of a list: -t tells, too"
write "[spf]" "whitelist-ip = 203.0.113.1, 192.0.2.0/33"
refuses "bad item of a list" spf "c\\.conf:6: \"192\\.0\\.2\\.0/33\" is not"
write "[spf]" "whitelist-to = /nonexistent/list"
refuses "no such list" inbound "c\\.conf:6: list /nonexistent/list: No such"
mkfifo "$tmp/pipe"
write "[spf]" "whitelist-to = $tmp/pipe"
refuses "a list that is a pipe" spf "c\\.conf:6: list .*pipe: not a regular"
echo 192.0.2.1 >"$tmp/nets"
chmod 0666 "$tmp/nets"
write "[spf]" "whitelist-ip = $tmp/nets"
refuses "a list that all may write" spf "c\\.conf:6: list .*nets: can be writ"
write "[spf]" "whitelist-ptr = a@example.org"
refuses "an address for a name" spf "c\\.conf:6: \"a@example\\.org\" is not"
write "[spf]" "reply-text = you are {nobody}"
refuses "unknown placeholder" spf "c\\.conf:6: reply-text: \"\\{nobody\\}\""
write "[spf]" "fail = drop"
refuses "unknown action" spf "c\\.conf:6: fail: .*accept, tag"

# ---- files that the config names -------------------------------------------
write "${sign[@]}" "key = $tmp/missing.pem"
refuses "missing key file" sign "c\\.conf:8: .*missing\\.pem"
write "${sign[@]}" "key = $tmp/junk.pem"
refuses "key file that is no key" sign "c\\.conf:8: .*junk\\.pem"
write "${sign[@]}" "key = $tmp"
refuses "key file that is a directory" sign "c\\.conf:8: "
write "${sign[@]}"
refuses "no key at all" sign "key"
write ""
sed -i "s,^zone.*,zone = $tmp/nozone," "$tmp/c.conf"
refuses "missing zone file" inbound "c\\.conf:4: .*nozone"
write ""
sed -i "s,^zone.*,zone = $tmp/pipe," "$tmp/c.conf"
refuses "zone file that is a pipe" inbound "c\\.conf:4: .*pipe: not a regular"
write ""
sed -i "s,^zone.*,trust-anchor = /nonexistent," "$tmp/c.conf"
refuses "missing trust anchor" inbound "c\\.conf:4: trust-anchor /nonex.*: No"
write ""
echo "too short" >"$tmp/seal.key"
refuses "seal key that is none" spf "seal\\.key|c\\.conf:3"
rm "$tmp/seal.key"
refuses "missing seal key" spf "seal\\.key|c\\.conf:3"
head -c 32 /dev/zero | od -An -tx1 | tr -d ' \n' >"$tmp/seal.key"
chmod 0640 "$tmp/seal.key"

# ---- the config itself -------------------------------------------------------
rm -f "$tmp/c.conf"
refuses "missing config" inbound "c\\.conf"
mkdir "$tmp/c.conf"
refuses "config that is a directory" inbound "c\\.conf"
rmdir "$tmp/c.conf"
mkfifo "$tmp/c.conf"
refuses "config that is a pipe" inbound "c\\.conf: not a regular file"
rm "$tmp/c.conf"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	# root may read everything without this capability, so drop it
	write ""
	chmod 0 "$tmp/c.conf"
	chmod 0777 "$tmp"
	setpriv --reuid 65534 --clear-groups "$bin/mailvet-inbound" \
		-c "$tmp/c.conf" --socket "unix:$tmp/x.sock" 2>"$tmp/err" &
	pid=$!
	pids+=("$pid")
	ended
	[ "$status" = 78 ] && grep -q "c\\.conf" "$tmp/err" &&
		[ ! -e "$tmp/x.sock" ]
	result $? "unreadable config: exit 78" "status $status"
	chmod 0644 "$tmp/c.conf"
	chmod 0700 "$tmp"
fi

# ---- -t checks and does not start --------------------------------------------
write ""
start inbound -t -c "$tmp/c.conf"
ended
[ "$status" = 0 ]
result $? "-t with a good config: exit 0" "status $status"
write "no-such-key = 1"
start inbound -t -c "$tmp/c.conf"
ended
[ "$status" = 78 ] && grep -q "c\\.conf:5: " "$tmp/err"
result $? "-t with a bad config: exit 78, says where" "status $status"

# ---- reload -------------------------------------------------------------------
write ""
start inbound -c "$tmp/c.conf" --socket "unix:$tmp/x.sock"
up "$tmp/x.sock"
result $? "a good config: listens"
write "no-such-key = 1"
stays "a bad config" "c\\.conf:5: "

stop
printf 'k example.org:s:%s\n' "$tmp/good.pem" >"$tmp/keys"
printf '*@example.org k\n' >"$tmp/signers"
tables=("[sign]" "key-table = $tmp/keys" "signing-table = refile:$tmp/signers")
write "${tables[@]}"
start sign -c "$tmp/c.conf" --socket "unix:$tmp/x.sock"
up "$tmp/x.sock"
result $? "sign with tables: listens"
printf 'k example.org:s:%s\nl example.org:s:/missing.pem\n' \
	"$tmp/good.pem" >"$tmp/keys"
stays "a bad key table" "/keys:2: key /missing.pem: "
stop
refuses "bad key table" sign "/keys:2: key /missing.pem: "
printf 'k example.org:s:%s\n' "$tmp/good.pem" >"$tmp/keys"
printf '\n*@example.org nokey\n' >"$tmp/signers"
refuses "bad signing table" sign "/signers:2: \"nokey\" is not in"
chmod 0644 "$tmp/good.pem"
refuses "key open to all" sign "/keys:1: key .*good.pem: is open to all"
chmod 0600 "$tmp/good.pem"

printf '# trusted\n\nnone forwarder:x.example\n' >"$tmp/overrides"
overrides=("[dmarc]" "overrides = $tmp/overrides" "journal = no")
write "${overrides[@]}"
start dmarc -c "$tmp/c.conf" --socket "unix:$tmp/x.sock"
up "$tmp/x.sock"
result $? "dmarc with overrides: listens"
printf 'none list-id:l.example\n' >>"$tmp/overrides"
stays "bad overrides" "/overrides:4: anybody can write a List-Id"
stop
refuses "bad overrides" inbound "/overrides:4: anybody"
rm "$tmp/overrides"
refuses "missing overrides" dmarc "c\\.conf:6: overrides .*No such file"

# ---- sockets -------------------------------------------------------------------
write ""
rm -f "$tmp/x.sock"
start inbound -c "$tmp/c.conf" --socket "unix:$tmp/x.sock"
up "$tmp/x.sock"
first=$pid
start inbound -c "$tmp/c.conf" --socket "unix:$tmp/x.sock"
ended
[ "$status" != 0 ] && [ "$status" != runs ] && [ "$status" -lt 128 ]
result $? "socket in use: refuses" "status $status"
grep -q "x\\.sock" "$tmp/err"
result $? "socket in use: says which"
listens "$tmp/x.sock" && kill -0 "$first" 2>/dev/null
result $? "socket in use: the first still has it"
pid=$first
kill -KILL "$pid"
wait "$pid" 2>/dev/null

[ -S "$tmp/x.sock" ] && ! listens "$tmp/x.sock"
result $? "(a killed daemon leaves a stale socket)"
start inbound -c "$tmp/c.conf" --socket "unix:$tmp/x.sock"
up "$tmp/x.sock"
result $? "stale socket: is replaced"
# libmilter by itself looks every five seconds whether it should stop.  A machine
# may stall, but not each time.
for try in 1 2 3 4 5; do
	SECONDS=0
	stop
	took=$SECONDS
	[ "$status" = 0 ]
	result $? "SIGTERM: exit 0" "status $status"
	[ $took -ge 4 ] || break
	start inbound -c "$tmp/c.conf" --socket "unix:$tmp/x.sock"
	up "$tmp/x.sock"
done
[ $took -lt 4 ]
result $? "SIGTERM: at once" "after $took s, $try times"

long=$tmp/$(printf 'x%.0s' {1..150}).sock
start inbound -c "$tmp/c.conf" --socket "unix:$long"
ended
[ "$status" != 0 ] && [ "$status" != runs ] && [ "$status" -lt 128 ] &&
	grep -q "xxxx" "$tmp/err"
result $? "socket path too long: refuses and says so" "status $status"

echo "precious" >"$tmp/file"
start inbound -c "$tmp/c.conf" --socket "unix:$tmp/file"
ended
[ "$status" != 0 ] && [ "$status" != runs ] && [ "$status" -lt 128 ] &&
	[ "$(cat "$tmp/file")" = precious ]
result $? "a file where the socket should be: left alone" "status $status"

start inbound -c "$tmp/c.conf" --socket "unix:$tmp/nowhere/x.sock"
ended
[ "$status" != 0 ] && [ "$status" != runs ] && [ "$status" -lt 128 ]
result $? "socket in a directory that is not there: refuses" \
	"status $status"

start inbound -c "$tmp/c.conf" --socket "inet:70000@127.0.0.1"
ended 5
[ "$status" = 64 ] && grep -q "70000@127.0.0.1: no such port" "$tmp/err"
result $? "a port that is too large: refuses and says so" "status $status"

start inbound -c "$tmp/c.conf" --socket "nonsense:here"
ended
[ "$status" != 0 ] && [ "$status" != runs ] && [ "$status" -lt 128 ]
result $? "a socket of an unknown kind: refuses" "status $status"

echo "1..$((passed + failed))"
echo "# $passed passed, $failed failed"
[ "$failed" = 0 ]
