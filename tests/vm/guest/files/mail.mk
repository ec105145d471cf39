# What Fedora's /etc/mail/Makefile does: a .cf for each .mc.
all: sendmail.cf submit.cf

%.cf: %.mc
	m4 $< > $@.new
	mv $@.new $@
