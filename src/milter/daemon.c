#include "milter/daemon.h"

#include "base/log.h"
#include "dns/resolver.h"
#include "milter/glue.h"
#include "milter/listen.h"
#include "milter/options.h"
#include "milter/signals.h"
#include "milter/stats.h"
#include "os/journal.h"
#include "os/notify.h"

#include <errno.h>
#include <libmilter/mfapi.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum {
	STACK_SIZE = 1 << 20,	 /* bytes */
	STATUS_INTERVAL = 10000, /* milliseconds */
};

struct daemon {
	const struct program *program;
	struct options options;
	struct slot slot;
	struct listener listener; /* when we bound it ourselves */
	pthread_t milter;	  /* the thread in smfi_main */
};

/* Load a snapshot; complaints go to the log. */
static int
load(const struct daemon *d, struct snapshot **ret)
{
	struct conf_errors errors = { .arena = arena_new(0) };
	int err;

	if (errors.arena == NULL)
		return ERR_NOMEM;
	err = snapshot_load(d->program, d->options.config, NULL, &errors, ret);
	for (size_t i = 0; i < errors.count; i++)
		log_text(LEVEL_ERROR, "%s", errors.texts[i]);
	if (err < 0 && errors.count == 0)
		log_text(LEVEL_ERROR, "configuration: %s", err_text(err));
	arena_free(errors.arena);
	return err;
}

static void
reload(struct daemon *d)
{
	struct snapshot *snapshot;

	notify_reloading();
	/* The threads that a new resolver starts must not take our signals. */
	signals_block();
	if (load(d, &snapshot) == 0) {
		log_set_level(common_log_level(snapshot->common));
		slot_replace(&d->slot, snapshot);
		log_text(LEVEL_NOTICE, "configuration reloaded");
	} else {
		log_text(LEVEL_ERROR,
			"reload failed, the old configuration stays");
	}
	signals_unblock();
	notify_ready();
}

/* The socket: the service manager's, or one of our own. */
static int
open_socket(struct daemon *d)
{
	char why[LISTEN_WHY_SIZE] = "";
	int fd, err = notify_listen_fd(&fd);

	if (err < 0) {
		log_text(LEVEL_ERROR, err == ERR_SYNTAX ?
			"more than one socket was handed over" :
			"the socket that was handed over is not open");
		return EX_UNAVAILABLE;
	}
	if (fd < 0 && d->options.socket == NULL) {
		log_text(LEVEL_ERROR, "no socket: systemd handed over none "
				      "and --socket was not given");
		return EX_USAGE;
	}
	if (fd < 0) {
		err = listen_bind(d->options.socket,
			d->slot.current->common, &d->listener, why);
		fd = d->listener.fd;
	}
	if (err == 0 && listen_give(fd) < 0) {
		err = ERR_LIBRARY;
		snprintf(why, sizeof(why), "libmilter does not take it");
	}
	if (err == 0)
		return EX_OK;
	log_text(LEVEL_ERROR, "socket %s", why);
	return err == ERR_SYNTAX ? EX_USAGE : EX_UNAVAILABLE;
}

static void *
run_milter(void *arg)
{
	int status = smfi_main();

	(void)arg;
	if (status != MI_SUCCESS)
		log_text(LEVEL_ERROR, "libmilter gave up");
	/* Also when libmilter's own signal thread stopped it. */
	signals_stop();
	return status == MI_SUCCESS ? NULL : arg;
}

static void *
tell_libmilter(void *arg)
{
	smfi_stop();
	return arg;
}

/*
 * Stop libmilter.  It looks every five seconds whether it should, and smfi_stop
 * waits for that, too.  So another thread calls it, while we interrupt the
 * listener's poll until it has looked.
 */
static int
stop_milter(struct daemon *d)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	void *failed = NULL;
	pthread_t teller;
	bool told = pthread_create(&teller, NULL, tell_libmilter, NULL) == 0;

	if (!told)
		smfi_stop();
	while (pthread_tryjoin_np(d->milter, &failed) == EBUSY) {
		pthread_kill(d->milter, signals_interrupt());
		nanosleep(&pause, NULL);
	}
	if (told)
		pthread_join(teller, NULL);
	return failed == NULL ? EX_OK : EX_SOFTWARE;
}

static atomic_bool hopeless;

/* Another process may do better, and the service manager starts one. */
static void
on_resolver(const char *text, bool no_hope)
{
	log_text(LEVEL_ERROR, "%s", text);
	if (!no_hope)
		return;
	atomic_store(&hopeless, true);
	signals_stop();
}

/*
 * Threads come and go with the load, most of them libmilter's.  The C library
 * keeps 40 MB of stacks for the next ones: with the usual 8 MB that is five,
 * and each other thread maps and unmaps a new one.
 */
static void
size_stacks(void)
{
	pthread_attr_t attr;

	if (pthread_getattr_default_np(&attr) != 0)
		return;
	if (pthread_attr_setstacksize(&attr, STACK_SIZE) == 0)
		pthread_setattr_default_np(&attr);
	pthread_attr_destroy(&attr);
}

static int
run(struct daemon *d)
{
	enum signal_event event = SIGNAL_NONE;
	int status;

	if (signals_init() < 0)
		return EX_OSERR;
	dns_listen(on_resolver);
	if (pthread_create(&d->milter, NULL, run_milter, d) != 0)
		return EX_OSERR;
	signals_unblock();
	log_text(LEVEL_NOTICE, "%s %s ready", d->program->name,
		MAILVET_VERSION);
	notify_ready();
	while (event != SIGNAL_STOP) {
		stats_report(d->program);
		event = signals_wait(STATUS_INTERVAL);
		if (event == SIGNAL_RELOAD)
			reload(d);
	}
	notify_stopping();
	status = stop_milter(d);
	stats_report(d->program);
	return atomic_load(&hopeless) ? EX_SOFTWARE : status;
}

/* With the configuration loaded: socket, libmilter, run, teardown. */
static int
serve(struct daemon *d)
{
	int status;

	if (glue_register(d->program, &d->slot) < 0)
		return EX_SOFTWARE;
	status = open_socket(d);
	if (status == EX_OK)
		status = run(d);
	listen_close(&d->listener);
	return status;
}

/* Before there is any thread. */
static void
prepare_for_threads(void)
{
	signals_block();
	size_stacks();
	/*
	 * libmilter does not wait for its threads: one whose session is over
	 * may end after us, and OpenSSL must not be torn down under it.
	 */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}

/* -t is asked by a person, or by doctor: no levels before the text. */
static void
log_plainly(enum log_level level, const char *line,
	const struct log_field *fields, size_t count)
{
	(void)level, (void)fields, (void)count;
	fprintf(stderr, "%s\n", line);
}

int
daemon_main(const struct program *program, int argc, char **argv)
{
	struct daemon d = { .program = program, .listener = { .fd = -1 } };
	struct snapshot *snapshot;
	int status = options_parse(program, argc, argv, &d.options);

	if (status != OPTIONS_RUN)
		return status;
	if (d.options.test)
		log_use(log_plainly);
	else if (journal_is_stderr())
		log_use(log_to_journal);
	prepare_for_threads();
	if (load(&d, &snapshot) < 0)
		return EX_CONFIG;
	log_set_level(common_log_level(snapshot->common));
	slot_init(&d.slot, snapshot);
	if (d.options.test) {
		printf("%s: configuration ok\n", program->name);
		status = EX_OK;
	} else {
		status = serve(&d);
	}
	/*
	 * A session that is still at work holds its snapshot and has threads
	 * inside the libraries; tearing these down under it would be worse
	 * than to leave it all to the kernel.  Its MTA sees the connection
	 * break and answers 4xx.
	 */
	if (stats_connections() > 0)
		_exit(status);
	slot_destroy(&d.slot);
	return status;
}
