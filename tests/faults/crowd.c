/*
 * crowd [-b BINDIR] [-i IDLE] [-w WORKING] [-m MESSAGES] [-c CONNECTS] FILE
 *
 * Many at once: connections that are held idle, others at work, and among them
 * those that no MTA makes: slow ones that send and never read, half-open ones,
 * garbage, lengths up to 2^32-1, packets in a wrong order; and many that
 * connect and go.  Those at work notice nothing, and the daemon takes no more
 * memory, files and threads than there are connections.
 */
#include "victim.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	TIMEOUT_MS = 60000,
	ABUSERS = 40,		/* of each kind */
	DEAF_MESSAGES = 1000,	/* whose answers fill a socket */
	STACK = 256 << 10,	/* of a thread of ours */
	SETTLE = 30,		/* seconds for the daemon to let go */
	/* KB that may be in use when all is over, and at the worst for each
	 * connection: a thread and its message. */
	GROWTH_MAX = 60 << 10, EACH_MAX = 160,
};

static struct {
	struct victims victims;
	const char *bindir;
	unsigned idle, working, messages, connects;
	atomic_uint right, wrong;
} run = { .bindir = "build/bin", .idle = 1000, .working = 500,
	.messages = 4, .connects = 5000 };

static const enum kind kinds[] = { KIND_GOOD, KIND_FORGED };

/* ---- what the daemon has ------------------------------------------------ */

struct meter {
	long rss_kb, threads, files;
};

static long
number_of(const char *command, pid_t pid)
{
	char line[128], *text;
	long n;

	snprintf(line, sizeof(line), command, (int)pid);
	text = scnenv_run(line);
	n = text != NULL ? atol(text) : -1;
	free(text);
	return n;
}

static struct meter
measure(void)
{
	pid_t pid = victims_daemon(&run.victims, "inbound")->pid;

	return (struct meter){
		number_of("awk '/^VmRSS/ { print $2 }' /proc/%d/status", pid),
		number_of("ls /proc/%d/task | wc -l", pid),
		number_of("ls /proc/%d/fd | wc -l", pid),
	};
}

/* Wait until files are back to what they were. */
static struct meter
settle(const struct meter *before)
{
	struct meter now = measure();

	for (int i = 0; i < SETTLE && now.files > before->files + 2; i++) {
		sleep(1);
		now = measure();
	}
	return now;
}

/* ---- those at work ------------------------------------------------------- */

static void *
work(void *arg)
{
	enum kind kind = kinds[(size_t)arg % 2];
	unsigned wrong = 0;
	struct fakemta fm;
	bool ok = victims_open(&run.victims, kind, &fm, TIMEOUT_MS);

	for (unsigned i = 0; ok && i < run.messages; i++) {
		ok = victims_send(&run.victims, kind, &fm) == FATE_RIGHT;
		atomic_fetch_add(&run.right, ok);
	}
	if (!ok)
		wrong = atomic_fetch_add(&run.wrong, 1) + 1;
	if (wrong > 0 && wrong < 6)
		printf("# %s: %s: %s\n", kind_name[kind],
		    fm_stage_name(fm.out.stage), fm.out.text);
	fm_quit(&fm);
	return NULL;
}

static void
work_all(pthread_t *threads)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (size_t i = 0; i < run.working; i++)
		if (pthread_create(&threads[i], &attr, work, (void *)i) != 0)
			abort();
	pthread_attr_destroy(&attr);
}

/* ---- the others ---------------------------------------------------------- */

static const char *
the_socket(void)
{
	return victims_daemon(&run.victims, "inbound")->socket;
}

static void
negotiate(struct mclient *mc)
{
	(void)mc_negotiate(mc, &mc_offer_full);
}

static void
raw(struct mclient *mc, const void *data, size_t size)
{
	if (mcwire_add(mc_wire(mc), data, size) == 0)
		(void)mcwire_flush(mc_wire(mc));
}

static void
half_open(struct mclient *mc)
{
	raw(mc, "\0\0\1", 3);
}

static void
half_a_packet(struct mclient *mc)
{
	negotiate(mc);
	raw(mc, "\0\0\0\x20Mhalf", 9);
}

static void
garbage(struct mclient *mc)
{
	char bytes[4096];
	unsigned seed = (unsigned)(size_t)mc;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(rand_r(&seed) >> 7);
	raw(mc, bytes, sizeof(bytes));
}

static void
too_long(struct mclient *mc)
{
	static const unsigned char lengths[][5] = {
		{ 0xff, 0xff, 0xff, 0xff, 'O' }, { 0x80, 0, 0, 0, 'D' },
		{ 0x7f, 0xff, 0xff, 0xff, 'B' }, { 0x10, 0, 0, 0, 'L' },
		{ 0, 0x11, 0, 0, 'M' } };
	static atomic_uint turn;

	if (atomic_fetch_add(&turn, 1) % 2)
		negotiate(mc);
	raw(mc, lengths[atomic_load(&turn) % 5], 5);
}

static void
wrong_order(struct mclient *mc)
{
	static const char commands[] = "EBNLRMHCDATEKQ";
	unsigned seed = (unsigned)(size_t)mc;

	negotiate(mc);
	for (int i = 0; i < 60; i++)
		(void)mc_packet(mc, commands[(unsigned)rand_r(&seed)
		    % (sizeof(commands) - 1)], "a\0b\0c", 6);
	(void)mcwire_flush(mc_wire(mc));
}

/* Whole messages, and no answer is ever read. */
static void
deaf(struct mclient *mc)
{
	static const char connect[] = "mail.pass.test\0" "4\x9c\x40"
	    "192.0.2.1";
	static const char mail[] = "<alice@pass.test>", from[] =
	    "From\0alice@pass.test", body[] = "text\r\n";

	negotiate(mc);
	(void)mc_packet(mc, 'C', connect, sizeof(connect));
	for (int i = 0; i < DEAF_MESSAGES; i++) {
		(void)mc_packet(mc, 'M', mail, sizeof(mail));
		(void)mc_packet(mc, 'L', from, sizeof(from));
		(void)mc_packet(mc, 'N', "", 0);
		(void)mc_packet(mc, 'B', body, sizeof(body) - 1);
		(void)mc_packet(mc, 'E', "", 0);
	}
	(void)mcwire_flush(mc_wire(mc));
}

static void
silent(struct mclient *mc)
{
	negotiate(mc);
	(void)mc_connect(mc, "mail.pass.test", SMFIA_INET, 40000, "192.0.2.1");
	(void)mc_helo(mc, "mail.pass.test");
	(void)mcwire_flush(mc_wire(mc));
}

static void (*const abuses[])(struct mclient *mc) = { half_open,
	half_a_packet, garbage, too_long, wrong_order, deaf };

enum { ABUSES = sizeof(abuses) / sizeof(abuses[0]) };

/* Do that on so many connections, and hold them. */
static void
hold(struct mclient **held, unsigned count, void (*abuse)(struct mclient *))
{
	for (unsigned i = 0; i < count; i++) {
		held[i] = mc_new(TIMEOUT_MS / 10);
		if (held[i] == NULL || mc_dial(held[i], the_socket()) < 0)
			atomic_fetch_add(&run.wrong, 1);
		else
			abuse(held[i]);
	}
}

static void
let_go(struct mclient **held, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		mc_free(held[i]);
}

static void
connect_and_go(void)
{
	for (unsigned i = 0; i < run.connects; i++) {
		struct mcwire w;

		if (mcwire_open(&w, the_socket(), TIMEOUT_MS) < 0)
			atomic_fetch_add(&run.wrong, 1);
		else
			mcwire_close(&w);
	}
}

/* ---- all of it ----------------------------------------------------------- */

static bool
tell(const char *what, bool ok, const struct meter *m)
{
	printf("%s - %s: %u right, %u wrong; %ld MB, %ld threads, "
	    "%ld files\n", ok ? "ok" : "not ok", what,
	    atomic_exchange(&run.right, 0), atomic_exchange(&run.wrong, 0),
	    m->rss_kb / 1024, m->threads, m->files);
	fflush(stdout);
	return ok;
}

/* Everyone at once; the meter reads the worst. */
static bool
crowd(const struct meter *before)
{
	struct mclient **idle = calloc(run.idle, sizeof(*idle));
	pthread_t *threads = calloc(run.working, sizeof(*threads));
	static struct mclient *abusers[ABUSES][ABUSERS];
	unsigned all = run.idle + run.working + ABUSES * ABUSERS;
	struct meter worst;

	hold(idle, run.idle, silent);
	for (size_t i = 0; i < ABUSES; i++)
		hold(abusers[i], ABUSERS, abuses[i]);
	work_all(threads);
	connect_and_go();
	worst = measure();
	for (unsigned i = 0; i < run.working; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < ABUSES; i++)
		let_go(abusers[i], ABUSERS);
	let_go(idle, run.idle);
	free(threads);
	free(idle);
	return tell("idle, at work, abusive, and coming and going",
	    atomic_load(&run.wrong) == 0 &&
	    atomic_load(&run.right) == run.working * run.messages &&
	    worst.rss_kb < before->rss_kb + (long)all * EACH_MAX +
	    SANITIZER_KB &&
	    worst.threads < before->threads + (long)all + 20, &worst);
}

static bool
afterwards(const struct meter *before)
{
	struct meter after = settle(before);
	char why[1200];

	if (victims_mail(&run.victims, KIND_GOOD, TIMEOUT_MS, why,
	    sizeof(why)) == FATE_RIGHT)
		atomic_fetch_add(&run.right, 1);
	return tell("afterwards", atomic_load(&run.right) == 1 &&
	    after.files <= before->files + 2 &&
	    after.rss_kb < before->rss_kb + GROWTH_MAX + SANITIZER_KB, &after);
}

static bool
take_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "b:c:i:m:w:")) != -1) {
		switch (c) {
		case 'b': run.bindir = optarg; break;
		case 'c': run.connects = (unsigned)atoi(optarg); break;
		case 'i': run.idle = (unsigned)atoi(optarg); break;
		case 'm': run.messages = (unsigned)atoi(optarg); break;
		case 'w': run.working = (unsigned)atoi(optarg); break;
		default: return false;
		}
	}
	return argc - optind == 1;
}

static void
allow_files(void)
{
	struct rlimit limit;

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int
main(int argc, char **argv)
{
	struct meter before;
	bool ok, lived;

	if (!take_options(argc, argv)) {
		fputs("usage: crowd [-b BINDIR] [-i IDLE] [-w WORKING] "
		    "[-m MESSAGES] [-c CONNECTS] FILE\n", stderr);
		return 2;
	}
	allow_files();
	if (!victims_start(&run.victims, run.bindir, argv[optind]))
		return 2;
	before = measure();
	ok = crowd(&before);
	ok = afterwards(&before) && ok;
	lived = victims_stop(&run.victims);
	printf("%s - the daemons lived\n", lived ? "ok" : "not ok");
	return ok && lived ? EXIT_SUCCESS : EXIT_FAILURE;
}
