#!/bin/sh
#
# m4_test.sh: sendmail-m4/mailvet.m4 against sendmail's real cf tree.
#
# Each case is the heart of a .mc file; what counts is which filters the .cf
# made from it has, with which flags and timeouts, and in which order.
# TAP on standard output.  $SENDMAIL_CF names a cf tree in an unusual place.

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
feature=$top/sendmail-m4/mailvet.m4
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

cf_tree() {
	for dir in "$SENDMAIL_CF" "$top/build/host/usr/share/sendmail/cf" \
	    "$top/build/host/usr/share/sendmail-cf" \
	    /usr/share/sendmail/cf /usr/share/sendmail-cf; do
		[ -f "$dir/m4/cf.m4" ] && echo "$dir" && return
	done
	return 1
}

real=$(cf_tree) || { echo "1..0 # SKIP no sendmail cf tree"; exit 0; }

# A tree of our own, so that FEATURE finds the file as an administrator's
# sendmail will: in the feature directory.
cf=$work/cf
mkdir "$cf" "$cf/feature"
for dir in "$real"/*/; do
	[ "$(basename "$dir")" = feature ] || ln -s "$dir" "$cf/"
done
ln -s "$real"/feature/*.m4 "$cf/feature/"
ln -sf "$feature" "$cf/feature/mailvet.m4"

# make_cf TEXT: the .cf file of a .mc file around TEXT, in $work/cf.out
make_cf() {
	cat > "$work/mc" <<END
include(\`$cf/m4/cf.m4')dnl
OSTYPE(\`linux')dnl
FEATURE(\`access_db', \`hash -T<TMPF> -o /etc/mail/access.db')dnl
$1
MAILER(\`local')dnl
MAILER(\`smtp')dnl
END
	m4 -D_CF_DIR_="$cf/" "$work/mc" > "$work/cf.out" 2> "$work/err"
}

count=0
failed=0
report() {	# STATUS NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - m4: $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - m4: $2"
		sed 's/^/# /' "$work/diff" "$work/err"
	fi
}

# expect NAME TEXT [LINES]: the .cf file made from TEXT has exactly the filters
# and listeners, and of the lines that match LINES exactly those, in $work/want
expect() {
	make_cf "$2"
	status=$?
	grep -E "^(X|O InputMailFilters|O DaemonPort${3:+|$3})" \
	    "$work/cf.out" > "$work/got"
	diff "$work/want" "$work/got" > "$work/diff"
	report $((status + $?)) "$1"
}

# refuse NAME TEXT MESSAGE: m4 says MESSAGE and fails
refuse() {
	make_cf "$2"
	[ $? -ne 0 ] && grep -qF "$3" "$work/err"
	status=$?
	echo "wanted: $3" > "$work/diff"
	report $status "$1"
}

times='F=T, T=C:30s;S:30s;R:30s;E:60s'
filters() {	# DIRECTORY NAME...
	dir=$1
	shift
	for name; do
		echo "Xmailvet-$name, S=unix:$dir/$name.sock, $times"
	done
}
chain() {	# DIRECTORY
	filters "$1" spf dkim dmarc sign
}
inbound() {	# DIRECTORY
	filters "$1" inbound sign
}
names() {	# FILTER LIST
	# The listeners that sendmail has when nobody says anything.
	echo 'O DaemonPortOptions=Name=MTA'
	echo 'O DaemonPortOptions=Port=587, Name=MSA, M=E'
	echo "O InputMailFilters=$1"
}
all='mailvet-spf, mailvet-dkim, mailvet-dmarc, mailvet-sign'

{ names "$all"; chain /run/mailvet; } > "$work/want"
expect "FEATURE: the chain" "FEATURE(\`mailvet')"

{ names "$all"; chain /run/mailvet; } > "$work/want"
expect "FEATURE: the chain by name" "FEATURE(\`mailvet', \`chain')"

{ names "mailvet-inbound, mailvet-sign"; inbound /run/mailvet; } > "$work/want"
expect "FEATURE: inbound" "FEATURE(\`mailvet', \`inbound')"

{ names "mailvet-inbound, mailvet-sign"; inbound /srv/run; } > "$work/want"
expect "FEATURE: inbound in another directory" \
    "FEATURE(\`mailvet', \`inbound', \`/srv/run')"

{ names "$all"; chain /srv/run; } > "$work/want"
expect "FEATURE: only the directory" "FEATURE(\`mailvet', \`', \`/srv/run')"

{ names "$all"; chain /run/mailvet; } > "$work/want"
expect "include: the chain" "include(\`$feature')"

{ names "mailvet-inbound, mailvet-sign"; inbound /srv/run; } > "$work/want"
expect "include: mode and directory" "define(\`MAILVET_MODE', \`inbound')
define(\`MAILVET_SOCKET_DIR', \`/srv/run')
include(\`$feature')"

for use in "FEATURE(\`mailvet')" "include(\`$feature')"; do
	{ names "first, $all, last"
	  echo "Xfirst, S=unix:/run/first.sock, F=, T=R:2m"
	  chain /run/mailvet
	  echo "Xlast, S=inet:8891@localhost, F=R"; } > "$work/want"
	expect "${use%%(*}: between other filters" \
"INPUT_MAIL_FILTER(\`first', \`S=unix:/run/first.sock, F=, T=R:2m')
$use
INPUT_MAIL_FILTER(\`last', \`S=inet:8891@localhost, F=R')"
done

{ echo 'O DaemonPortOptions=Port=smtp, Name=MTA'
  echo 'O DaemonPortOptions=Port=submission, M=Ea, Name=MSA'
  echo "O InputMailFilters=$all"
  echo 'O Milter.macros.connect=j, _, {daemon_name}'
  chain /run/mailvet; } > "$work/want"
expect "DAEMON_OPTIONS and macros stay the administrator's" \
"FEATURE(\`no_default_msa')dnl
DAEMON_OPTIONS(\`Port=smtp, Name=MTA')dnl
DAEMON_OPTIONS(\`Port=submission, M=Ea, Name=MSA')dnl
define(\`confMILTER_MACROS_CONNECT', \`j, _, {daemon_name}')
FEATURE(\`mailvet')" 'O Milter\.macros\.connect'

# The same by the lower-level macros, before and after.
{ names "first, $all"
  echo "Xfirst, S=unix:/run/first.sock"
  chain /run/mailvet; } > "$work/want"
expect "after MAIL_FILTER and confINPUT_MAIL_FILTERS" \
"MAIL_FILTER(\`first', \`S=unix:/run/first.sock')
define(\`confINPUT_MAIL_FILTERS', \`first')
FEATURE(\`mailvet')"

# A listener with a list of its own: it stays, and may name our filters.
{ echo 'O DaemonPortOptions=Port=smtp, Name=MTA, InputMailFilters=mailvet-spf;first'
  echo 'O DaemonPortOptions=Port=2525, Name=Inside, I='
  echo "O InputMailFilters=first, $all"
  echo "Xfirst, S=unix:/run/first.sock"
  chain /run/mailvet; } > "$work/want"
expect "InputMailFilters= of a listener" \
"FEATURE(\`no_default_msa')dnl
DAEMON_OPTIONS(\`Port=smtp, Name=MTA, InputMailFilters=mailvet-spf;first')dnl
DAEMON_OPTIONS(\`Port=2525, Name=Inside, I=')dnl
INPUT_MAIL_FILTER(\`first', \`S=unix:/run/first.sock')dnl
FEATURE(\`mailvet')"

# Behind the MAILERs it works as well, whatever its documentation says.
{ names "$all"; chain /run/mailvet; } > "$work/want"
expect "behind a MAILER" "MAILER(\`procmail')
FEATURE(\`mailvet')"

# What an earlier feature was given is no argument of an include.
{ names "$all"; chain /run/mailvet; } > "$work/want"
expect "include: after a feature with arguments" \
"FEATURE(\`dnsbl', \`inbound', \`/srv/run')
include(\`$feature')"

# confMILTER_MACROS_*: not one is set by us.
{ names "$all"; chain /run/mailvet; } > "$work/want"
make_cf "INPUT_MAIL_FILTER(\`other', \`S=unix:/run/other.sock')"
grep '^O Milter\.macros' "$work/cf.out" >> "$work/want"
sort -o "$work/want" "$work/want"
make_cf "FEATURE(\`mailvet')"
grep -E '^(X|O InputMailFilters|O DaemonPort|O Milter\.macros)' "$work/cf.out" |
    sort | diff "$work/want" - > "$work/diff"
report $? "the macros for milters are sendmail's own"

# sendmail itself reads what comes out.
sendmail=$top/build/host/usr/libexec/sendmail/sendmail
if [ -x "$sendmail" ]; then
	make_cf "FEATURE(\`mailvet')"
	LD_LIBRARY_PATH=$(echo "$top"/build/host/usr/lib/*-linux-gnu) \
	    "$sendmail" -C "$work/cf.out" -d0.14 -bt < /dev/null \
	    > "$work/diff" 2>&1
	status=$?
	! grep -E 'Xmailvet|InputMailFilters|Milter' "$work/diff"
	report $((status + $?)) "sendmail reads it without a complaint"
fi

# What an include leaves of the output is the administrator's, too.
{ echo '#after'; names "$all"; chain /run/mailvet; } > "$work/want"
expect "include: the text after it stays" "include(\`$feature')dnl
#after" '#after'

refuse "FEATURE: unknown mode" "FEATURE(\`mailvet', \`outbound')" \
    '*** ERROR: unknown mode "outbound" of mailvet.m4'
refuse "include: unknown mode" "define(\`MAILVET_MODE', \`both')
include(\`$feature')" '*** ERROR: unknown mode "both" of mailvet.m4'
for bad in "run/mailvet" "/run/mail vet" "/run/mailvet, F=R"; do
	refuse "no directory: $bad" "define(\`MAILVET_SOCKET_DIR', \`$bad')
include(\`$feature')" \
	    '*** ERROR: mailvet.m4: not the path of a directory'
done
refuse "used twice" "FEATURE(\`mailvet')
FEATURE(\`mailvet', \`inbound')" '*** ERROR: mailvet.m4 is used twice'

echo "1..$count"
exit $((failed > 0))
