dnl
dnl mailvet.m4: lets sendmail pass its mail through the mailvet milters.
dnl
dnl As a feature, when this file is in the feature directory of the cf tree:
dnl
dnl	FEATURE(`mailvet')			spf, dkim, dmarc, sign
dnl	FEATURE(`mailvet', `inbound')		inbound, sign
dnl	FEATURE(`mailvet', `inbound', `/srv/run')	other socket directory
dnl
dnl or from wherever it is, the arguments defined before:
dnl
dnl	define(`MAILVET_MODE', `inbound')	default: chain
dnl	define(`MAILVET_SOCKET_DIR', `/srv/run')	default: /run/mailvet
dnl	include(`/usr/share/mailvet/sendmail/mailvet.m4')
dnl
dnl The filters stand after those that were defined above and before those
dnl that follow.  Each chooses by itself whether a message is its business, so
dnl DAEMON_OPTIONS need no change; each asks for the macros that it needs, so
dnl confMILTER_MACROS_* need none either.
dnl
dnl F=T: without its filter a message gets a 4xx and comes again; none slips by.
dnl R: and E: are longer than the deadline of the filters (20 s), so a slow name
dnl server ends in a result, not in a timeout here.
dnl
PUSHDIVERT(-1)

ifdef(`_MAILVET_', `errprint(`*** ERROR: mailvet.m4 is used twice
')m4exit(1)')
define(`_MAILVET_')

dnl FEATURE's arguments, but only if it was FEATURE that read this file: else
dnl they are what an earlier feature left behind.
ifelse(__file__, _CF_DIR_`'feature/mailvet.m4,
	`ifelse(defn(`_ARG_'), `', `', `define(`MAILVET_MODE', _ARG_)')
	ifelse(_ARG2_, `', `', `define(`MAILVET_SOCKET_DIR', _ARG2_)')')
ifdef(`MAILVET_MODE', `', `define(`MAILVET_MODE', `chain')')
ifdef(`MAILVET_SOCKET_DIR', `',
	`define(`MAILVET_SOCKET_DIR', `/run/mailvet')')

dnl A comma in the name would end S=, a space would, too.
ifelse(regexp(defn(`MAILVET_SOCKET_DIR'), `^/[A-Za-z0-9/._+-]*$'), `-1',
	`errprint(`*** ERROR: mailvet.m4: not the path of a directory: "'defn(
`MAILVET_SOCKET_DIR')`"
')m4exit(1)')

dnl The second argument has to stay quoted: INPUT_MAIL_FILTER drops, without a
dnl word, whatever follows a bare comma, and with it F= and T=.
define(`_MAILVET_FILTER_', `INPUT_MAIL_FILTER(`mailvet-$1',
`S=unix:'MAILVET_SOCKET_DIR`/$1.sock, F=T, T=C:30s;S:30s;R:30s;E:60s')')

ifelse(MAILVET_MODE, `chain',
	`_MAILVET_FILTER_(`spf')
	_MAILVET_FILTER_(`dkim')
	_MAILVET_FILTER_(`dmarc')',
MAILVET_MODE, `inbound',
	`_MAILVET_FILTER_(`inbound')',
	`errprint(`*** ERROR: unknown mode '"MAILVET_MODE"` of mailvet.m4:'
` use chain or inbound
')m4exit(1)')
_MAILVET_FILTER_(`sign')
POPDIVERT`'dnl
