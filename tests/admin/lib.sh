# lib.sh: a mail host in a directory, for the tests of setup and doctor.
# Sourced, with $top set.
#
# Its systemctl keeps the state of units as files and notes what it is asked;
# postconf, make and m4 are real, those of build/host where the machine has none.

bin=${MAILVET_BUILD:-$top/build}/bin
host=$top/build/host
case $bin in /*) ;; *) bin=$top/$bin ;; esac

work=$(mktemp -d) || exit 1
# Programs: /tmp may be a place where none is started.
mkdir -p "$top/build"
stubs=$(mktemp -d "$top/build/stubs.XXXXXX") || exit 1
root=$work/root
log=$work/commands
units=$work/units
mkdir -p "$units"

# stub NAME: a program, standard input its text
stub() {
	cat > "$stubs/$1" && chmod 755 "$stubs/$1"
}

stub systemctl <<END
#!/bin/sh
cd "$units" || exit 1
case \$1 in
is-*)
	for unit; do :; done
	[ -e "\$unit.\${1#is-}" ]
	exit ;;
esac
if [ "\$1" = show ]; then
	for unit; do :; done
	cat "\$unit.substate" 2> /dev/null
	exit 0
fi
echo "systemctl \$*" >> "$log"
for unit; do :; done
case "\$*" in
enable*)	touch "\$unit.enabled" "\$unit.active" ;;
disable*)	rm -f "\$unit.enabled" "\$unit.active" ;;
restart*)	touch "\$unit.active" ;;
esac
END

stub timedatectl <<END
#!/bin/sh
cat "$work/clock"
END
echo yes > "$work/clock"

# What the packages have; the libraries of the servers only for the servers.
if [ -x "$host/usr/sbin/postconf" ]; then
	stub postconf <<-END
		#!/bin/sh
		LD_LIBRARY_PATH=$(echo "$host"/usr/lib/*-linux-gnu):$host/usr/lib/postfix
		export LD_LIBRARY_PATH
		exec "$host/usr/sbin/postconf" "\$@"
	END
fi
PATH=$stubs:$bin:$PATH
export PATH

# make_host: the files of a host where mailvet was installed
make_host() {
	rm -rf "$root" "${units:?}"/* "$log"
	: > "$log"
	mkdir -p "$root/usr/lib/systemd/system" "$root/usr/sbin" \
	    "$root/etc/mailvet/mailvet.conf.d" "$root/etc/mailvet/keys" \
	    "$root/usr/libexec/mailvet" "$root/run/mailvet" \
	    "$root/var/spool/mailvet/dmarc"
	cp "$top"/systemd/*.socket "$top"/systemd/*.service \
	    "$top"/systemd/*.target "$top"/systemd/*.timer \
	    "$root/usr/lib/systemd/system/"
	cp "$top/docs/examples/mailvet.conf" "$root/etc/mailvet/"
	ln -s "$bin"/mailvet-* "$root/usr/libexec/mailvet/"
}

# make_sendmail: with a cf tree of its own, which has the feature
make_sendmail() {
	mkdir -p "$root/etc/mail" "$work/cf/feature"
	for dir in "$host"/usr/share/sendmail/cf/*/ \
	    "$host"/usr/share/sendmail-cf/*/; do
		case $dir in *'*'* | */feature/) continue ;; esac
		ln -sfn "$dir" "$work/cf/$(basename "$dir")"
	done
	ln -sf "$host"/usr/share/sendmail*/cf/feature/*.m4 \
	    "$work/cf/feature/" 2> /dev/null
	# The administrator's cf tree is outside of the root directory, but
	# where the .mc says that it is.
	mkdir -p "$root$work"
	ln -sfn "$work/cf" "$root$work/cf"
	ln -sf "$top/sendmail-m4/mailvet.m4" "$work/cf/feature/mailvet.m4"
	cat > "$root/etc/mail/sendmail.mc" <<-END
		divert(-1)
		dnl The mail host of a test.
		divert(0)dnl
		include(\`$work/cf/m4/cf.m4')dnl
		OSTYPE(\`linux')dnl
		define(\`confDOMAIN_NAME', \`mail.example.test')dnl
		INPUT_MAIL_FILTER(\`first', \`S=unix:/run/first.sock, F=T')dnl
		dnl FEATURE(\`mailvet')dnl
		MAILER(\`local')dnl
		MAILER(\`smtp')dnl
	END
	printf 'sendmail.cf: sendmail.mc\n\tm4 sendmail.mc > sendmail.cf\n' \
	    > "$root/etc/mail/Makefile"
	make -s -C "$root/etc/mail"
	touch "$units/sendmail.service.active" "$units/sendmail.service.enabled"
}

make_postfix() {
	mkdir -p "$root/etc/postfix"
	cp -r "$host"/etc/postfix/* "$root/etc/postfix/"
	cat > "$root/etc/postfix/main.cf" <<-END
		compatibility_level = 3.6
		myhostname = mail.example.test
		mydomain = example.test
		smtpd_milters = unix:/run/first.sock, { inet:localhost:99, default_action = accept }
	END
	cat > "$root/etc/postfix/master.cf" <<-END
		smtp       inet  n       -       y       -       -       smtpd
		submission inet  n       -       y       -       -       smtpd
		  -o smtpd_tls_security_level=encrypt
		cleanup    unix  n       -       y       -       0       cleanup
	END
	touch "$units/postfix.service.active" "$units/postfix.service.enabled"
}

tree() {
	(cd "$root" && find . ! -type d -exec ls -ld --time-style=+ {} + &&
	    find . -type f -exec md5sum {} + | sort -k2)
}

has() {		# FILE TEXT
	grep -qF -- "$2" "$1" || { cat "$1"; return 1; }
}

lacks() {	# FILE TEXT
	! has "$@"
}
