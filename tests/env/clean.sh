# clean.sh: what whoever starts the tests has exported is not for the make and
# the tools that they start.  Sourced.

# make -j8 check: its jobs are not for a make that it does not know of.
unset MAKEFLAGS MFLAGS MAKELEVEL
# The variables of our Makefile.
unset CFLAGS LDFLAGS DESTDIR PREFIX BINDIR LIBEXECDIR DATADIR MANDIR DOCDIR \
    LICENSEDIR SYSCONFDIR UNITDIR SYSUSERSDIR TMPFILESDIR RUNDIR SELINUXDIR \
    SELINUXTYPE STATEDIR SPOOLDIR POSTGRES VERSION BUILD SANITIZE
unset CDPATH LANGUAGE
LC_ALL=C.UTF-8
export LC_ALL
# Lists that all users may write are refused.
umask 022
